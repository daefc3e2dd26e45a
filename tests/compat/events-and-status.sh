#!/bin/bash
# Which letters come when, what the status says at each of them, and what of a letter that does nothing.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/fourways.sh"
compat_need

# flags and whether there is a pid, at the moment of a letter: the status is on disk before it.
at() {
	local pid

	sv_until web "$1" >/dev/null
	pid=$(sv_pid "$SCAN/web")
	see "$2 at $1" "flags $(sv_flags "$SCAN/web"), $([ "$pid" = 0 ] && echo no) process"
}

letters() {
	local d=$SCAN/web

	t_service "$SCAN" web 'echo >&7; exec cat never'
	echo 7 >"$d/notification-fd"
	printf '#!/bin/sh\nread -r code <how\nexit "$code"\n' >"$d/finish"
	chmod 755 "$d/finish"
	mkfifo "$d/how" "$d/never"
	echo 0 >"$d/timeout-finish"
	touch "$d/down"
	sv_listen web "$d"
	tree
	at s "down wanted"
	cl_see "svok" s6-svok "$d"
	cl_see "svstat before the first start" s6-svstat "$d"
	sv_tell "$d" o
	at u once
	at U once
	cl_see "svstat up" s6-svstat -o up,ready,wantedup,normallyup,paused "$d"
	sv_tell "$d" k
	at d once
	echo 0 >"$d/how"
	at D once
	sv_tell "$d" u
	at U up
	cl s6-svc -r "$d"
	at d up
	sv_tell "$d" d
	t_await 10 sv_has_flags "$d" 02
	cl_see "d while finish runs" s6-svstat -o up,wantedup,pid "$d"
	echo 1 >"$d/how"
	at D up
	cl s6-svc -wU -T 10000 -u "$d"
	sv_until web U >/dev/null
	cl s6-svc -t "$d"
	at d "permanent failure"
	echo 125 >"$d/how"
	at O "permanent failure"
	sv_letters web 1
	see "after O" "$SV_GOT"
	cl_see "svstat after it" s6-svstat -o up,wantedup,exitcode,signal "$d"
	cl_see "svwait for ready" s6-svwait -t 300 -U "$d"
	# The lock goes with the last letter, and a new supervisor comes.
	sv_tell "$d" x
	sv_until web s
	see "x, and the next one" "$SV_GOT, flags $(sv_flags "$d")"
	cl_see "svok after that" s6-svok "$d"
	tree_end
	sv_until web x
	see "the end" "$SV_GOT"
	cl_see "svok when it is over" s6-svok "$d"
	cl_see "svstat when it is over" s6-svstat "$d"
	cl_see "svwait when it is over" s6-svwait -t 300 -u "$d"
}
four_differs "down wanted at s" "hexad/*" "flags 09, no process" 'the first status'
four_differs "x, and the next one" "hexad/*" "xs, flags 09" 'the first status'
four_differs "svstat before the first start" hexad/ours "0 down (not started yet) " 'the first status'
four_play letters

# Letters with no effect, by themselves and among others; in one write the order is kept.
dead_letters() {
	local d=$SCAN/web

	t_service "$SCAN" web
	sv_listen web "$d"
	tree
	up "$d"
	sv_tell "$d" $'Z\n Xm9~'
	sv_tell "$d" Zo
	t_await 10 sv_has_flags "$d" 00
	see "still there" "$(sv_alive "$(sv_pid "$d")" && echo yes), flags $(sv_flags "$d")"
	see "nothing is said" "$(grep -c web "$W/tree.err")"
	sv_tell "$d" p
	t_await 10 sv_has_flags "$d" 01
	see "paused" "$(awk '/^State/{print $2}' "/proc/$(sv_pid "$d")/status")"
	cl_see "svstat, paused" s6-svstat -o paused,up "$d"
	sv_tell "$d" d
	down "$d"
	see "p then d" "$(sv_wstat "$d") $(sv_flags "$d")"
	sv_tell "$d" Zu
	up "$d"
	sv_tell "$d" Q
	t_await 10 test -e "$d/down"
	see "Q" "$(sv_alive "$(sv_pid "$d")" && echo runs on), flags $(sv_flags "$d")"
	sv_tell "$d" xd
	sv_until web s
	see "xd in one write" "${SV_GOT//u/}"
	sv_tell "$d" x
	sv_until web s
	see "x while down" "$SV_GOT"
}
four_play dead_letters

