#!/bin/bash
#
# S6_LOGGING: what reaches the engine's log and what the container's own, to the last line.
# timeout: 120
# shellcheck disable=SC2016 # expanded inside
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/engine.sh"

C_IMAGE=$IMAGE
mkdir "$T/kept"
# What the container's log says when it has ended: the volume is mounted over it.
log() {
	cat "$T"/kept/@* "$T/kept/current" 2>/dev/null
}
run() {
	rm -rf "$T"/kept/*
	c_run -e S6_VERBOSITY=1 "$@" 2>"$T/err" >"$T/out"
	CODE=$?
}

run -- sh -c 'echo out; echo err >&2; exit 3'
t_is "0: two streams" "$CODE $(cat "$T/out") $(cat "$T/err")" "3 out err"
run -e S6_LOGGING=1 -v "$T/kept:/run/uncaught-logs" -- sh -c 'echo out; echo err >&2; exit 4'
t_is "1: all on standard error" "$CODE $(cat "$T/out") $(sort "$T/err" | tr '\n' ' ')" "4  err out "
t_is "and in the log" "$(log | sort | tr '\n' ' ')" "err out "
run -e S6_LOGGING=2 -v "$T/kept:/run/uncaught-logs" -- sh -c 'echo out; echo err >&2; exit 5'
t_is "2: nothing on the engine's side" "$CODE $(cat "$T/out" "$T/err")" "5 "
t_is "all in the log" "$(log | sort | tr '\n' ' ')" "err out "

# A service's last words at a stop.
rm -rf "$T"/kept/*
c_bg -e S6_LOGGING=1 -e S6_VERBOSITY=1 -v "$T/kept:/run/uncaught-logs"
c_root sh -c 'mkdir /run/service/web; printf "#!/bin/sh\ntrap \"echo web ends; exit\" TERM
	echo web runs; while :; do sleep 0.05; done\n" >/run/service/web/run; chmod 755 /run/service/web/run
	s6-svscanctl -a /run/service'
t_await_line "$C_LOG" '^web runs' 20
docker stop -t 20 "$C" >/dev/null
t_like "a service's last line is in the log" "$(log)" '^web ends$'
t_like "and on the console" "$(c_logs)" '^web ends$'
t_done
