#!/bin/bash
# A service runs with the groups that the user database gives its owner, and never with those of its
# directory: one made in a setgid directory of group shadow does not become a member of it.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

# A user database of our own, in a mount namespace of our own.
if [ -z "${NO_HOLE_INSIDE:-}" ]; then
	if ! unshare --mount --propagation private true 2>/dev/null; then
		t_skip "the directory's group is never used" "no mount namespace may be made"
		t_done
	fi
	NO_HOLE_INSIDE=1 exec unshare --mount --propagation private bash "$0"
fi
. "$T_ROOT/tests/lib/hostile.sh"
cp /etc/passwd "$T/passwd"
cp /etc/group "$T/group"
sed -i '/:10000:/d; /:1000[1-3]:/d' "$T/passwd" "$T/group"
echo 'app:x:10000:10001::/nonexistent:/bin/sh' >>"$T/passwd"
printf 'appmain:x:10001:\nappmore:x:10002:app\nothers:x:10003:root\n' >>"$T/group"
mount --bind "$T/passwd" /etc/passwd
mount --bind "$T/group" /etc/group
shadow=$(awk -F: '$1 == "shadow" { print $3 }' /etc/group)

h_app_service "$S" first
chgrp "$shadow" "$S"
chmod 2775 "$S"
t_tree "$S"
t_await_line "$IDS/first" .
t_is "user, group and groups are those of the database" "$(cat "$IDS/first")" "10000 10001 10001 10002"

# As the user would: in the setgid directory everything he makes gets group shadow.
app mkdir "$S/second"
h_program second >"$S/second/run"
chmod 755 "$S/second/run"
chown 10000 "$S/second/run"
t_is "the directory has group shadow" "$(stat -c '%u %g' "$S/second")" "10000 $shadow"
sv_scan "$S" a
t_await_line "$IDS/second" .
t_is "what runs in it does not" "$(cat "$IDS/second")" "10000 10001 10001 10002"
t_is "nor do all its processes: /proc agrees" \
	"$(awk '/^Groups:/ { $1 = ""; print }' "/proc/$(sv_pid "$S/second")/status")" " 10001 10002"

# The database is read at every start.
sed -i 's/^appmore:x:10002:app$/appmore:x:10002:/' "$T/group"
cat "$T/group" >/etc/group
sv_tell "$S/second" d
sv_down "$S/second"
sv_tell "$S/second" u
sv_up "$S/second"
t_await_line "$IDS/second" '^10000 10001 10001$'
t_is "a changed database counts at the next start" "$(cat "$IDS/second")" "10000 10001 10001"

# Somebody who is not in it.
h_service "$T" unlisted
chown -R 54321:"$shadow" "$T/unlisted"
mv "$T/unlisted" "$S/unlisted"
sv_scan "$S" a
t_await_line "$IDS/unlisted" .
t_is "a uid that is not listed gets nogroup and no more" "$(cat "$IDS/unlisted")" "54321 65534 65534"
t_done
