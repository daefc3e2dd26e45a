#!/bin/bash
# down-signal, reload-signal, timeout-kill with flag-timeout-killpg, timeout-finish 0, max-death-tally: read each time they
# are needed, so that an edit counts from the next time on.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

s=$T/scan
mkdir "$s"
# Says which signal it got; of these ALRM alone ends it.
t_service "$s" web "for sig in TERM HUP USR1 USR2 WINCH; do
	trap \"echo \$sig >>$T/got\" \$sig
done
trap 'echo ALRM >>$T/got; exit 0' ALRM
echo ready >&3
while :; do read -r _ <>$T/gate; done"
echo 3 >"$s/web/notification-fd"
mkfifo "$T/gate"
sv_listen web "$s/web"
t_tree "$s"
sv_until web U

got() {
	t_ok "$1" t_await_line "$T/got" "^$2\$"
	: >"$T/got"
}
sv_tell "$s/web" l
got "l sends HUP" HUP
sv_tell "$s/web" r
got "r sends TERM" TERM
for name in USR1 sigusr1 10 SIG10; do
	echo $name >"$s/web/reload-signal"
	echo $name >"$s/web/down-signal"
	sv_tell "$s/web" l
	got "reload-signal $name" USR1
	sv_tell "$s/web" r
	got "down-signal $name" USR1
done
printf 'WINCH\nand more' >"$s/web/reload-signal"
sv_tell "$s/web" l
got "the first line of reload-signal counts" WINCH
for text in "" " USR2" "USR2 " SIG NOSUCH -12; do
	printf '%s\n' "$text" >"$s/web/reload-signal"
	sv_tell "$s/web" l
	got "reload-signal '$text': HUP" HUP
done
t_is "with a warning each" "$(grep -c '^hexad: warning: web: invalid reload-signal$' "$TREE_LOG")" 6
for n in 0 99; do
	echo $n >"$s/web/reload-signal"
	sv_tell "$s/web" l2
	got "reload-signal $n: nothing is sent, and nothing said" USR2
done
t_is "by nobody" "$(grep -vc 'invalid reload-signal$' "$TREE_LOG")" 0

# d: wanted down, first the down-signal, then, after its time, SIGKILL; u does not take the time back.
echo USR1 >"$s/web/down-signal"
sv_tell "$s/web" d
got "d sends the down-signal" USR1
sv_await 10 sv_has_flags "$s/web" 08
t_is "down is wanted" "$(sv_flags "$s/web")" 08
sv_tell "$s/web" r
got "without timeout-kill it lives on" USR1
echo ALRM >"$s/web/down-signal"
sv_tell "$s/web" u
sv_tell "$s/web" r
sv_until web U
t_is "r: it is restarted" "$SV_GOT" dDuU
got "by the down-signal" ALRM
echo 300 >"$s/web/timeout-kill"
echo TERM >"$s/web/down-signal"
t0=$(sv_now)
sv_tell "$s/web" d
got "with timeout-kill d begins the same" TERM
sv_tell "$s/web" u
sv_until web D
t1=$(sv_now)
t_is "and ends with SIGKILL" "$(sv_wstat "$s/web")" 0009
t_ok "after its time and not before" test $((t1 - t0)) -ge 290000
sv_until web U
t_is "wanted up in between, it is back" "$SV_GOT" uU
sv_tell "$s/web" pd
sv_until web D
t_is "p and d: it goes on so that it can end" "$(sv_wstat "$s/web")" 0009
t_ok "it has heard" grep -qx TERM "$T/got"

# The group.
t_service "$s" group "trap '' ABRT; sleep 1000 & echo \$! >$T/child; wait"
echo 100 >"$s/group/timeout-kill"
echo ABRT >"$s/group/down-signal"
sv_listen group "$s/group"
sv_scan "$s" a
t_await_line "$T/child" .
child=$(cat "$T/child")
sv_tell "$s/group" d
sv_until group D
t_ok "without flag-timeout-killpg only run is killed" sv_alive "$child"
kill -KILL "$child"
rm "$T/child"
touch "$s/group/flag-timeout-killpg"
sv_tell "$s/group" u
t_await_line "$T/child" .
child=$(cat "$T/child")
sv_tell "$s/group" d
sv_until group D
t_ok "with it the group" t_await_exit "$child"

# timeout-finish 0: no limit. A finish that is told nothing is not shortened by letters either.
t_service "$s" fin "exit 1"
printf '#!/bin/sh\nexec cat ../../slow\n' >"$s/fin/finish"
chmod 755 "$s/fin/finish"
mkfifo "$T/slow"
echo 0 >"$s/fin/timeout-finish"
sv_listen fin "$s/fin"
sv_scan "$s" a
sv_until fin d
sv_tell "$s/fin" dkpctU
sv_await 10 sv_has_flags "$s/fin" 06
sv_tell "$s/fin" D
sv_await 10 sv_has_flags "$s/fin" 02
t_ok "D makes the down file" test -f "$s/fin/down"
sv_letters fin 1 6
t_is "timeout-finish 0: after more than the default time finish runs still" "$SV_GOT" ""
: >"$T/slow"
sv_until fin D
t_is "until it ends" "$SV_GOT" D

# The tally.
t_service "$s" tally "exit 5"
touch "$s/tally/down"
sv_listen tally "$s/tally"
sv_scan "$s" a
sv_until tally s
# died MAX: one death with that max-death-tally, and the bytes there are then.
died() {
	[ -z "$1" ] || echo "$1" >"$s/tally/max-death-tally"
	sv_tell "$s/tally" o
	sv_until tally D
	stat -c %s "$s/tally/supervise/death_tally"
}
died "" >/dev/null
t_is "two deaths are 28 bytes" "$(died "")" 28
died 3 >/dev/null
t_is "no more than max-death-tally are kept" "$(died 3)" 42
t_is "fewer when it gets less" "$(died 2)" 28
t_is "0: the file is let be" "$(died 0)" 28
t_is "invalid: as many as ever" "$(died 5x)" 42
printf 'cut off' >>"$s/tally/supervise/death_tally"
t_is "a file of another size begins anew" "$(died 5)" 14
head -c $((14 * 5000)) /dev/zero >"$s/tally/supervise/death_tally"
t_is "at most 4096 are kept" "$(died 99999)" $((14 * 4096))
t_is "the last of them is this one" "$(tail -c 2 "$s/tally/supervise/death_tally" | od -An -tu1 | tr -s ' ')" " 5 0"
t_done
