#!/bin/bash
# s6-supervise by itself: signals, exit codes, what it refuses, and two on one directory.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/fourways.sh"
compat_need

supervise() {
	local prog=$B/bin/s6-supervise

	[ "$SUP" = hexad ] || prog=$DEBIAN_S6/s6-supervise
	"$prog" "$@"
}

begin() {
	t_service "$W" web "${1:-}"
	[ -n "${sv_fd[web]:-}" ] || sv_listen web "$W/web"
	(cd "$W" && exec "$([ "$SUP" = debian ] && echo "$DEBIAN_S6" || echo "$B/bin")/s6-supervise" web) >>"$W/tree.err" 2>&1 </dev/null &
	TREE_PID=$!
	sv_until web u
}

ends() {
	wait "$TREE_PID"
	see "$1, code" $?
	TREE_PID=
}

signals() {
	local pid

	begin 'trap "exit 0" TERM; while :; do sleep 1000 & wait; done'
	t_await 10 grep -q '^SigCgt:.*[4567cdef]...$' "/proc/$(sv_pid "$W/web")/status"
	kill -TERM "$TREE_PID"
	sv_until web x
	see "TERM" "$SV_GOT"
	ends TERM
	cl_see "TERM, svok" s6-svok "$W/web"
	cl_see "TERM, svstat" s6-svstat -o up,wantedup,exitcode,signal "$W/web"

	for sig in HUP QUIT INT; do
		# One that died of it might be heard of before the supervisor leaves, or not.
		begin 'trap "echo INT >heard" INT; while :; do sleep 1000 & wait; done'
		pid=$(sv_pid "$W/web")
		t_await 10 grep -q '^SigCgt:.*[2367abef]$' "/proc/$pid/status"
		kill -"$sig" "$TREE_PID"
		# Told to leave, it waits for run to end by itself.
		[ "$sig" != HUP ] || kill -KILL "$pid"
		sv_until web x
		see "$sig" "$SV_GOT"
		ends "$sig"
		cl_see "$sig, svstat" s6-svstat -o up,wantedup,signal "$W/web"
		[ "$sig" != INT ] || t_await_line "$W/web/heard" INT
		see "$sig, run" "$(sv_alive "$pid" && echo alive) $(cat "$W/web/heard" 2>/dev/null)"
		kill -KILL "$pid" 2>/dev/null
	done
}
four_play signals

letters() {
	begin
	cl s6-svc -xd "$W/web"
	sv_until web x
	see "xd" "$SV_GOT"
	ends xd
	begin
	cl s6-svc -wD -T 10000 -d "$W/web"
	sv_until web D
	cl s6-svc -x "$W/web"
	sv_until web x
	see "x while down" "$SV_GOT"
	ends x
	cl_see "svc afterwards" s6-svok "$W/web"
}
four_play letters

# The second one is refused and disturbs nothing.
two() {
	local before

	begin
	before=$(sv_bytes "$W/web" 0 35)
	supervise "$W/web" >"$W/second" 2>&1 </dev/null
	see "code" $?
	see "message" "$(sed -E "s#$W#W#g" "$W/second" | grep -o 'another instance of s6-supervise is already running')"
	see "status" "$([ "$before" = "$(sv_bytes "$W/web" 0 35)" ] && echo the same)"
	see "entries" "$(ls "$W/web/supervise")"
	sv_tell "$W/web" r
	sv_until web u
	see "the first one" "$SV_GOT"
	# What reads and closes the lock file does not take it away.
	cat "$W/web/supervise/lock"
	cl_see "svok" s6-svok "$W/web"
	"$DEBIAN_S6/s6-svok" "$W/web"
	cl_see "svok again" s6-svok "$W/web"
}
four_play two

refused() {
	local name

	for name in event supervise; do
		t_service "$W" "no-$name"
		touch "$W/no-$name/$name"
	done
	t_service "$W" no-control
	mkdir "$W/no-control/supervise"
	touch "$W/no-control/supervise/control"
	for name in event supervise control; do
		supervise "$W/no-$name" >"$W/out" 2>&1 </dev/null
		see "$name of the wrong type" $?
	done
	supervise "$W/none" >"$W/out" 2>&1 </dev/null
	see "no directory" $?
	supervise >"$W/out" 2>&1 </dev/null
	see "no argument" $?
}
four_play refused
t_done
