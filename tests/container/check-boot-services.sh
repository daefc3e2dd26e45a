#!/bin/bash
#
# services.d and the order of boot: what waits for what, and what a failure, a time limit or a broken definition does.
# timeout: 200
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/engine.sh"
. "$(dirname "$0")/../lib/lives.sh"

stops=(-e S6_BEHAVIOUR_IF_STAGE2_FAILS=2)

check_service_runs() {
	legacy a 'echo RUN $(id -u) $0 $1 $PWD; echo >&3; exec sleep 1000'
	mk /etc/services.d/a/notification-fd '3\n'
	owned_by_app /etc/services.d/a
	life -- "${as_app[@]}" sh -c 's6-svwait -U -t 10000 /run/service/a && readlink /run/service/a && exit 4'
	t_life "a service of services.d is copied, linked, and runs there as its owner, who may look at it" \
		$'4 RUN 10000 ./run a /run/s6/legacy-services/a\n/run/s6/legacy-services/a'
}

check_service_down() {
	legacy a 'echo RUN'
	mk /etc/services.d/a/down ''
	mk /etc/services.d/plain ''
	owned_by_app /etc/services.d/a
	life -- "${as_app[@]}" sh -c 's6-svok /run/service/a && s6-svstat -o up,wantedup /run/service/a; ls /run/service'
	t_life "a down file keeps it from starting, and a plain file is no service" $'0 false false\na'
}

check_service_logger() {
	legacy a 'echo hello; echo >&3; exec sleep 1000' 'exec sed -u "s/^/LOG $(id -u): /"'
	mk /etc/services.d/a/notification-fd '3\n'
	owned_by_app /etc/services.d/a
	life -- "${as_app[@]}" s6-svwait -U -t 10000 /run/service/a
	t_life "its output goes to its logger, to the last line" "0 LOG 10000: hello"
}

check_failure_of_user() {
	oneshot bad 'sh -c "exit 7"'
	legacy a 'echo STARTED; exec sleep 1000'
	life -- "${as_app[@]}" sh -c 'echo CMD; ls /run/service'
	t_life "where a service of user fails nothing of services.d is started, the main program is" \
		$'0 s6-rc: warning: unable to start service bad: command exited 7\nCMD'
	life "${stops[@]}" -- echo CMD
	t_life "with behaviour 2 the container ends with 1" \
"1 s6-rc: warning: unable to start service bad: command exited 7
hexad: warning: some services could not be brought up
hexad: fatal: stopping the container"
}

check_time_limit() {
	oneshot s 'sleep 1000'
	life -e S6_CMD_WAIT_FOR_SERVICES_MAXTIME=500 "${stops[@]}" -- echo CMD
	t_is "what takes longer than S6_CMD_WAIT_FOR_SERVICES_MAXTIME ends it with 2" "$CODE $(grep -c CMD <<<"$OUT")" "2 0"
	life -e S6_CMD_WAIT_FOR_SERVICES_MAXTIME=500 -- "${as_app[@]}" sh -c 'echo CMD; exit 3'
	t_is "without behaviour 2 the main program runs" "$CODE $(grep -c CMD <<<"$OUT")" "3 1"
}

check_old_layout() {
	mk S/user/contents.d/o ''
	mk S/o/type 'oneshot\n'
	mk S/o/up 'echo OLDLAYOUT\n'
	LIFE_FIRST='rm -rf /etc/s6-overlay/user-bundles.d' life -- "${as_app[@]}" echo CMD
	t_is "bundles among the definitions, as images made for older versions have them, count" \
		"$CODE $(grep -v '^s6-rc-compile: \|^hexad: ' <<<"$OUT")" $'0 OLDLAYOUT\nCMD'
	t_like "which is warned about" "$OUT" 'warning: .*/etc/s6-overlay/s6-rc.d/user'
}

# The script waits for the service that starts beside it, and would do so for ever if it did not.
check_base_or_not() {
	mkfifo "$R/met"
	oneshot early 'sh -c "echo EARLY; echo >/met"'
	oneshot late 'echo AFTERBASE'
	after late base
	boot_script 1 'timeout 20 cat /met >/dev/null && echo CI'
	life -- "${as_app[@]}" echo CMD
	t_life "a service starts beside cont-init.d, one that depends on base behind it, the main program behind all" \
		$'0 EARLY\nCI\nAFTERBASE\nCMD'
}

check_user2() {
	mk S/u/type 'oneshot\n'
	mk S/u/up 's6-svwait -u -t 10000 /run/service/m\n'
	mk S/u/dependencies.d/legacy-services ''
	mk S/v/type 'oneshot\n'
	mk S/v/up 'sh -c "test -d /run/s6/legacy-services/m && echo U2"\n'
	mk S/v/dependencies.d/u ''
	mk U2/v ''
	legacy m
	life "${stops[@]}" -- "${as_app[@]}" echo CMD
	t_life "a member of user2 can wait for services.d" $'0 U2\nCMD'
}

check_broken_definition() {
	mk S/a/type 'nonsense\n'
	mk U/a ''
	life_starts -- echo CMD
	life_comes_to 'no service is started$'
	t_ok "with a definition that is none the container stays, for people to look" c_root svctl status
	docker kill -s TERM "$C" >/dev/null
	life_ends
	t_life "the file is named, and a stop ends it with 0" \
"0 s6-rc-compile: fatal: invalid /etc/s6-overlay/s6-rc.d/a/type: must be oneshot, longrun, or bundle
hexad: fatal: the service definitions have errors: no service is started"
	life "${stops[@]}" -- echo CMD
	t_is "with behaviour 2 it ends with 1 by itself" "$CODE $(grep -c CMD <<<"$OUT")" "1 0"
}

lives_side_by_side
t_done
