#!/bin/bash
# sanitizer: leaks, of svctl's commands
# svctl shutdown is done when the supervisor has ended, whoever still holds the pipe of a logger.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/svctl.sh"

s=$HEXAD_SCANDIR
t_service "$s" web
t_service "$s" web/log 'exec cat'
t_service "$s" slow "trap '' TERM; echo up >'$T/trapped'; while :; do read -r _ <'$T/never'; done"
echo 300 >"$s/slow/timeout-kill"
mkfifo "$T/never" "$T/trapped"
sv_listen web "$s/web"
t_tree "$s"
sv_until web u
read -r _ <"$T/trapped"
pid=$(sv_pid "$s/web")
slow=$(sv_pid "$s/slow")
out=$(svctl shutdown 2>&1)
t_is "shutdown" "$? $out" "0 the supervisor has ended"
t_ok "it has" t_await_exit "$TREE_PID"
t_fails "its services too" sv_alive "$pid"
t_fails "also the one that ignores SIGTERM" sv_alive "$slow"
t_ok "an audit line" grep -q 'verb=shutdown service=- result=ok$' "$TREE_LOG"
t_is "then nobody is there" "$(svctl shutdown 2>&1; echo $?)" "svctl: fatal: nothing supervises '$s'"$'\n'102

# A process that outlived its service holds the pipe; the service itself was stopped before.
rm -r "$s/slow"
t_service "$s" web "sleep 1000 & echo \$! >'$T/left'; exec sleep 1000"
mkfifo "$T/left"
t_tree "$s"
read -r left <"$T/left"
t_at_exit "kill $left 2>/dev/null"
svctl stop web >/dev/null
t_like "the time is over before its logger's is" "$(svctl -t 300 shutdown 2>&1; echo $?)" \
	'^svctl: fatal: (shutdown: not done within 300 ms; it goes on|no answer within 300 ms; what was asked for goes on)$'
t_is "asked again meanwhile" "$(svctl shutdown 2>&1; echo $?)" "svctl: fatal: refused: the supervisor is shutting down"$'\n'1
t_ok "but it ends" t_await_exit "$TREE_PID" 20
t_done
