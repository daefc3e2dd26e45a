#!/bin/bash
# timeout: 120
# s6-svlink as root, on a service directory of an ordinary user: what it makes there is that user's, so that he can wait for his
# service and control it under hexad; what he has planted there is not followed.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"
chmod 755 "$T" ${T_SCRATCH:+"$T_SCRATCH"}
uid=10000
as_user() {
	setpriv --reuid $uid --regid $uid --clear-groups "$@"
}

# A scan directory of the user's in root's tree, since hexad follows links only to directories of its owner.
s=$T/scan
mkdir "$s"
chown $uid:$uid "$s"
t_service "$T" mine "id -u >who
exec sleep 1000"
t_service "$T/mine" log 'exec cat >/dev/null'
chown -R $uid:$uid "$T/mine"
t_tree "$s"
t_ok "it links and waits" s6-svlink -D -t 10000 "$s" "$T/mine"
t_is "event and down are the owner's, the logger's too" \
	"$(cd "$T/mine" && stat -c '%n %u:%g %a' event down log/event log/down)" \
	"$(printf '%s\n' "event $uid:$uid 3730" "down $uid:$uid 644" "log/event $uid:$uid 3730" "log/down $uid:$uid 644")"
t_ok "the owner starts it and waits for it" as_user "$B/bin/s6-svc" -wu -T 10000 -u "$T/mine"
t_ok "it runs as him" t_await_line "$T/mine/who" "^$uid\$"
t_ok "root takes it out again" s6-svunlink -t 10000 "$s" mine
t_code "nobody supervises it" 1 s6-svok "$T/mine"
t_is "its directory is left" "$(ls "$T/mine/run")" "$T/mine/run"

# Again, over what is there now.
rm "$T/mine/down" "$T/mine/log/down"
t_ok "a second time" s6-svlink -t 10000 "$s" "$T/mine"
t_ok "it is up" sv_up "$T/mine"
t_ok "and out" s6-svunlink -t 10000 "$s" mine

# What he could put there: a link as event/, as down, as the directory's own run is his business.
mkdir -m 755 "$T/victim"
echo precious >"$T/victim/file"
planted() {
	t_service "$T" "$1"
	chown -R $uid:$uid "$T/$1"
}
planted event
as_user ln -s "$T/victim" "$T/event/event"
t_code "event/ is a link to root's directory" 111 s6-svlink -f -t 1000 "$s" "$T/event"
t_is "which keeps its mode and gets no listener" "$(stat -c '%a %u:%g' "$T/victim") $(ls -A "$T/victim")" "755 0:0 file"
planted down
as_user ln -s "$T/victim/file" "$T/down/down"
s6-svlink -D -t 10000 "$s" "$T/down" 2>/dev/null
t_is "down is a link to root's file" "$(cat "$T/victim/file") $(stat -c %u "$T/victim/file")" "precious 0"
planted fresh
as_user ln -s "$T/victim/new" "$T/fresh/down"
s6-svlink -d -t 10000 "$s" "$T/fresh" 2>/dev/null
t_is "down is a link to nowhere" "$(ls "$T/victim")" file
t_tree_end
t_done
