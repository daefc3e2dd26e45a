#!/bin/bash
# timeout: 180
#
# What takes time: pauses before a restart, time limits, numbers in files that are none, a lock that another one holds. No
# bound here is closer than half a second.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/fourways.sh"
compat_need

# between LEAST T MOST: says "in time" if as many microseconds have passed since T.
between() {
	local us=$(($(sv_now) - $2))

	if [ "$us" -lt "$1" ]; then echo early; elif [ "$us" -lt "$3" ]; then echo "in time"; else echo late; fi
}

# Young services wait for a second in both: counted from its death by s6, from its start by hexad.
young() {
	local d=$SCAN/web t0

	t_service "$SCAN" web
	sv_listen web "$d"
	tree
	up "$d"
	sv_tell "$d" d
	down "$d"
	t0=$(sv_now)
	sv_tell "$d" u
	up "$d"
	kill -KILL "$(sv_pid "$d")"
	sv_until web u
	see "letters" "$SV_GOT"
	see "a young one" "$(between 900000 "$t0" 10000000)"
	# u does not wait. Where the machine does, one of a few times tells.
	for _ in 1 2 3 4 5 6; do
		kill -KILL "$(sv_pid "$d")"
		t0=$(sv_now)
		down "$d"
		sv_tell "$d" u
		sv_until web u
		[ $(($(sv_now) - t0)) -ge 900000 ] || break
	done
	see "u" "$SV_GOT, $(between 0 "$t0" 900000)"
}
four_play young

# Old ones: services that were up for more than a second, which the starts of a loop measure. "at once" is less than the
# second that a pause takes; both stamps of a gap are the supervisor's own.
old() {
	local name

	t_service "$SCAN" clock 'exit 0'
	t_service "$SCAN" plain
	t_service "$SCAN" was-ready 'echo >&3; exec sleep 1000'
	echo 3 >"$SCAN/was-ready/notification-fd"
	for name in clock plain was-ready; do
		sv_listen "$name" "$SCAN/$name"
	done
	tree "$@"
	sv_until plain u
	sv_until was-ready U
	for _ in 1 2 3; do
		sv_until clock u
	done
	for name in plain was-ready; do
		sv_tell "$SCAN/$name" k
		sv_until "$name" u
		see "$name" "$SV_GOT, $([ "$(sv_gap "$SCAN/$name")" -lt 990000 ] && echo at once || echo a second later)"
	done
}
four_differs plain "hexad/*" "dDu, at once" 'the restart throttle'
four_play old

# The same with s6's rule.
old_as_s6() {
	printf '[supervisor]\nrestart_throttle = s6\n' >"$W/hexad.ini"
	export HEXAD_CONFIG=$W/hexad.ini
	old
}
four_play old_as_s6

# timeout-kill: a run that does not end of its own. timeout-finish: a finish likewise; invalid numbers are no numbers.
limits() {
	local d=$SCAN/web t0 text

	t_service "$SCAN" web "trap '' TERM; while :; do read -r _ <never; done"
	mkfifo "$d/never"
	echo 700 >"$d/timeout-kill"
	sv_listen web "$d"
	tree
	up "$d"
	t_await 10 grep -q '^SigIgn:.*[4567cdef]...$' "/proc/$(sv_pid "$d")/status"
	t0=$(sv_now)
	sv_tell "$d" d
	t_await 10 sv_has_flags "$d" 00
	cl_see "meanwhile" s6-svstat -o up,wantedup "$d"
	down "$d"
	see "timeout-kill" "$(sv_wstat "$d"), $(between 690000 "$t0" 10000000)"
	# Killed with its time limit over, a finish is not different from one that ended.
	printf '#!/bin/sh\nexec cat never\n' >"$d/finish"
	chmod 755 "$d/finish"
	for text in '200\nfoo' 0200 '200'; do
		printf %b "$text" >"$d/timeout-finish"
		sv_tell "$d" o
		up "$d"
		t0=$(sv_now)
		sv_tell "$d" k
		down "$d"
		see "timeout-finish $text" "$(between 190000 "$t0" 4500000)" # without a number it is 5 s
	done
	see "a killed finish" "$(sv_wstat "$d") $(sv_flags "$d")"
	see "said" "$(grep -o 'finish script lifetime reached maximum value.*' "$W/tree.err" | sort | uniq -c)"
	for text in 5x ' 5' +5 '' '5 ' '\n5' 0x5 4294967296; do
		printf %b "$text" >"$d/timeout-finish"
		sv_tell "$d" o
		up "$d"
		sv_tell "$d" k
		sv_until web d >/dev/null
		kill -KILL "$(sv_pid "$d")"
		down "$d"
	done
	see "invalid" "$(grep -c 'invalid timeout-finish' "$W/tree.err")"
}
four_play limits

# Without a newline there is no readiness, and whoever sends no newline holds nobody up.
unready() {
	local d=$SCAN/web

	t_service "$SCAN" web 'echo ready >&4; exec cat never'
	mkfifo "$d/never"
	echo 4 >"$d/notification-fd"
	sv_listen web "$d"
	tree
	sv_until web U
	see "ready" "$SV_GOT"
	printf '#!/bin/sh\nexec 4>&-\nexec cat never\n' >"$d/run"
	sv_tell "$d" k
	sv_until web u >/dev/null
	cl_see "never ready" s6-svwait -t 300 -U "$d"
	printf 'abc' >"$d/notification-fd"
	sv_tell "$d" k
	sv_until web u >/dev/null
	cl_see "no number" s6-svstat -o up,ready "$d"
	see "said" "$(grep -o 'invalid notification-fd' "$W/tree.err" | sort -u)"
}
four_play unready

# Other signals than SIGTERM, by name and number, and nonsense.
down_signal() {
	local d=$SCAN/web text

	t_service "$SCAN" web
	touch "$d/down"
	sv_listen web "$d"
	tree
	sv_until web s >/dev/null
	for text in usr1 SIGUSR2 1 sig15 HUPP '' ' HUP' 'hup\nx'; do
		printf %b "$text" >"$d/down-signal"
		sv_tell "$d" o
		up "$d"
		sv_tell "$d" r
		down "$d"
		see "down-signal '$text'" "$(sv_wstat "$d")"
	done
	see "said" "$(grep -c 'invalid down-signal' "$W/tree.err")"
}
four_play down_signal
t_done
