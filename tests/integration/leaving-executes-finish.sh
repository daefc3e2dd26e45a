#!/bin/bash
# Leaving the scan directory: every service is stopped and its listeners told, then .s6-svscan/finish is
# executed under the same pid and its exit code is hexad's; without one the code is 0.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

for how in TERM t q INT i HUP; do
	s=$T/$how
	mkdir -p "$s/.s6-svscan"
	chmod 700 "$s/.s6-svscan"
	printf '#!/bin/sh\necho "$$ $#" >%s/finished\nexit 7\n' "$s" >"$s/.s6-svscan/finish"
	chmod 755 "$s/.s6-svscan/finish"
	t_service "$s" web
	t_service "$s" down
	touch "$s/down/down"
	sv_listen "web$how" "$s/web"
	sv_listen "down$how" "$s/down"
	t_tree "$s"
	sv_until "web$how" u
	sv_letters "down$how" 1
	pid=$(sv_pid "$s/web")
	case $how in
	HUP)
		kill -HUP "$TREE_PID"
		sv_scan "$s" t
		;;
	TERM | INT) kill "-$how" "$TREE_PID" ;;
	*) sv_scan "$s" "$how" ;;
	esac
	wait "$TREE_PID"
	t_is "$how: finish's exit code" $? 7
	t_is "$how: finish has hexad's pid and no argument" "$(cat "$s/finished")" "$TREE_PID 0"
	t_fails "$how: the service is gone" sv_alive "$pid"
	sv_until "web$how" x
	t_is "$how: its listener heard it all" "$SV_GOT" dDx
	sv_letters "down$how" 1
	t_is "$how: so did the one of a service that was down" "$SV_GOT" x
done
mkdir "$T/plain"
t_tree "$T/plain"
kill "$TREE_PID"
wait "$TREE_PID"
t_is "without finish the code is 0" $? 0
t_done
