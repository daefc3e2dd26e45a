#!/bin/bash
# What a supervisor makes in a service directory: types, modes, sizes, bytes; with any umask, and over what is there already.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/fourways.sh"
compat_need

of_slot() {
	local dir=$1

	modes "$dir/supervise" "$dir/supervise/lock" "$dir/supervise/control" "$dir/supervise/status" \
		"$dir/supervise/death_tally" "$dir/event" "$dir/down"
	see "sizes" "$(stat -c %s "$dir/supervise/lock" "$dir/supervise/status" "$dir/supervise/death_tally")"
	see "owners" "$(stat -c %u:%g "$dir" "$dir/supervise" "$dir/supervise/control" "$dir/event")"
	see "nothing else" "$(cd "$dir" && find . -mindepth 1 ! -name 'ftrig1*' | sort)"
}

fresh() {
	umask "$1"
	t_service "$SCAN" web
	chmod 755 "$SCAN/web/run"
	sv_listen web "$SCAN/web"
	rm -rf "$SCAN/web/event"
	tree
	t_await 10 "$DEBIAN_S6/s6-svwait" -u -t 10000 "$SCAN/web"
	of_slot "$SCAN/web"
	modes "$SCAN/.s6-svscan/lock" "$SCAN/.s6-svscan/control"
	see ".s6-svscan" "$(stat -c %a "$SCAN/.s6-svscan")"
	cl s6-svc -wD -T 10000 -D "$SCAN/web"
	see "after D" "$(stat -c '%a %s' "$SCAN/web/down")"
	modes "$SCAN/web/supervise/status" "$SCAN/web/supervise/death_tally"
	cl s6-svc -wu -T 10000 -U "$SCAN/web"
	see "after U" "$(ls "$SCAN/web")"
	cl_see "s6-svok" s6-svok "$SCAN/web"
}

umask_022() { fresh 022; }
umask_077() { fresh 077; }
umask_000() { fresh 000; }

for scene in umask_022 umask_077 umask_000; do
	[ $scene != umask_000 ] || four_differs web/supervise/control "hexad/*" "660 fifo" 'mode of `supervise/control`'
	four_differs .s6-svscan "hexad/*" 755 'mode of `.s6-svscan/`'
	four_play $scene
done

# What exists keeps its mode, except for the status, which is a new file each time.
there_already() {
	local d=$SCAN/web

	t_service "$SCAN" web
	mkdir -m 755 "$d/supervise"
	mkdir -m 2755 "$d/event"
	mkfifo -m 622 "$d/supervise/control"
	echo old >"$d/supervise/lock"
	chmod 666 "$d/supervise/lock"
	echo old >"$d/supervise/status"
	chmod 666 "$d/supervise/status"
	echo 'not fourteen bytes' >"$d/supervise/death_tally"
	touch "$d/event/ordinary" "$d/event/ftrig1:@40000000600000000000000:traced" \
		"$d/event/ftrig1:@40000000600000000000000000:abcdef"
	mkfifo "$d/event/ftrig1:@400000006000000000000000:nobody"
	sv_listen web "$d"
	tree
	up "$d"
	of_slot "$d"
	# One that nobody listens to is removed at an event at the latest; what has another name is not a listener.
	kill -KILL "$(sv_pid "$d")"
	down "$d"
	see "event/" "$(find "$d/event" -mindepth 1 -printf '%f\n' | sed 's/:00000[0-9]$/:OURS/' | sort)"
}
four_play there_already

# Bytes: pid, wait status, flags, stamps in TAI64N; the tally.
bytes() {
	local d=$SCAN/web pid label now tai

	t_service "$SCAN" web 'trap "exit 3" HUP; while :; do read -r _ <never; done'
	mkfifo "$d/never"
	echo 3 >"$d/max-death-tally"
	touch "$d/down"
	sv_listen web "$d"
	tree
	sv_until web s >/dev/null
	see "wanted down" "$(sv_bytes "$d" 24 10)"
	sv_tell "$d" u
	up "$d"
	pid=$(sv_pid "$d")
	see "up" "$(sv_bytes "$d" 32 3)"
	t_await 10 grep -q '^SigCgt:.*[13579bdf]$' "/proc/$pid/status" # its trap is set
	sv_tell "$d" h
	down "$d"
	see "after exit 3" "$(sv_wstat "$d")"
	label=$(sv_bytes "$d" 0 8)
	now=$(date +%s)
	tai=$((16#$label - (1 << 62) - now))
	see "TAI, 37 s ahead" "$([ "$tai" -le 37 ] && [ "$tai" -ge 7 ] && echo yes)"
	up "$d"
	for _ in 1 2 3 4; do
		kill -TERM "$(sv_pid "$d")"
		down "$d"
		see "the tally's stamp is the status's" "$(tail -c 14 "$d/supervise/death_tally" | cmp -n 8 - "$d/supervise/status" && echo yes)"
		sv_tell "$d" u
		up "$d"
	done
	see "after SIGTERM" "$(sv_wstat "$d")"
	see "tally of three" "$(od -An -v -tu1 -w14 "$d/supervise/death_tally" | awk '{print $13, $14}')"
	cl_see "svstat" s6-svstat -o wantedup,exitcode,signal,signum "$d"
	cl_see "svstat, flags" s6-svstat -o up,ready,paused "$d"
	printf 0 >"$d/max-death-tally"
	sv_tell "$d" d
	down "$d"
	see "without a tally" "$(stat -c %s "$d/supervise/death_tally")"
}
four_play bytes

# supervise/ and event/ as links to what is not there: s6 makes the target.
links() {
	local d=$SCAN/web

	t_service "$SCAN" web
	t_service "$SCAN" other
	ln -s "$W/elsewhere" "$d/supervise"
	t_service "$SCAN" there
	mkdir "$W/there"
	ln -s "$W/there" "$SCAN/there/supervise"
	sv_listen other "$SCAN/other"
	tree
	up "$SCAN/other"
	see "the other one" "$(cl s6-svok "$SCAN/other" && echo supervised)"
	if [ "$SUP" = debian ]; then
		t_await 10 test -s "$W/elsewhere/status"
	else
		t_await_line "$W/tree.err" 'web: ' >/dev/null
	fi
	# Refused by both, again and again.
	t_await_line "$W/tree.err" 'there: ' >/dev/null
	see "to what is there" "$(ls "$W/there")"
	cl_see "svok of that" s6-svok "$SCAN/there"
	see "target" "$(stat -c '%a %F' "$W/elsewhere" 2>/dev/null || echo none)"
}
four_differs target "hexad/*" none '`event`, `supervise` as symbolic links'
four_play links
t_done
