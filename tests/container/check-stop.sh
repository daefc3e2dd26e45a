#!/bin/bash
#
# How a container is stopped and which code it ends with: signals, the commands, the file with the exit code.
# timeout: 200
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/engine.sh"
. "$(dirname "$0")/../lib/lives.sh"

bin=/run/s6/basedir/bin
code=/run/s6-linux-init-container-results/exitcode
takes=(-e S6_CMD_RECEIVE_SIGNALS=1)
traps='trap "exit 3" TERM; echo up; while :; do sleep 100000 & wait $!; done'

# stopped DESC WANT SIGNALS OPTION... -- [WORD...]: WANT is the code after SIGNALS to a container that is up. Without a main
# program a service says when.
stopped() {
	local desc=$1 want=$2 signals=$3 sig

	shift 3
	rm -rf "${R:?}/etc"
	[ "${!#}" != -- ] || legacy up 'echo up; exec sleep 1000'
	life_starts "$@"
	life_comes_to '^up$'
	for sig in $signals; do
		docker kill -s "$sig" "$C" >/dev/null || t_fail "$desc: alive before SIG$sig"
	done
	life_ends
	t_is "$desc" "$CODE" "$want"
}

main=("${as_app[@]}" sh -c)

check_no_main() {
	stopped "without a main program SIGTERM ends the container with 0" 0 TERM --
	stopped "so does SIGUSR2" 0 USR2 --
}

check_restart_signals() {
	stopped "SIGINT asks for a restart, for which a container has no right: 111" 111 INT --
	stopped "with the right it gives 129" 129 INT --cap-add SYS_BOOT --
}

check_power_signals() {
	stopped "SIGUSR1 asks for power off: 111" 111 USR1 --
	stopped "SIGPWR too" 111 PWR --
}

# What a signal does is seen by the one after it: it decides, where the first did not.
check_signals_that_stop_nothing() {
	stopped "SIGQUIT and SIGALRM are for nobody" 0 "QUIT ALRM TERM" --
}

check_two_signals() {
	legacy up 'trap "echo told" TERM; echo up; while :; do sleep 100000 & wait $!; done'
	life_starts --
	life_comes_to '^up$'
	docker kill -s TERM "$C" >/dev/null
	life_comes_to '^told$'
	docker kill -s INT "$C" >/dev/null
	life_ends
	t_is "the first request decides, the second one makes haste" "$CODE" 0
}

check_rescan_signal() {
	legacy up 'echo up; exec sleep 1000'
	life_starts --
	life_comes_to '^up$'
	c_root sh -c 'mkdir /run/service/new; printf "#!/bin/sh\necho new: up as \$(id -u)\nexec sleep 1000\n" >/run/service/new/run
		chmod 755 /run/service/new/run; chown -R app /run/service/new'
	docker kill -s HUP "$C" >/dev/null
	t_ok "SIGHUP looks for new services" life_comes_to '^new: up as 10000$'
	c_exec s6-svc -wd -T 10000 -d /run/service/new
	t_is "and the container stays" "$(c_exec s6-svstat -o up /run/service/new)" false
}

check_main_ends() {
	stopped "SIGTERM ends a main program that does nothing about it, and the code is 0" 0 TERM -- \
		"${main[@]}" 'echo up; exec sleep 100000'
	stopped "the code of one that ends by itself is the container's" 3 TERM -- "${main[@]}" "$traps"
}

check_main_takes_signals() {
	stopped "with S6_CMD_RECEIVE_SIGNALS it gets the signal, and its code is the container's" 3 TERM "${takes[@]}" -- \
		"${main[@]}" "$traps"
	stopped "also where the signal ends it" 143 TERM "${takes[@]}" -- "${main[@]}" 'echo up; exec sleep 100000'
	stopped "SIGINT is nothing to it then" 143 "INT TERM" "${takes[@]}" -- "${main[@]}" 'echo up; exec sleep 100000'
	stopped "without a main program they act as usual" 111 "USR1" "${takes[@]}" --
}

# ends_with DESC WANT BODY: a main program, root since the file is his, that does BODY and asks for the end.
ends_with() {
	life -- sh -c "$3; $bin/halt; exec sleep 1000"
	t_life "$1" "$2 "
}

check_code_file() {
	ends_with "halt ends the container with the code that the file says" "42" "echo 42 >$code"
	ends_with "modulo 256" "44" "echo 300 >$code"
	ends_with "in decimal" "10" "echo 010 >$code"
	ends_with "what is no number gives 100" "100" "echo abc >$code"
}

check_code_file_odd() {
	ends_with "a negative one as well" "100" "echo -1 >$code"
	ends_with "an empty file gives 0" "0" ": >$code"
	ends_with "no file, too" "0" "rm -r ${code%/*}"
	ends_with "nobody wrote there: 0" "0" ":"
}

check_commands() {
	life -- sh -c "$bin/poweroff; exec sleep 1000"
	t_is "poweroff asks for what a container may not: 111" "$CODE" 111
	life -- sh -c "$bin/halt -f; echo rc=\$?; exit 77"
	t_is "halt -f, which goes round everything, fails, and nothing happens" "$CODE $(grep rc= <<<"$OUT")" "77 rc=111"
	life -- "${as_app[@]}" sh -c "$bin/halt; echo rc=\$?; $bin/shutdown -h now; echo rc=\$?; exit 9"
	t_is "they are not for everybody" "$CODE $(grep rc= <<<"$OUT" | tr '\n' ' ')" "9 rc=100 rc=111 "
	t_is "each says so" "$(grep -c 'Operation not permitted$' <<<"$OUT")" 2
}

check_second_life() {
	life_starts -- sh -c "cat $code; exit 7"
	life_ends
	t_life "the first life of a container" "7 0"
	t_is "the second one begins with the code 0, and has its own" "$(docker start -a "$C"; echo $?)" $'0\n7'
}

lives_side_by_side
t_done