# Letters that 2.11 does not know: a group is stopped, continued and killed, and a signal of its own choice sent.
newer_letters() {
	local d=$SCAN/web

	t_service "$SCAN" web
	echo usr1 >"$d/reload-signal"
	sv_listen web "$d"
	tree
	up "$d"
	# The letter after it tells that it was taken.
	sv_tell "$d" PO
	t_await 10 sv_off "$d"
	see "P" "flags $(sv_flags "$d")"
	sv_tell "$d" Cu
	t_await 10 sv_on "$d"
	see "C" "flags $(sv_flags "$d")"
	sv_tell "$d" KO
	t_await 10 sv_off "$d"
	[ "$SUP" = debian ] || down "$d"
	see "K" "flags $(sv_flags "$d"), $(sv_wstat "$d")"
	sv_tell "$d" u
	[ "$SUP" = debian ] || up "$d"
	t_await 10 sv_on "$d"
	sv_tell "$d" lO
	t_await 10 sv_off "$d"
	[ "$SUP" = debian ] || down "$d"
	see "l" "flags $(sv_flags "$d"), $(sv_wstat "$d")"
}
sv_on() { [ $((16#$(sv_flags "$1") & 4)) != 0 ]; }
sv_off() { [ $((16#$(sv_flags "$1") & 4)) = 0 ]; }
four_differs P "hexad/*" "flags 01" 'letters `P` `C` `K` `l`'
four_differs K "hexad/*" "flags 08, 0009" 'letters `P` `C` `K` `l`'
four_differs l "hexad/*" "flags 08, 000a" 'letters `P` `C` `K` `l`'
four_play newer_letters

# A service without a run: "s" and no more; u tries at once.
no_run() {
	local d=$SCAN/web

	mkdir "$d"
	t_service "$SCAN" later
	chmod 644 "$SCAN/later/run"
	sv_listen web "$d"
	sv_listen later "$SCAN/later"
	tree
	sv_until web s
	see "letters" "$SV_GOT"
	sv_until later s
	cl_see "svok" s6-svok "$d"
	cl_see "svstat" s6-svstat -o up,wantedup,pid,paused "$d"
	sv_tell "$SCAN/later" du
	t_await 10 sv_has_flags "$SCAN/later" 0c
	chmod 755 "$SCAN/later/run"
	sv_tell "$SCAN/later" u
	sv_until later u
	see "started by u" "$SV_GOT"
	see "said" "$(sed -nE 's/.*(unable to spawn \.\/run).*/\1/p' "$W/tree.err" | sort -u)"
}
four_differs svstat "hexad/debian" "0 false true -1 true" 'the first status'
four_play no_run
# Who listens, by the name and by whether anybody reads: a FIFO that nobody reads goes with the next event.
listeners() {
	local d=$SCAN/web name e

	t_service "$SCAN" web
	sv_listen web "$d"
	tree
	up "$d"
	e=$d/event
	for name in ftrig1:@400000006000000000000000:unread ftrig1:@400000006000000000000000:short \
		ftrig1:@400000006000000000000000:toolong ftrig2:@400000006000000000000000:others .ftrig1:@400000006000000000000000:being; do
		mkfifo "$e/$name"
	done
	sv_tell "$d" d
	down "$d"
	see "left" "$(ls -A "$e")"
	see "the lock, before and after a scan" "$(cl s6-svok "$d"; echo $?) $(cl s6-svscanctl -a "$SCAN"; cl s6-svok "$d"; echo $?)"
	sv_tell "$d" u
	up "$d"
	see "and after a start" "$(cl s6-svok "$d"; echo $?), $(find "$e" -mindepth 1 | wc -l) left"
}
four_play listeners
t_done
