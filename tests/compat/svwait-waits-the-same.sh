#!/bin/bash
# s6-svwait, s6-svlisten1 and s6-svlisten: the same codes and messages as Debian's.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/compat.sh"
compat_need

svc=$DEBIAN_S6/s6-svc
for kind in $(compat_trees); do
	s=$T/$kind
	mkdir "$s"
	for name in a b gives-up dies; do
		t_service "$s" $name
	done
	touch "$s/gives-up/down" "$s/dies/down"
	printf '#!/bin/sh\nexit 1\n' >"$s/gives-up/run"
	printf '#!/bin/sh\nexit 125\n' >"$s/gives-up/finish"
	chmod 755 "$s/gives-up/finish"
	compat_tree "$kind" "$s"
	"$DEBIAN_S6/s6-svwait" -u -t 10000 "$s/a" "$s/b"

	compat_same "$kind: up, and it is" s6-svwait -u "$s/a" "$s/b"
	compat_same "$kind: -a, one is not down" s6-svwait -d -t 300 "$s/a" "$s/dies"
	compat_same "$kind: -o, one is down" s6-svwait -o -d "$s/a" "$s/dies"
	compat_same "$kind: really down" s6-svwait -D "$s/dies"
	compat_same "$kind: down never comes" s6-svwait -D -t 300 "$s/a"
	compat_same "$kind: ready never comes" s6-svwait -U -t 300 "$s/a"
	compat_same "$kind: no restart comes" s6-svwait -r -t 300 "$s/a"
	compat_same "$kind: svlisten1: up, and it is" s6-svlisten1 -u "$s/a" true
	compat_same "$kind: svlisten1: restart" s6-svlisten1 -r -t 10000 "$s/a" "$svc" -r "$s/a"
	compat_same "$kind: svlisten1: a program that does not exist" s6-svlisten1 -d "$s/a" "$T/none"
	compat_same "$kind: svlisten1: it gives up" \
		s6-svlisten1 -U -t 10000 "$s/gives-up" "$svc" -u "$s/gives-up"
	compat_same "$kind: svlisten: both down" s6-svlisten -D -t 10000 "$s/a" "$s/b" "" \
		sh -c "$svc -d $s/a; $svc -d $s/b"
	compat_same "$kind: svlisten: both up" s6-svlisten -u -t 10000 "$s/a" "$s/b" "" \
		sh -c "$svc -u $s/a; $svc -u $s/b"
	compat_same "$kind: svlisten: one of two down" s6-svlisten -o -D -t 10000 "$s/a" "$s/b" "" \
		"$svc" -d "$s/a"
	"$svc" -wu -T 10000 -u "$s/a"
	compat_same "$kind: svlisten: one gives up" s6-svlisten -U -t 10000 "$s/gives-up" "" \
		"$svc" -u "$s/gives-up"
	for who in debian ours; do
		compat_run $who s6-svlisten1 -u -t 10000 "$s/dies" "$svc" -x "$s/dies"
		t_is "$kind: $who: the supervisor leaves" "$C_CODE $C_ERR" \
			"1 s6-svlisten1: fatal: $s/dies failed permanently or its supervisor died"
		t_await 10 "$DEBIAN_S6/s6-svok" "$s/dies"
		t_await 10 "$DEBIAN_S6/s6-svstat" "$s/dies"
	done

	# Ended by a signal in the middle of waiting, it takes its FIFO with it.
	"$B/bin/s6-svwait" -D "$s/b" 2>/dev/null &
	pid=$!
	t_await 10 sh -c "ls '$s/b/event' | grep -q ^ftrig1"
	kill -TERM $pid
	wait $pid
	t_is "$kind: a signal ends the wait" "$?" 143
	t_is "$kind: no listener is left behind" "$(ls -A "$s/a/event")$(ls -A "$s/b/event")" ""
	compat_tree_end
done

mkdir "$T/plain"
compat_same "no directory" s6-svwait -u "$T/none"
compat_same "never supervised" s6-svwait -u "$T/plain"
compat_same "svlisten1, never supervised" s6-svlisten1 -u "$T/plain" true
compat_same "svlisten, no directory" s6-svlisten -u "$T/none" "" true
compat_run ours s6-svlisten "$T/plain" true x
t_is "svlisten: an open block" "$C_CODE $C_ERR" "100 s6-svlisten: fatal: unterminated servicedir block"
EXECLINE_STRICT=2 compat_same "svlisten: strict" s6-svlisten "$T/none" "" true
EXECLINE_STRICT=1 compat_same "svlisten: half strict" s6-svlisten "$T/none" "" true
compat_same "svlisten: quoted words" s6-svlisten " $T/none" "" true
t_done
