#!/bin/bash
#
# A fault in PID 1 while the graph is read, brought up, changed and brought down: nothing is lost, nothing done twice.
# timeout: 240
# shellcheck disable=SC2016,SC2034 # NS_ENV is nsboot.sh's
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/boot.sh"
. "$(dirname "$0")/../lib/bootrc.sh"

took_over() {
	t_await_line "$NS_LOG" "took over after a fault .*fault $1"
}

said() {
	grep -vE '^hexad: |Terminated' <<<"$OUT"
}

rc_root
oneshot slow '/slow' 'echo SLOW-DOWN'
mk /slow '#!/bin/sh\necho SLOW; : >/out/slow; until [ -e /out/go ]; do sleep 0.02; done\n'
oneshot next 'echo NEXT' 'echo NEXT-DOWN'
after next slow
longrun ready 'echo START >>/out/ready; until [ -e /out/go ]; do sleep 0.02; done; echo >&3; exec 3>&-; exec sleep 1000'
mk S/ready/notification-fd '3\n'
oneshot behind 'echo BEHIND'
after behind ready
boot_script 1 'echo SCRIPT; : >/out/script; until [ -e /out/go ]; do sleep 0.02; done'
mk /etc/services.d/l/run '#!/bin/sh\necho l >>/out/l; exec sleep 1000\n'
chmod 1777 "$R/out"
boot_start sh -c 'echo CMD; until [ -e /out/end ]; do sleep 0.02; done; exit 9'
t_await 20 test -e "$R/out/slow" -a -e "$R/out/script" -a -e "$R/out/ready"
ns_signal SEGV
took_over 1
touch "$R/out/go"
t_await_line "$NS_LOG" '^CMD'
t_is "while it comes up: scripts and services go on, the rest follows" "$(ns_exec /command/s6-rc -a list)" \
	$'ready\nbehind\nnext\nslow\nfix-attrs\nlegacy-cont-init\nlegacy-services'
t_await 20 test -e "$R/out/l"
ns_signal ABRT
took_over 2
t_is "while it is up: it is known" "$(ns_exec /command/s6-rc -a list | wc -l)" 7
t_is "and can be changed" "$(ns_exec /command/s6-rc -d change next; ns_exec /command/s6-rc -u change next)" $'NEXT-DOWN\nNEXT'
touch "$R/out/end"
boot_end
t_is "each once" "$CODE $(said | sort | tr '\n' ' ')$(wc -l <"$R/out/ready") $(wc -l <"$R/out/l")" \
	"9 BEHIND CMD NEXT NEXT-DOWN SCRIPT SLOW SLOW-DOWN 1 1"

rc_root
longrun upper 'trap "echo told; : >/out/told; until [ -e /out/go ]; do sleep 0.02; done; exit 0" TERM; : >/out/up; while :; do sleep 0.05; done'
oneshot under '' '/under'
mk /under '#!/bin/sh\necho UNDER; : >/out/under; until [ -e /out/go2 ]; do sleep 0.02; done\n'
after upper under
mk /etc/cont-finish.d/1 '#!/bin/sh\necho CF\n'
after under base
chmod 1777 "$R/out"
boot_start sh -c 'until [ -e /out/up ]; do sleep 0.02; done; exit 4'
t_await 20 test -e "$R/out/told"
ns_signal SEGV
took_over 1
touch "$R/out/go"
t_await 20 test -e "$R/out/under"
ns_signal BUS
took_over 2
touch "$R/out/go2"
boot_end
t_is "while it goes down: nobody is told twice, the order stays" "$CODE $(said | tr '\n' ' ')" "4 told UNDER CF "

# At any moment of the boot: seven faults spread over it, each in a life of its own.
rc_root
for i in 1 2 3 4 5 6; do
	longrun "s$i" "echo s$i >>/out/starts; echo >&3; exec 3>&-; exec sleep 1000"
	mk "S/s$i/notification-fd" '3\n'
	[ $i = 1 ] || after "s$i" "s$((i - 1))"
done
chmod 1777 "$R/out"
for after_ms in 0 3 6 10 15 20 30; do
	rm -f "$R/out/starts"
	boot_start sh -c 's6-rc -a list | grep -c ^s; exit 7'
	# Not to wait for something, but to hit another moment each time.
	sleep "$(printf '0.%03d' $after_ms)"
	ns_signal SEGV 2>/dev/null
	boot_end
	t_is "a fault $after_ms ms after the start" "$CODE $(grep -cx 6 <<<"$OUT") $(sort -u "$R/out/starts" | wc -l) $(wc -l <"$R/out/starts")" \
		"7 1 6 6"
done
t_done
