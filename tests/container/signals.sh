#!/bin/bash
#
# What each signal to the container does, and the commands that end it, with and without the right to end a namespace.
# timeout: 200
# shellcheck disable=SC2016,SC2119 # expanded inside; options are optional
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/engine.sh"

C_IMAGE=$IMAGE
# ends DESC CODE SIGNAL OPTION...
ends() {
	local desc=$1 want=$2 sig=$3

	shift 3
	c_bg "$@"
	docker kill -s "$sig" "$C" >/dev/null
	c_wait 30
	t_is "$desc" "$C_CODE" "$want"
	c_rm
}
ends "SIGTERM" 0 TERM
ends "SIGUSR2" 0 USR2
ends "SIGINT asks for a restart, which a container may not do" 111 INT
ends "SIGUSR1 for power off, likewise" 111 USR1
ends "SIGPWR too" 111 PWR
ends "with CAP_SYS_BOOT SIGINT ends the namespace" 129 INT --cap-add SYS_BOOT
MAIN='trap "exit 3" TERM; while :; do sleep 0.05; done' ends "the main program's own code" 3 TERM
MAIN='trap "exit 3" USR1; while :; do sleep 0.05; done' \
	ends "S6_CMD_RECEIVE_SIGNALS hands SIGUSR1 to it" 3 USR1 -e S6_CMD_RECEIVE_SIGNALS=1

c_bg
for sig in QUIT WINCH HUP ALRM; do
	docker kill -s "$sig" "$C" >/dev/null
done
t_ok "SIGQUIT, SIGWINCH, SIGHUP and SIGALRM do not end it: it still answers" c_exec svctl status
t_fails "halt is not for uid 10000" c_exec /run/s6/basedir/bin/halt
# Its own code may be lost: it is in the container that ends.
c_root /run/s6/basedir/bin/halt >/dev/null 2>&1
c_wait 30
t_is "it is for root, and the container ends" "$C_CODE" 0
t_done
