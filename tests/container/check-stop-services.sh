#!/bin/bash
#
# The stop of services: order, cont-finish.d and finish scripts, the codes they write, and those who do not listen.
# timeout: 200
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/engine.sh"
. "$(dirname "$0")/../lib/lives.sh"

shopt -s extglob
code=/run/s6-linux-init-container-results/exitcode
deaf='trap : TERM; echo >&3; while :; do sleep 0.1; done'
# A service that says when it has begun: who waits for it knows that its trap is set, and its finish script will run.
says_when() {
	mk "$1/notification-fd" '3\n'
}

check_finish_order() {
	finish_script 20 'echo f20; exit 9'
	finish_script 100 'echo f100 $RC_NAME $# $(readlink /proc/self/fd/0)'
	life -- "${as_app[@]}" sh -c 'echo CMD; exit 7'
	t_life "cont-finish.d runs behind the main program in the order of bytes, and its codes do not count" \
		$'7 CMD\nf100 legacy-cont-init 0 /dev/null\nf20'
}

check_finish_code() {
	finish_script 1 "echo 33 >$code"
	life -- "${as_app[@]}" sh -c 'exit 7'
	t_life "the last who writes the exit code decides" "33 "
}

check_finish_limit() {
	finish_script 1 'exec sleep 1000'
	finish_script 2 'echo second'
	life -e S6_KILL_FINISH_MAXTIME=1000 -- "${as_app[@]}" sh -c 'exit 4'
	t_life "a script that takes longer than S6_KILL_FINISH_MAXTIME is killed, the next one runs" \
		$'4 hexad: warning: \'/etc/cont-finish.d/1\' did not end in time, killing it\nsecond'
}

check_service_finish() {
	legacy m 'echo >&3; exec sleep 1000'
	says_when /etc/services.d/m
	image_script /etc/services.d/m/finish "echo FIN \$*; echo \$((128 + \$2)) >$code"
	finish_script 1 'echo CF'
	life -- sh -c 's6-svwait -U -t 10000 /run/service/m; exit 7'
	t_is "a finish script learns how the service ended, runs before cont-finish.d, and may write the code" \
		"$CODE ${OUT/ m +([0-9])/ m PID}" $'143 FIN 256 15 m PID\nCF'
}

check_service_finish_on_signal() {
	legacy m 'echo up; exec sleep 1000'
	image_script /etc/services.d/m/finish "echo 21 >$code"
	life_starts --
	life_comes_to '^up$'
	docker kill -s TERM "$C" >/dev/null
	life_ends
	t_life "also where a signal began the stop" "21 up"
}

check_service_ends_container() {
	legacy m 'exit 42'
	image_script /etc/services.d/m/finish "echo \$1 >$code; exec /run/s6/basedir/bin/halt"
	life --
	t_is "a service ends the container with its own code: finish writes it and calls halt" "$CODE" 42
	legacy m 'exit 0'
	image_script /etc/services.d/m/finish 's6-svscanctl -t /run/service'
	life --
	t_is "as does s6-svscanctl -t, with 0" "$CODE" 0
}

check_order() {
	oneshot a 'echo a-up' 'echo a-down'
	oneshot b 'echo b-up' 'echo b-down'
	after b a
	legacy l 'echo >&3; exec sleep 1000'
	says_when /etc/services.d/l
	owned_by_app /etc/services.d/l
	image_script /etc/services.d/l/finish 'echo l-fin $(id -u)'
	life -- "${as_app[@]}" sh -c 's6-svwait -U -t 10000 /run/service/l && echo CMD'
	t_life "services.d go down before the services of user, those in the reverse of their order" \
		$'0 a-up\nb-up\nCMD\nl-fin 10000\nb-down\na-down'
}

check_down_fails() {
	oneshot a '' 'sh -c "exit 4"'
	after a base
	finish_script 1 'echo CF'
	life -- "${as_app[@]}" sh -c 'exit 6'
	t_life "what a service needs that does not go down stays up: cont-finish.d does not run" \
		"6 s6-rc: warning: unable to stop service a: command exited 4"
}

check_deaf_longrun() {
	longrun a "$deaf"
	says_when S/a
	mk S/a/timeout-kill '500\n'
	image_script /etc/s6-overlay/s6-rc.d/a/finish 'echo FIN $1 $2 $(id -u)'
	owned_by_app /etc/s6-overlay/s6-rc.d/a
	life -- "${as_app[@]}" sh -c 'echo CMD; exit 6'
	t_life "a longrun that ignores SIGTERM is killed after its timeout-kill" $'6 CMD\nFIN 256 9 10000'
}

check_deaf_legacy() {
	legacy l "$deaf"
	says_when /etc/services.d/l
	owned_by_app /etc/services.d/l
	finish_script 1 'echo CF'
	life -e S6_SERVICES_GRACETIME=500 -e S6_KILL_GRACETIME=1000 -- \
		"${as_app[@]}" sh -c 's6-svwait -U -t 10000 /run/service/l; exit 6'
	t_is "one of services.d has S6_SERVICES_GRACETIME, then the stop goes on" "$CODE $(grep -c '^CF$' <<<"$OUT")" "6 1"
	t_like "and it is named" "$OUT" "^hexad: warning: l: 'run' .* did not end in time, killing it\$"
}

check_orphan() {
	life -e S6_KILL_GRACETIME=2000 -- "${as_app[@]}" sh -c 'mkfifo /tmp/ready
		setsid sh -c "trap \"echo L-TERM\" TERM; echo >/tmp/ready; while :; do sleep 0.1; done" &
		read -r _ </tmp/ready; exit 2'
	t_is "what the main program leaves behind is told, and killed when it does not listen" \
		"$CODE $(grep -v '^hexad: \|^Terminated$' <<<"$OUT")" "2 L-TERM"
}

lives_side_by_side
t_done
