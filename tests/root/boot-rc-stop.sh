#!/bin/bash
#
# The stop of the graph: order, cont-finish.d in its place, who is waited for and how long, who is killed and named.
# timeout: 240
# shellcheck disable=SC2016,SC2034 # NS_ENV is nsboot.sh's
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/boot.sh"
. "$(dirname "$0")/../lib/bootrc.sh"

rc_root
NS_ENV=(S6_VERBOSITY=0 S6_KILL_GRACETIME=0)
oneshot a '' 'echo a-down'
oneshot b '' 'echo b-down'
after b a base
longrun web
mk S/web/finish '#!/bin/sh\necho web-fin $1 $2\n'
after web b
mk /etc/services.d/l/run '#!/bin/sh\necho >/out/up; exec sleep 1000\n'
mk /etc/services.d/l/finish '#!/bin/sh\necho l-fin $1 $2 $3 $4\n'
finish_script 20 'echo f20; exit 9'
finish_script 100 'echo f100'
chmod 1777 "$R/out"
boot_life sh -c 'until [ -e /out/up ]; do sleep 0.02; done; echo CMD; exit 7'
t_is "services.d, then the rest against the order of its start, cont-finish.d behind what needs base" \
	"$CODE $(grep -v a-down <<<"$OUT" | sed 's/ l [0-9]*$/ l/')" "7 CMD
l-fin 256 15 l
web-fin 256 15
b-down
f100
f20"
t_is "what b needs goes behind it, beside cont-finish.d" "$(sed -n '/^b-down/,$p' <<<"$OUT" | grep a-down)" a-down

rc_root
NS_ENV=(S6_VERBOSITY=0)
oneshot a '' 'sh -c "exit 4"'
after a base
finish_script 1 'echo CF'
boot_life sh -c 'exit 6'
t_is "what will not go down keeps what it needs" "$CODE $OUT" "6 "
rc_root
NS_ENV=(S6_VERBOSITY=0)
oneshot a '' '/hang'
mk S/a/timeout-down '300\n'
mk /hang '#!/bin/sh\nexec sleep 1000\n'
oneshot z '' 'echo z-down'
boot_life sh -c 'exit 6'
t_is "one with a limit does not hold up the others" "$CODE $OUT" "6 z-down"

rc_root
NS_ENV=(S6_VERBOSITY=0 S6_KILL_GRACETIME=0)
longrun a 'trap "" TERM; echo >/out/up; while :; do sleep 0.05; done'
mk S/a/timeout-kill '400\n'
mk S/a/finish '#!/bin/sh\necho FIN $1 $2\n'
chmod 1777 "$R/out"
boot_life sh -c 'until [ -e /out/up ]; do sleep 0.02; done; exit 6'
t_is "timeout-kill" "$CODE $(grep -v sleep <<<"$OUT")" "6 FIN 256 9"

rc_root
printf '[shutdown]\ngrace_ms = 500\n' >"$R/etc/hexad.ini"
NS_ENV=(S6_VERBOSITY=0 S6_SERVICES_GRACETIME=500)
longrun deaf 'trap "" TERM; echo >/out/up; while :; do sleep 0.05; done'
longrun first 'trap "" TERM; echo >/out/up2; while :; do sleep 0.05; done'
after first deaf
oneshot o '' 'echo o-down'
after deaf o
mk /etc/services.d/legacy/run '#!/bin/sh\ntrap "" TERM; echo >/out/up3; while :; do sleep 0.05; done\n'
finish_script 1 'echo CF'
chmod 1777 "$R/out"
boot_life sh -c 'until [ -e /out/up ] && [ -e /out/up2 ] && [ -e /out/up3 ]; do sleep 0.02; done; exit 6'
t_is "who ignores SIGTERM is killed when the budget is over, one after the other, and the stop goes on in its order" \
	"$CODE $(grep -E '^(o-down|CF)$' <<<"$OUT" | sort | tr '\n' ' ')" "6 CF o-down "
t_like "each is named" "$OUT" "^hexad: warning: first: 'run' \(pid [0-9]+\) did not end in time, killing it$"
t_like "each" "$OUT" "^hexad: warning: deaf: 'run' \(pid [0-9]+\) did not end in time, killing it$"
t_like "those of services.d too" "$OUT" "^hexad: warning: some services of services.d have not ended in time"

rc_root
NS_ENV=(S6_VERBOSITY=0)
oneshot up '' '/hang'
mk /hang '#!/bin/sh\n: >/out/hang; exec sleep 1000\n'
boot_start
t_await 20 ns_exec /command/s6-rc list
ns_signal TERM
t_await 20 test -e "$R/out/hang"
ns_signal TERM
boot_end
t_is "a second signal ends the patience with a script" "$CODE $(grep -c 'did not end in time, killing it' <<<"$OUT")" "0 1"

rc_root
NS_ENV=(S6_VERBOSITY=0)
oneshot slow '/slow' 'echo SLOW-DOWN'
mk /slow '#!/bin/sh\ntrap "echo told; exit 3" TERM; : >/out/slow; while :; do sleep 0.05; done\n'
oneshot quick '' 'echo DONE-DOWN'
oneshot later 'echo LATER'
after later slow
boot_start echo CMD
t_await 20 test -e "$R/out/slow"
ns_signal TERM
boot_end
t_is "a stop during the boot: the script is told, nothing else begins, what is up goes down" \
	"$CODE $(grep -v Terminated <<<"$OUT" | sort | tr '\n' ' ')" "0 DONE-DOWN told "

# The main program and slots of the application are told at once, beside the graph.
rc_root
NS_ENV=(S6_VERBOSITY=0)
longrun db 'trap "until [ -e /out/main-told ]; do sleep 0.02; done; echo db-end; exit 0" TERM; echo >/out/up
while :; do sleep 0.05; done'
chmod 1777 "$R/out"
boot_start sh -c 'trap "echo main-told; : >/out/main-told; exit 3" TERM; until [ -e /out/up ]; do sleep 0.02; done; : >/out/m
	while :; do sleep 0.05; done'
t_await 20 test -e "$R/out/m"
ns_signal TERM
boot_end
t_is "the main program is told beside it" "$CODE $(grep -v Terminated <<<"$OUT" | tr '\n' ' ')" "3 main-told db-end "
t_done
