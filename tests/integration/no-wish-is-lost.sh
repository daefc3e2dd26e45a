#!/bin/bash
# timeout: 120
# Wishes that come through FIFOs faster than they are written down: the last one of each slot is, however many there are at once,
# and a process that cannot be had puts nothing off for ever.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/svctl.sh"

s=$HEXAD_SCANDIR
h=$T/home
n=120
mkdir -p "$h/profiles"
svctl_ini <<END
[app]
user = $(id -u)
home = $h
[profiles]
command = x
command_default = x
END
for ((i = 0; i < n; i++)); do
	mkdir "$h/profiles/p$i"
	touch "$h/profiles/p$i/SOUL.md"
	echo '{"desired_state":"running","updated_at_ms":1}' >"$h/profiles/p$i/.hexad-intent.json"
	t_service "$s" "gateway-p$i"
	touch "$s/gateway-p$i/down"
done
t_tree "$s"
s6-svscanctl -a "$s"
stopped() {
	[ "$(grep -l '"stopped"' "$h"/profiles/*/.hexad-intent.json | wc -l)" = "$n" ]
}

# All letters are there before the first is read, so that no child comes back in between.
kill -STOP "$TREE_PID"
t_await 10 grep -q '^State:.T' "/proc/$TREE_PID/status"
for ((i = 0; i < n; i++)); do
	printf d >"$s/gateway-p$i/supervise/control"
done
kill -CONT "$TREE_PID"
t_ok "$n stops at once are all written down" t_await 30 stopped
t_is "and nothing is said to be lost" "$(grep -c 'not written down' "$TREE_LOG")" 0

# One slot's wishes: the last one counts.
kill -STOP "$TREE_PID"
t_await 10 grep -q '^State:.T' "/proc/$TREE_PID/status"
for ((i = 0; i < 60; i++)); do
	printf du >"$s/gateway-p1/supervise/control"
done
kill -CONT "$TREE_PID"
t_ok "the last of many of one slot" t_await 10 grep -q '"running"' "$h/profiles/p1/.hexad-intent.json"
svctl sync >/dev/null 2>&1
t_like "and it still is when all is quiet" "$(svctl stop p2; cat "$h/profiles/p1/.hexad-intent.json")" '"running"'
t_done
