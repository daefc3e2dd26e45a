#!/bin/bash
# A producer and its logger: one pipe for as long as the pair lives, and no line lost when either dies or all ends.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/fourways.sh"
compat_need

# The producer prints what comes through the FIFO "say", and a last line when it is told to stop.
pair() {
	local d=$SCAN/web

	t_service "$SCAN" web 'trap "echo the last line; exit 0" TERM
exec 3<>say
while read -r line <&3; do echo "$line"; done'
	mkfifo "$d/say"
	t_service "$SCAN" web/log 'while read -r line; do echo "$line" >>lines; done; echo end of file >>lines'
	printf '#!/bin/sh\necho finish "$1" "$2"\n' >"$d/finish"
	chmod 755 "$d/finish"
	sv_listen web "$d"
	sv_listen log "$d/log"
	tree
	up "$d"
	up "$d/log"
	exec 4<>"$d/say"
	say one
}

say() {
	echo "$1" >&4
	t_await_line "$SCAN/web/log/lines" "^$1\$" >/dev/null
}

deaths() {
	local d=$SCAN/web

	pair
	see "names" "$(tr '\0' ' ' <"/proc/$(sv_pid "$d/log")/cmdline" | sed 's/.*run //')"
	# The logger dies with lines in the pipe: the next one reads them.
	kill -STOP "$(sv_pid "$d/log")"
	t_await 10 grep -q '^State:.*T' "/proc/$(sv_pid "$d/log")/status"
	echo two >&4
	echo three >&4
	kill -KILL "$(sv_pid "$d/log")"
	sv_until log u
	see "logger" "$SV_GOT"
	t_await_line "$d/log/lines" '^three$' >/dev/null
	# The producer dies: same pipe, and its finish writes to it.
	kill -KILL "$(sv_pid "$d")"
	sv_until web u
	see "producer" "$SV_GOT"
	say four
	cl_see "svc -wD -d" s6-svc -wD -T 10000 -d "$d"
	t_await_line "$d/log/lines" '^finish 0 0$' >/dev/null
	cl_see "the logger runs on" s6-svstat -o up,wantedup "$d/log"
	cl_see "svc -wu -u" s6-svc -wu -T 10000 -u "$d"
	say five
	see "lines" "$(cat "$d/log/lines")"
	tree_end
	see "lines at the end" "$(tail -n 3 "$d/log/lines")"
}
four_play deaths

# The logger is left to read to the end: it hears of nothing but the end of its input.
stop() {
	local d=$SCAN/web

	pair
	cl s6-svscanctl -t "$SCAN"
	wait "$TREE_PID"
	see "code" $?
	TREE_PID=
	see "lines" "$(cat "$d/log/lines")"
	sv_until web x
	see "producer" "$SV_GOT"
	sv_until log x
	see "logger" "$SV_GOT"
	cl_see "svstat of the logger" s6-svstat -o exitcode,signal "$d/log"
}
four_play stop

# With q it gets SIGTERM too.
quit() {
	local d=$SCAN/web

	pair
	# Not to end by itself, so that what ends it is the signal.
	mkfifo "$d/log/never"
	printf '#!/bin/sh\nexec sleep 1000\n' >"$d/log/run"
	sv_tell "$d/log" r
	up "$d/log"
	cl s6-svscanctl -q "$SCAN"
	wait "$TREE_PID"
	see "code" $?
	TREE_PID=
	cl_see "svstat of the logger" s6-svstat -o exitcode,signal "$d/log"
}
four_play quit

# Pruned with its logger.
prune() {
	local d=$W/away

	pair
	mv "$SCAN/web" "$d"
	cl s6-svscanctl -an "$SCAN"
	sv_until web x
	see "producer" "$SV_GOT"
	sv_until log x
	see "logger" "$SV_GOT"
	see "lines" "$(cat "$d/log/lines")"
	gone() { ! "$DEBIAN_S6/s6-svok" "$1"; }
	t_await 10 gone "$d/log"
	cl_see "svok" s6-svok "$d/log"
}
four_play prune

# x on a logger whose producer goes on: it reads to the end of nothing, so it is there until it is killed.
detach() {
	local d=$SCAN/web

	pair
	sv_tell "$d/log" x
	say two
	cl_see "still reading" s6-svstat -o up,wantedup "$d/log"
	sv_tell "$d/log" k
	sv_until log u
	see "another one" "$SV_GOT"
	say three
	see "lines" "$(cat "$d/log/lines")"
}
four_play detach
t_done
