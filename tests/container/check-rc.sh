#!/bin/bash
#
# Services of s6-rc.d: what a oneshot gets, order and parallelism, readiness, pipelines, failures.
# timeout: 200
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/engine.sh"
. "$(dirname "$0")/../lib/lives.sh"

check_oneshot_context() {
	oneshot o '#!/bin/sh\nenv\n'
	life -e FOO=bar -- true
	t_is "a oneshot has PATH and its own name; a first line for an interpreter is a comment" "$CODE $(sort <<<"$OUT")" \
		"0 PATH=/command:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"$'\nRC_NAME=o'
}

check_oneshot_words() {
	oneshot o 'echo $RC_NAME "q  q" ~ *.c a && b\n'
	life -- true
	t_life "no shell reads it" '0 $RC_NAME q  q ~ *.c a && b'
}

check_chain() {
	local i

	for i in c b a; do
		mk "S/$i/type" 'oneshot\n'
		mk "S/$i/up" "echo up-$i\n"
		mk "S/$i/down" "echo down-$i\n"
	done
	after b a
	after c b
	mk U/c ''
	life -- "${as_app[@]}" echo CMD
	t_life "dependencies come along, start before and stop after" \
		$'0 up-a\nup-b\nup-c\nCMD\ndown-c\ndown-b\ndown-a'
}

# Each waits for another: one after the other they would wait for ever.
check_parallel() {
	mkfifo "$R/ab" "$R/bc" "$R/ca"
	oneshot a 'sh -c "echo 1 >/ab; read -r _ </ca"'
	oneshot b 'sh -c "read -r _ </ab; echo 1 >/bc"'
	oneshot c 'sh -c "read -r _ </bc; echo 1 >/ca"'
	life -e S6_BEHAVIOUR_IF_STAGE2_FAILS=2 -e S6_CMD_WAIT_FOR_SERVICES_MAXTIME=20000 -- "${as_app[@]}" echo PARALLEL
	t_life "what does not depend on one another starts at the same time" "0 PARALLEL"
}

# The oneshot "witness" lets the longrun become ready when it has seen it run.
check_readiness() {
	mkfifo "$R/go"
	longrun l 'echo STARTED; read -r _ </go; echo READY; echo >&3; exec sleep 1000'
	mk S/l/notification-fd '3\n'
	chmod 600 "$R/etc/s6-overlay/s6-rc.d/l/run"
	oneshot witness 'sh -c "s6-svwait -u -t 10000 /run/service/l; test -e /dep && echo TOO EARLY; echo >/go"'
	oneshot d 'sh -c "echo >/dep; echo DEP"'
	after d l
	life -- "${as_app[@]}" echo CMD
	t_life "what depends on a longrun waits until it says that it is ready; run need not be executable" \
		$'0 STARTED\nREADY\nDEP\nCMD'
}

check_never_ready() {
	longrun l
	mk S/l/notification-fd '3\n'
	mk S/l/timeout-up '500\n'
	owned_by_app /etc/s6-overlay/s6-rc.d/l
	life -- "${as_app[@]}" \
		sh -c 'echo CMD; s6-svwait -D -t 10000 /run/service/l; s6-svstat -o up,wantedup /run/service/l; s6-rc -a list | grep l\$'
	t_life "one that does not in its timeout-up is stopped, and does not count as up" \
		$'1 s6-rc: warning: unable to start service l: command exited 99\nCMD\nfalse false'
}

check_failure() {
	oneshot o 'sh -c "exit 7"'
	oneshot p 'echo P'
	after p o
	oneshot q 'echo Q'
	life -- "${as_app[@]}" echo CMD
	t_is "what depends on a failure is not tried, the others are" "$CODE $(sort <<<"$OUT")" \
		$'0 CMD\nQ\ns6-rc: warning: unable to start service o: command exited 7'
}

check_down_file() {
	longrun l
	mk S/l/down ''
	owned_by_app /etc/s6-overlay/s6-rc.d/l
	life -- "${as_app[@]}" sh -c 's6-svwait -u -t 10000 /run/service/l; s6-svstat -o up,normallyup,wantedup /run/service/l'
	t_life "a down file in a definition keeps nothing down" "0 true true true"
}

check_pipeline() {
	longrun p 'echo data; echo >&3; exec sleep 1000'
	mk S/p/notification-fd '3\n'
	mk S/p/producer-for 'c\n'
	mk S/c/type 'longrun\n'
	mk S/c/run '#!/bin/sh\nexec sed -u "s/^/C $(id -u): /"\n'
	mk S/c/consumer-for 'p\n'
	mk S/c/pipeline-name 'pipe\n'
	rm -r "$R/etc/s6-overlay/user-bundles.d/user/contents.d/p"
	mk U/pipe ''
	owned_by_app /etc/s6-overlay/s6-rc.d/{p,c}
	life -- "${as_app[@]}" sh -c 's6-rc-db contents pipe | sort; s6-svc -wR -T 10000 -r /run/service/p || echo FAILED'
	t_is "a pipeline loses nothing when its producer restarts, nor at the stop" "$CODE $(sort <<<"$OUT")" \
		$'0 C 10000: data\nC 10000: data\nc\np'
}

check_legacy_of_user() {
	longrun l
	legacy v
	owned_by_app /etc/services.d/v
	life -- sh -c 's6-svwait -u -t 10000 /run/service/v; s6-rc -d change l; echo rc=$?; s6-rc -a list; ls /run/service'
	t_life "services.d depend on the services of user: who stops one of these stops all of those" \
		$'0 rc=0\nfix-attrs\nlegacy-cont-init\nl'
}

check_permanent_failure() {
	longrun f 'exit 1'
	image_script /etc/s6-overlay/s6-rc.d/f/finish 'exit 125'
	owned_by_app /etc/s6-overlay/s6-rc.d/f
	life -- "${as_app[@]}" sh -c 's6-svwait -D -t 10000 /run/service/f; s6-svstat -o up,wantedup /run/service/f; s6-rc diff; echo rc=$?'
	t_is "a longrun that fails for good is down, and s6-rc diff says so" "$CODE $(grep -v '^hexad: ' <<<"$OUT")" \
		$'0 false false\n-f\nrc=1'
}

lives_side_by_side
t_done
