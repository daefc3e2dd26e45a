#!/bin/bash
# timeout: 180
# s6-svperms: what it prints of every combination of modes, and what an ordinary user may change, as Debian's does. What root
# may is in tests/root/svperms-changes-the-same.sh.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/compat.sh"
compat_need

gid=$(id -g)
service() {
	mkdir -p s/event
	mkdir -m 700 s/supervise
	mkfifo -m 600 s/supervise/control
	chmod 3730 s/event
}

# One service, whose modes are changed between the runs of the two commands.
(cd "$T" && service)
cd "$T" || exit
modes() {
	local what=$1 mode text differing=

	shift
	for mode; do
		spawn chmod ug-s,o-t "$what"
		spawn chmod "$mode" "$what"
		compat_run debian s6-svperms s
		text="$C_CODE $C_OUT $C_ERR"
		compat_run ours s6-svperms s
		[ "$C_CODE $C_OUT $C_ERR" = "$text" ] || differing+="$mode: $C_CODE $C_OUT $C_ERR, not $text"$'\n'
	done
	t_is "${#@} modes of $what" "$differing" ""
}
# Without 5 and 4 for group and others where ours takes hexad's 0755; those are below.
modes s/supervise 7{0,1,2,3,6}{0,1,2,3,6} {0,1,3,5,6}00 {1,2,3,4}700 2710 2711 {704,740,744,764,747}
chmod 700 s/supervise
modes s/supervise/control {6,4,2,0,7,1}{0,1,2,3,4}{0,1,2,4,6} {1,2,4}600
chmod 600 s/supervise/control
modes s/event 3730 1733 1730 3733 0730 0733 2730 3731 3770 700 755 777 0 7733 7730
chmod u-s s/event
chmod 3730 s/event

says() {
	local desc=$1 want=$2

	compat_run ours s6-svperms s
	t_is "$desc" "$C_CODE $C_OUT $C_ERR" "$want"
}
chmod 755 s/supervise
says "supervise as hexad makes it for others to look" \
	"0 s status: public"$'\n'"s control: owner"$'\n'"s events: group $gid "
chmod 700 s/supervise
chmod 660 s/supervise/control
says "control as hexad makes it for a group" "0 s status: owner"$'\n'"s control: group $gid"$'\n'"s events: group $gid "

# There is no entry for this user, so that the owner's group would be root's: then the change is refused.
success='s/: Success$//'
for args in "-E :$gid s" "-vE :$gid s" "-e s" "-u s" "-o s" "-g :$gid s" "-v -G :$gid s" "-O :$gid s" "-E :1 s" "-g :99999 s" \
	"-g nosuchgroup s" "-E nosuchgroup s" "-g : s" "-g :x s" "-E :-1 s" "-g :99999999999 s" "-x s" "-v" "" "--help" "-g" \
	"-v none" "none" "-u none" "-E :$gid none" "-E :$gid s none" "-v s none s" "file" "-u file" "-v s s"; do
	read -ra words <<<"$args"
	compat_files_but "$args" "$success" "service; touch file" s6-svperms "${words[@]}"
done
compat_files_but "no event" "$success" "service; rmdir s/event" s6-svperms s
compat_files_but "no event to change" "$success" "service; rmdir s/event" s6-svperms -e s
compat_files_but "event is a file" "$success" "service; rmdir s/event; touch s/event" s6-svperms s
compat_files_but "no control" "$success" "service; rm s/supervise/control" s6-svperms -v s
compat_files_but "control is a file" "$success" "service; rm s/supervise/control; touch s/supervise/control" s6-svperms s
compat_files_but "supervise is a file" "$success" "service; rm -r s/supervise; touch s/supervise" s6-svperms s
compat_files_but "supervise is a link" "$success" "service; mv s/supervise sup; ln -s ../sup s/supervise" s6-svperms s
compat_files_but "a closed service" "$success" "service; chmod 0 s" s6-svperms s
t_done
