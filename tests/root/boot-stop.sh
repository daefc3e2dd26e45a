#!/bin/bash
#
# The shutdown: who is told, how long it may take, who is killed and named, which code the container ends with.
# shellcheck disable=SC2034 # NS_ENV is nsboot.sh's
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/boot.sh"

ms() {
	echo $(($(date +%s%N) / 1000000))
}

# Starts a life whose main program tells when it is there, sends SIGTERM, waits.
stopped() {
	rm -f "$R"/out/*
	boot_start "$@"
	t_await 10 test -e "$R/out/up"
	BEGAN=$(ms)
	ns_signal TERM
	boot_end
	TOOK=$(($(ms) - BEGAN))
}

boot_root
NS_ENV=(S6_VERBOSITY=1)
stopped sh -c 'trap "exit 3" TERM; echo >/out/up; sleep 99 & wait'
t_is "the code of a main program that ends by itself" "$CODE" 3
stopped sh -c 'echo >/out/up; exec sleep 99'
t_is "0 when our signal ended it" "$CODE" 0
stopped sh -c 'trap "echo 42 >/run/s6-linux-init-container-results/exitcode; exit 3" TERM
	echo >/out/up; sleep 99 & wait'
t_is "what somebody wrote while stopping wins" "$CODE" 42

boot_slot web 'echo >/out/up; trap "echo told; exit 0" TERM; while :; do sleep 0.05; done'
boot_slot web2 'trap "exit 0" TERM; while :; do sleep 0.05; done'
stopped
t_is "without a main program the container lives until it is stopped" "$CODE" 0
t_is "the service was told once" "$(grep -c told <<<"$OUT")" 1
t_ok "and the end came with the last one, not with the budget" test "$TOOK" -lt 2500

boot_root
NS_ENV=(S6_KILL_GRACETIME=600 S6_SERVICES_GRACETIME=600)
boot_slot deaf 'trap "" TERM; echo >/out/up; while :; do sleep 0.05; done'
boot_slot good 'trap "echo good ended; exit 0" TERM; while :; do sleep 0.05; done'
stopped sleep 99
t_is "a service that ignores SIGTERM is killed at the end of the budget" "$CODE" 0
t_ok "not before it" test "$TOOK" -ge 600
t_ok "and soon after it" test "$TOOK" -lt 3500
t_like "it is named" "$OUT" "^hexad: warning: deaf: 'run' \(pid [0-9]+\) did not end in time, killing it$"
t_is "the other one ended by itself" "$(grep -c '^good ended' <<<"$OUT") $(grep -c 'warning: good' <<<"$OUT")" "1 0"
NS_ENV=(S6_KILL_GRACETIME=0 S6_SERVICES_GRACETIME=600)
stopped sleep 99
t_ok "services have a budget of their own where that of the rest is 0" test "$TOOK" -ge 600
t_is "so the good one ends by itself" "$(grep -c '^good ended' <<<"$OUT")" 1

boot_root
NS_ENV=(S6_KILL_GRACETIME=60000)
again() {
	rm -f "$R"/out/*
	boot_start sh -c 'trap "echo got it" TERM; echo >/out/up; while :; do sleep 0.05; done'
	t_await 10 test -e "$R/out/up"
	BEGAN=$(ms)
	ns_signal TERM
	t_await_line "$NS_LOG" '^got it'
}
again
ns_signal TERM
boot_end
TOOK=$(($(ms) - BEGAN))
t_ok "a second SIGTERM leaves one second" test "$TOOK" -ge 1000 -a "$TOOK" -lt 5000
t_is "the main program was told once" "$(grep -c 'got it' <<<"$OUT")" 1
t_like "and is named when it is killed" "$OUT" \
	"^hexad: warning: the main program: 'sh' \(pid [0-9]+\) did not end in time"
again
# Signals of one kind merge while they wait to be read, so the third is another one.
ns_signal TERM
ns_signal USR2
boot_end
TOOK=$(($(ms) - BEGAN))
t_ok "a third one ends the patience at once" test "$TOOK" -lt 1000

# Others than ours: told, waited for, and killed like the rest.
boot_root
NS_ENV=(S6_KILL_GRACETIME=20000)
boot_life sh -c 'setsid sh -c "trap \"sleep 0.3; echo orphan ended; exit\" TERM; echo >/out/o
	while :; do sleep 0.05; done" &
	until [ -e /out/o ]; do sleep 0.02; done; exit 2'
t_is "an orphan may finish its work" "$CODE $(grep -v Terminated <<<"$OUT")" "2 orphan ended"
rm -f "$R"/out/*
boot_start sh -c 'echo >/out/up; exec sleep 99'
t_await 10 test -e "$R/out/up"
ns_exec sh -c 'trap "echo exec ended >/out/exec; exit" TERM; echo >/out/e; while :; do sleep 0.05; done' &
t_await 10 test -e "$R/out/e"
ns_signal TERM
boot_end
t_is "a process that came from outside is told too" "$CODE $(cat "$R/out/exec")" "0 exec ended"
rm -f "$R"/out/*
NS_ENV=(S6_KILL_GRACETIME=60000)
boot_life sh -c 'setsid sh -c "echo >/out/e; kill -s STOP \$\$" & until [ -e /out/e ]; do sleep 0.02; done; exit 2'
t_is "a stopped process is continued to hear it" "$CODE $(grep -v Terminated <<<"$OUT")" "2 "
t_done
