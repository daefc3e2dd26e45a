#!/bin/bash
# s6-setuidgid: the same ids, groups, environment, codes and messages as Debian's.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/compat.sh"
compat_need

compat_same "a user" s6-setuidgid nobody id
compat_same "a user with groups" s6-setuidgid "$(awk -F: '$4 != "" {split($4, u, ","); print u[1]; exit}' \
	/etc/group | grep . || echo daemon)" id
compat_same "numbers" s6-setuidgid 5:6 id
compat_same "numbers of nobody listed" s6-setuidgid 54321:54322 id
compat_same "root" s6-setuidgid root id
compat_same "an empty name changes nothing" s6-setuidgid "" id
UID_=1 GID=7 GIDLIST=8 compat_same "the variables are removed" s6-setuidgid nobody sh -c 'echo ${GID-no} ${GIDLIST-no}'
compat_same "an unknown user" s6-setuidgid no-such-user id
compat_same "a number is no name" s6-setuidgid 54321 id
compat_same "names with a colon" s6-setuidgid daemon:daemon id
compat_same "three numbers" s6-setuidgid 1:2:3 id
compat_same "no group" s6-setuidgid 1: id
compat_same "no program" s6-setuidgid nobody
compat_same "a program that does not exist" s6-setuidgid nobody /nonexistent
compat_same "a program that cannot be executed" s6-setuidgid nobody /etc/passwd
compat_same "the program's code" s6-setuidgid nobody sh -c 'exit 7'

# Who is that user already needs no privilege; s6 fails there.
chmod 711 "$T"
as_nobody() {
	setpriv --reuid=65534 --regid=65534 --clear-groups "$B/bin/s6-setuidgid" "$@" 2>&1
}
t_is "a plain exec for the user himself" "$(as_nobody nobody id -un)" nobody
t_is "but not for another" "$(as_nobody daemon id; echo $?)" \
	"s6-applyuidgid: fatal: unable to set supplementary group list: Operation not permitted
111"
extra() {
	setpriv --reuid=65534 --regid=65534 --groups=0,65534 "$B/bin/s6-setuidgid" nobody true 2>/dev/null
}
t_code "nor for one with a group too many" 111 extra
t_done
