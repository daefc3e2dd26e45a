#!/bin/bash
#
# A fault in PID 1 during boot, running and stopping: what runs goes on, nothing is done twice.
# shellcheck disable=SC2034 # NS_ENV is nsboot.sh's
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/boot.sh"

took_over() {
	t_await_line "$NS_LOG" "took over after a fault .*fault $1"
}

boot_root
boot_script 1 'echo one; echo >/out/one; until [ -e /out/go ]; do sleep 0.02; done; exit 4'
boot_script 2 'echo two; cat'
boot_start sh -c 'echo main; pwd; exit 9'
t_await 10 test -e "$R/out/one"
ns_signal SEGV
took_over 1
touch "$R/out/go"
boot_end
t_is "in a script: it goes on, its code is known, the rest follows" \
	"$CODE $(grep -E '^(one|two|main|/|cont-init)' <<<"$OUT")" \
	"9 cont-init: info: running /etc/cont-init.d/1
one
cont-init: info: /etc/cont-init.d/1 exited 4
cont-init: info: running /etc/cont-init.d/2
two
cont-init: info: /etc/cont-init.d/2 exited 0
main
/"

boot_root
boot_slot web 'echo $$ >>/out/web; exec sleep 1000'
boot_start sh -c 'echo $$ >>/out/main; until [ -e /out/go ]; do sleep 0.02; done; exit 11'
t_await 10 test -s "$R/out/web" -a -s "$R/out/main"
ns_signal SEGV
took_over 1
ns_signal ABRT
took_over 2
t_is "PID 1 is s6-svscan still" "$(ns_exec cat /proc/1/comm)" s6-svscan
touch "$R/out/go"
boot_end
t_is "while running: main program and service keep their pids" "$(wc -l <"$R/out/web") $(wc -l <"$R/out/main")" "1 1"
t_is "and the main program its code" "$CODE" 11

boot_root
NS_ENV=(S6_KILL_GRACETIME=20000)
boot_slot web 'trap "echo told; echo >/out/told; until [ -e /out/go ]; do sleep 0.02; done; exit 0" TERM
echo >/out/up; while :; do sleep 0.05; done'
boot_start
t_await 10 test -e "$R/out/up"
ns_signal TERM
t_await 10 test -e "$R/out/told"
ns_signal BUS
took_over 1
touch "$R/out/go"
boot_end
t_is "while stopping: the stop goes on, nobody is told twice" \
	"$CODE $(grep -c '^told' <<<"$OUT") $(grep -c 'did not end' <<<"$OUT")" \
	"0 1 0"
NS_ENV=(S6_KILL_GRACETIME=1500 S6_SERVICES_GRACETIME=1500)
rm -f "$R"/out/*
boot_start
t_await 10 test -e "$R/out/up"
ns_signal TERM
t_await 10 test -e "$R/out/told"
ns_signal SEGV
took_over 1
boot_end
t_is "and the budget holds" "$CODE $(grep -c 'did not end' <<<"$OUT" | sed 's/[1-9]/some/')" "0 some"
t_done
