#!/bin/bash
#
# [log] prefix: every line of a service on the container's output begins with its name, and none is lost.
# shellcheck disable=SC2034,SC2016 # NS_ENV is nsboot.sh's; expanded inside
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/boot.sh"

boot_root
printf '[log]\nprefix = yes\n' >"$R/etc/hexad.ini"
NS_ENV=(S6_VERBOSITY=1)
boot_slot web 'trap "echo web ends; exit 0" TERM; echo one; echo two >&2; printf "no newline"; echo >/out/web
while :; do sleep 0.05; done'
printf '#!/bin/sh\nprintf "finished"\n' >"$R/slots/web/finish"
chmod 755 "$R/slots/web/finish"
boot_slot job 'i=0; while [ $i -lt 500 ]; do echo "line $i"; i=$((i+1)); done; echo >/out/job; exec sleep 1000' \
	'exec s6-log 1'
boot_life sh -c 'until [ -e /out/web ] && [ -e /out/job ]; do sleep 0.02; done; echo from main'
t_is "the main program has no prefix" "$CODE $(grep -c '^from main$' <<<"$OUT")" "0 1"
t_is "output, errors, and the line that a service left unfinished" "$(grep '^web: ' <<<"$OUT" | sort)" \
	"$(printf 'web: finished\nweb: no newlineweb ends\nweb: one\nweb: two\n' | sort)"
t_is "what a logger lets through has its service's name, in order, to the last line" "$(grep '^job: ' <<<"$OUT")" \
	"$(for ((i = 0; i < 500; i++)); do echo "job: line $i"; done)"
t_is "nothing is left over" "$(grep -vE '^(web|job): |^from main$' <<<"$OUT")" ""

# A line longer than a buffer, and many services at once.
boot_root
printf '[log]\nprefix = yes\n' >"$R/etc/hexad.ini"
NS_ENV=(S6_VERBOSITY=1)
for i in 1 2 3 4 5 6 7 8; do
	boot_slot "s$i" "head -c 5000 /dev/zero | tr '\\0' $i; echo; echo short; echo >/out/s$i; exec sleep 1000"
done
boot_life sh -c 'until [ "$(ls /out | wc -l)" = 8 ]; do sleep 0.02; done'
t_is "a long line has one prefix" "$(grep -oE 's[1-8]: ' <<<"$OUT" | sort | uniq -c | awk '{print $1}' | uniq)" 2
t_is "and all of its bytes" "$(tr -dc 1-8 <<<"${OUT//s[1-8]: /}" | wc -c)" 40000

# With a logger of all, through a fault, and when the process that does it dies.
boot_root
printf '[log]\nprefix = yes\n' >"$R/etc/hexad.ini"
NS_ENV=(S6_VERBOSITY=1 S6_LOGGING=1)
boot_slot web 'trap "echo ends; exit 0" TERM; echo "starts"; while :; do sleep 0.05; done'
# Only who has said so can say that he ends.
twice() {
	[ "$(grep -c '^web: starts' "$NS_LOG")" = 2 ]
}
boot_start
t_await_line "$NS_LOG" '^web: starts'
ns_signal SEGV
t_await_line "$NS_LOG" 'carried on'
ns_exec s6-svc -wr -T 10000 -r /run/service/web
t_await 10 twice
ns_signal TERM
boot_end
t_is "through a fault, and S6_LOGGING=1: every start and every end" "$CODE $(grep -c '^web: starts' <<<"$OUT") $(grep -c '^web: ends' <<<"$OUT")" "0 2 2"
NS_ENV=(S6_VERBOSITY=1)
boot_start
t_await_line "$NS_LOG" '^web: starts'
# Not at once: one that does not last a second is not replaced. It is older than the service that writes through it.
lasts() {
	[ "$(ns_exec s6-svstat -o updownfor /run/service/web)" -ge 2 ]
}
t_await 20 lasts
ns_exec sh -c 'kill -KILL $(pgrep -x hexad-prefix)'
t_await_line "$NS_LOG" 'the process that puts names before lines has gone$'
ns_exec s6-svc -wr -T 10000 -r /run/service/web
t_await 10 twice
ns_signal TERM
boot_end
t_is "one that dies is replaced, for services that start from then on" "$CODE $(grep -c '^web: starts' <<<"$OUT")" "0 2"
t_done
