#!/bin/bash
#
# The container's exit code when it is stopped from outside, and what happens to those who do not listen.
# timeout: 200
# shellcheck disable=SC2119 # options are optional
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/engine.sh"

C_IMAGE=$IMAGE
MAIN='trap "exit 5" TERM; echo main: trapped; while :; do sleep 100000 & wait $!; done' c_bg
t_await_line "$C_LOG" '^main: trapped' 10
docker stop -t 20 "$C" >/dev/null
t_is "a main program that ends by itself gives the code" "$(c_state '{{.State.ExitCode}}')" 5

c_bg -- /nonexistent/program
c_wait
t_is "so does one that cannot be run" "$C_CODE" 127

# No main program: the container lives until it is stopped.
c_bg --
t_await_line "$C_LOG" . 1 >/dev/null
t_ok "without a main program the container stays" c_exec svctl status
docker stop -t 20 "$C" >/dev/null
t_is "and ends with 0 when it is stopped" "$(c_state '{{.State.ExitCode}}')" 0

MAIN='trap "" TERM; echo main: deaf; while :; do sleep 100000; done' c_bg -e S6_KILL_GRACETIME=500 -e S6_SERVICES_GRACETIME=500
t_await_line "$C_LOG" '^main: deaf' 10
began=$(date +%s)
docker stop -t 60 "$C" >/dev/null
t_ok "a main program that ignores SIGTERM is killed when the budget is over" test $(($(date +%s) - began)) -lt 30
t_is "hexad itself was not killed by the engine" "$(c_state '{{.State.OOMKilled}}')" false
t_done
