#!/bin/bash
# s6-svperms as root: every change to a service of an ordinary user has the owners and modes that Debian's gives; what a
# user has planted there is not followed; nothing is changed before all directories were looked at.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/compat.sh"
compat_need
chmod 755 "$T" ${T_SCRATCH:+"$T_SCRATCH"}

service() {
	mkdir -p "$1/event"
	mkdir -m 700 "$1/supervise"
	mkfifo -m 600 "$1/supervise/control"
	chmod 3730 "$1/event"
	chown -R nobody:100 "$1"
}
user=s/supervise
for args in "-u" "-vu" "-g nogroup" "-v -G nogroup" "-o" "-vo" "-O nogroup" "-e" "-E nogroup" "-vueo" "-veE nogroup" "-E nogroup -ve" \
	"-G nogroup -vu" "-g :5 -v" "-g :9999 -v" "-E :1 -v" "-ug nogroup" "-oO nogroup" "-O nogroup -o" "-v -g tty -E daemon"; do
	read -ra words <<<"$args"
	compat_files "$args" "service s; service t" s6-svperms "${words[@]}" s t
done
# The owner is in no file: the group is root's, with a warning.
compat_files_but "an owner without an entry" 's/: Success$//' "service s; chown -R 12345 s" s6-svperms -vu s
# Debian's has changed what comes first by then.
compat_try ours "service s; chmod 711 $user" s6-svperms -u s none
t_is "nothing is changed when one is missing" "$(head -n 3 <<<"$C_ALL" | tail -n 1) $(stat -c %a "$T/w/$user")" \
	"s6-svperms: fatal: unable to stat none/supervise: No such file or directory 711"
mkdir -m 755 "$T/victim"
for thing in supervise event; do
	compat_try ours "service s; rm -r s/$thing; ln -s '$T/victim' s/$thing; chown -h nobody s/$thing" s6-svperms -ue s
	t_is "a user's link to root's directory as $thing" "$(head -n 1 <<<"$C_ALL") $(stat -c '%a %g' "$T/victim")" \
		"code 111 755 0"
done
compat_try ours "service s; mv s/supervise sup; ln -s ../sup s/supervise; chown -h nobody s/supervise" s6-svperms -o s
t_is "a user's link to his own" "$(head -n 1 <<<"$C_ALL") $(stat -c %a "$T/w/sup")" "code 0 711"
t_done
