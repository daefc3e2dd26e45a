#!/bin/bash
# timeout: 90
#
# A tree of root's: who owns what is made there, what an ordinary user is refused, and what s6-svperms opens to him. The same
# with both supervisors and both sets of clients, but for what hexad gives to the owner of a service.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/fourways.sh"
compat_need
chmod 711 "$T" ${T_SCRATCH:+"$T_SCRATCH"}

group=games
gid=$(getent group $group | cut -d: -f3)
if [ -z "$gid" ]; then
	t_skip "owners and rights" "there is no group '$group'"
	t_done
fi

# user CMD... as an ordinary user; member CMD... as one who is in the group.
user() { setpriv --reuid 10000 --regid 10000 --clear-groups "$@"; }
member() { setpriv --reuid 10000 --regid 10000 --groups "$gid" "$@"; }

client() {
	if [ "$CLIENTS" = ours ]; then echo "$B/bin/$1"; else echo "$DEBIAN_S6/$1"; fi
}

# may NAME WHO CMD ARG...: the exit code alone; words are compared elsewhere.
may() {
	local name=$1 who=$2 prog

	prog=$(client "$3")
	shift 3
	"$who" "$prog" "$@" >/dev/null 2>&1
	see "$name" $?
}

begin() {
	chmod 711 "$W" "$(dirname "$W")"
	chmod 755 "$SCAN"
	t_service "$SCAN" web
	sv_listen web "$SCAN/web"
	rm -rf "$SCAN/web/event"
}

setgid_parent() {
	local d=$SCAN/web

	begin
	chgrp "$gid" "$d"
	chmod 2755 "$d"
	tree
	t_await 10 "$DEBIAN_S6/s6-svwait" -u -t 10000 "$d"
	for f in supervise supervise/lock supervise/control supervise/status supervise/death_tally event; do
		see "$f" "$(stat -c '%a %u:%g' "$d/$f")"
	done
}
four_differs event "hexad/*" "3730 0:$gid" 'owner of `event/`'
four_play setgid_parent

# Made beforehand, in a directory of somebody else's: what is there stays as it is.
there_already() {
	local d=$SCAN/web

	begin
	mkdir -m 755 "$d/supervise"
	mkdir -m 2755 "$d/event"
	mkfifo -m 622 "$d/supervise/control"
	touch "$d/supervise/lock"
	chmod 666 "$d/supervise/lock"
	chown -R 10000:10000 "$d"
	chown 10000:"$gid" "$d/event"
	chmod 2755 "$d/event"
	tree
	t_await 10 "$DEBIAN_S6/s6-svwait" -u -t 10000 "$d"
	for f in supervise supervise/lock supervise/control event; do
		see "$f" "$(stat -c '%a %u:%g' "$d/$f")"
	done
	for f in status death_tally; do
		see "$f" "$(stat -c '%a %u:%g' "$d/supervise/$f")"
	done
	may "anybody's control" user s6-svc -wD -T 10000 -d "$d"
}
four_differs status "hexad/*" "644 10000:10000" 'owner of `event/`'
four_differs death_tally "hexad/*" "644 10000:10000" 'owner of `event/`'
four_play there_already

defaults() {
	local d=$SCAN/web

	begin
	mkdir "$SCAN/.none"
	tree
	t_await 10 "$DEBIAN_S6/s6-svwait" -u -t 10000 "$d"
	may "svok" user s6-svok "$d"
	may "svstat" user s6-svstat "$d"
	may "svc" user s6-svc -d "$d"
	may "svwait" user s6-svwait -t 1000 -u "$d"
	may "svscanctl" user s6-svscanctl -t "$SCAN"
	may "svscanctl -a" user s6-svscanctl -a "$SCAN"
	may "svok, never supervised" user s6-svok "$SCAN/.none"
	may "svc, never supervised" user s6-svc -d "$SCAN/.none"
	see "it runs on" "$(sv_alive "$(sv_pid "$d")" && echo yes), flags $(sv_flags "$d")"
}
four_differs "svc, never supervised" "*/ours" 102 '`s6-svc`, failures'
four_differs svscanctl hexad/ours 1 '`s6-svscanctl -t`'
four_play defaults

opened() {
	local d=$SCAN/web pid

	begin
	tree
	t_await 10 "$DEBIAN_S6/s6-svwait" -u -t 10000 "$d"
	cl_see "as it is made" s6-svperms -v "$d"
	cl s6-svperms -g "$group" "$d"
	may "-g, svok" member s6-svok "$d"
	may "-g, svstat" member s6-svstat "$d"
	may "-g, svc" member s6-svc -o "$d"
	may "-g, svwait" member s6-svwait -t 1000 -u "$d"
	may "-g, not a member" user s6-svok "$d"
	cl s6-svperms -G "$group" "$d"
	may "-G, svc" member s6-svc -o "$d"
	cl s6-svperms -E "$group" "$d"
	may "-E, svwait" member s6-svwait -t 10000 -u "$d"
	# They outlive runs, and incarnations too.
	pid=$(sv_pid "$d")
	may "restart" member s6-svc -wr -T 10000 -ru "$d"
	see "another process" "$([ "$pid" != "$(sv_pid "$d")" ] && echo yes)"
	cl_see "after a restart" s6-svperms -v "$d"
	cl s6-svc -wD -T 10000 -d "$d"
	cl s6-svc -wu -T 10000 -x "$d"
	t_await 10 "$DEBIAN_S6/s6-svwait" -u -t 10000 "$d"
	cl_see "after another supervisor" s6-svperms -v "$d"
	cl s6-svperms -u -e "$d"
	may "-u, svok" member s6-svok "$d"
	cl_see "closed again" s6-svperms -v "$d"
}
four_play opened
t_done
