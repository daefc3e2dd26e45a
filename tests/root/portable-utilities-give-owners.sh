#!/bin/bash
# s6-chown gives files to users by number, and follows no link of theirs; a copy of s6-hiercopy keeps every owner.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/said.sh"
cd "$T" || exit 1
chmod 755 "$T"

owners() {
	stat -c %u:%g "$@" | tr '\n' ' '
}

mkdir d
touch a b
said "s6-chown -u" "|0" s6-chown -u 1001 a d
t_is "s6-chown -u: the group stays" "$(owners a d)" "1001:0 1001:0 "
said "s6-chown -g" "|0" s6-chown -g 1002 a
t_is "s6-chown -g: the user stays" "$(owners a)" "1001:1002 "
said "s6-chown -u -g" "|0" s6-chown -u0 -g0 a d
t_is "s6-chown -u -g: both" "$(owners a d)" "0:0 0:0 "
said "s6-chown -U" "|0" env UID=1003 GID=1004 s6-chown -U a
t_is "s6-chown -U: what the variables say" "$(owners a)" "1003:1004 "
said "s6-chown -U -g: the later one counts" "|0" env UID=1003 GID=1004 s6-chown -U -g 7 a
t_is "s6-chown -U -g: it does" "$(owners a)" "1003:7 "
said "s6-chown: neither" "|0" s6-chown a
t_is "s6-chown: nothing changes" "$(owners a)" "1003:7 "
said "s6-chown: one fails, the others are changed" "s6-chown: warning: unable to chown nosuch: No such file or directory"$'\n'"|111" \
	s6-chown -u 9 nosuch b
t_is "s6-chown: they are" "$(owners b)" "9:0 "

# Links: root's own leads on, somebody else's only to what is his.
ln -s b own
said "s6-chown: a link of root's" "|0" s6-chown -u 10 own
t_is "s6-chown: where it leads" "$(owners b own)" "10:0 0:0 "
install -d -o 1001 his
touch secret his/file
chown 1001 his/file
ln -s ../secret his/trap
ln -s file his/link
chown -h 1001 his/trap his/link
said "s6-chown: a link of somebody's to what is not his" \
	"s6-chown: warning: unable to chown his/trap: Too many levels of symbolic links"$'\n'"|111" s6-chown -u 1001 his/trap
said "s6-chmod: the same" "s6-chmod: warning: unable to chmod his/trap: Too many levels of symbolic links"$'\n'"|111" s6-chmod 666 his/trap
t_is "that stays" "$(owners secret; stat -c %a secret)" "0:0 644"
said "s6-chown: to what is his" "|0" s6-chown -u 1005 his/link
t_is "s6-chown: it is changed" "$(owners his/file)" "1005:0 "

usage="s6-chown: usage: s6-chown [ -U ] [ -u uid ] [ -g gid ] file..."$'\n'"|100"
said "s6-chown: no name is taken" "$usage" s6-chown -u root a
said "s6-chown: the number of nobody" "$usage" s6-chown -u 4294967295 a
said "s6-chown: no file" "$usage" s6-chown -u 1
said "s6-chown -U: without the variables" "s6-chown: fatal: UID not set"$'\n'"|100" env -u UID s6-chown -U a
said "s6-chown -U: half of them" "s6-chown: fatal: GID not set"$'\n'"|100" env -u GID UID=1 s6-chown -U a
said "s6-chown -U: no number" 's6-chown: fatal: invalid $UID'$'\n'"|100" env UID=x GID=1 s6-chown -U a
said "s6-chown: not root" "s6-chown: warning: unable to chown a: Operation not permitted"$'\n'"|111" \
	setpriv --reuid 10000 --regid 10000 --clear-groups s6-chown -u 10000 a

mkdir -p from/sub to/sub
touch from/sub/file to/sub/file
ln -s nowhere from/link
mkfifo from/fifo
chown -h 1001:2001 from
chown -h 1002:2002 from/sub
chown -h 1003:2003 from/sub/file
chown -h 1004:2004 from/link from/fifo
chmod 6755 from/sub/file
said "s6-hiercopy" "|0" s6-hiercopy from to
t_is "s6-hiercopy: every owner, also of what was there" "$(owners to to/sub to/sub/file to/link to/fifo)" \
	"1001:2001 1002:2002 1003:2003 1004:2004 1004:2004 "
t_is "s6-hiercopy: and set-id bits" "$(stat -c %a to/sub/file)" 6755

# In a mount namespace of its own, which takes the mount with it.
if unshare -m true 2>/dev/null; then
	mkdir -p top/mounted top/sub
	# shellcheck disable=SC2016
	said "s6-rmrf: what is mounted below stays" \
		"s6-rmrf: warning: unable to remove top: Invalid cross-device link"$'\n'"|111 file"$'\n'"|9" \
		unshare -m sh -c 'mount -t tmpfs none top/mounted; touch top/mounted/file; s6-rmrf top; printf "|$? "; ls top/mounted; exit 9'
	t_is "s6-rmrf: the rest goes" "$(ls top)" mounted
else
	t_skip "s6-rmrf: what is mounted below stays" "no mount namespace can be made here"
fi
t_done
