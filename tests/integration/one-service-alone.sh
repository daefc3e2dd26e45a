#!/bin/bash
# s6-supervise DIR keeps one service: same files, same letters; TERM stops it and ends with 0, HUP waits for it.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

t_service "$T" web
sv_listen web "$T/web"
one() {
	s6-supervise "$T/web" >>"$TREE_LOG" 2>&1 </dev/null &
	one=$!
}
one
sv_until web u
t_is "it starts" "$SV_GOT" su
t_ok "the status shows its process" sv_alive "$(sv_pid "$T/web")"
t_is "the service is a child of the supervisor" "$(awk '/^PPid:/ { print $2 }' "/proc/$(sv_pid "$T/web")/status")" "$one"
sv_tell "$T/web" d
sv_until web D
t_is "d stops it" "$SV_GOT" dD
sv_tell "$T/web" u
sv_until web u
kill -TERM "$one"
wait "$one"
t_is "TERM ends it with 0" $? 0
sv_until web x
t_is "after the service" "$SV_GOT" dDx

one
sv_until web u
sv_tell "$T/web" x
pid=$(sv_pid "$T/web")
sv_tell "$T/web" y
t_ok "x waits for the service" sv_alive "$pid" "$one"
kill -KILL "$pid"
wait "$one"
t_is "and ends with it" $? 0
t_code "a directory that does not exist" 111 timeout 10 s6-supervise "$T/none"
t_code "no directory" 100 timeout 10 s6-supervise
t_done
