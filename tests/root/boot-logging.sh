#!/bin/bash
#
# S6_LOGGING 1 and 2: everything goes through one logger, which is the last to go and keeps the last line.
# shellcheck disable=SC2034 # NS_ENV is nsboot.sh's
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/boot.sh"

# /run goes with the life: what the log holds is copied out by a mount that stays.
logs_stay() {
	mkdir -p "$R/kept"
	boot_before "mkdir -p /run/uncaught-logs && mount --bind /kept /run/uncaught-logs; $1 exec \"\$@\""
}
log() {
	cat "$R"/kept/@* "$R/kept/current" 2>/dev/null
}
lives() {
	rm -rf "$R"/kept
	logs_stay "${BEFORE:-}"
	boot_life "$@"
}

boot_root
NS_ENV=(S6_LOGGING=1 S6_VERBOSITY=1)
boot_script 10 'echo from cont-init'
lives sh -c 'echo from main; echo error >&2; readlink /proc/1/fd/1; exit 5'
t_is "mode 1: the code" "$CODE" 5
t_is "every line is in the log" "$(log)" \
	$'from cont-init\nfrom main\nerror\n/run/service/s6-svscan-log/fifo'
t_is "and on the console" "$OUT" "$(log)"

NS_ENV=(S6_LOGGING=2 S6_VERBOSITY=1 "S6_LOGGING_SCRIPT=n3 T s1000")
lives sh -c 'echo from main; (trap "echo last words; exit" TERM; echo >/out/o
	while :; do sleep 0.05; done) & until [ -e /out/o ]; do sleep 0.02; done; exit 6'
t_is "mode 2: the code" "$CODE" 6
t_is "the console is silent" "$OUT" ""
t_like "the log has the stamps that were asked for" "$(log)" '^[0-9-]{10} [0-9:.]+  from main$'
t_like "and the last words" "$(log)" 'last words$'

NS_ENV=(S6_LOGGING=2 S6_VERBOSITY=1 S6_CATCHALL_USER=app)
lives sh -c 'until s6-svstat -o up /run/service/s6-svscan-log | grep -q true; do sleep 0.02; done
	p=$(s6-svstat -o pid /run/service/s6-svscan-log)
	stat -c "%u %a" /run/uncaught-logs; sed -n "s/^Uid:\t\([0-9]*\).*/\1/p" /proc/$p/status'
t_is "the logger runs as S6_CATCHALL_USER, who owns the log" "$CODE $(log | tail -n 2)" $'0 10000 2750\n10000'

NS_ENV=(S6_LOGGING=1 S6_CATCHALL_USER=nosuch)
boot_life true
t_is "an unknown user: 100" "$CODE" 100
t_like "and why" "$OUT" "S6_CATCHALL_USER: there is no user 'nosuch'"

# Much more than the FIFO holds, and a logger that is killed in between: it comes back, nobody blocks.
NS_ENV=(S6_LOGGING=2 S6_VERBOSITY=1)
lives sh -c 'i=0; while [ $i -lt 3000 ]; do echo "line $i of what is a little longer than it need be"; i=$((i+1))
	[ $i != 1500 ] || s6-svc -k /run/service/s6-svscan-log; done'
t_is "a killed logger costs no program its life" "$CODE" 0
t_like "the last line is there" "$(log)" '^line 2999 '

# A service's last line, at a stop from outside.
boot_root
boot_slot web 'trap "echo web ends; exit 0" TERM; echo web runs; while :; do sleep 0.05; done'
NS_ENV=(S6_LOGGING=1 S6_VERBOSITY=1)
rm -rf "$R/kept"
logs_stay
boot_script 50-slots 'cp -R /slots/. /run/service'
boot_start
t_await_line "$NS_LOG" '^web runs'
ns_signal TERM
boot_end
t_is "the last line of a service" "$CODE $(log | tail -n 1)" "0 web ends"

NS_ENV=(S6_LOGGING=1)
boot_before 'mount -t tmpfs -o ro tmpfs /run; exec "$@"'
boot_life sh -c 'echo here; exit 3'
t_is "without a /run to write to: as with 0" "$CODE $(grep -c '^here' <<<"$OUT")" "3 1"
t_like "which is said" "$OUT" "unable to log to '/run/uncaught-logs'"
t_done
