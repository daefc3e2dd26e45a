#!/bin/bash
# What run and finish find: arguments, environment, directory, session, mask, ignored signals, umask, limit and descriptors
# are those of whoever started hexad, and nothing of hexad's own. A fault of hexad changes none of it.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

# A program that changes nothing of what it was given: it waits at the FIFO that its argument names.
s=$T/scan
for name in web web/log; do
	mkdir -p "$s/$name/$name/.."
	rmdir "$s/$name/$name"
	mkfifo "$s/$name/$name"
	cp "$(readlink -f "$(command -v cat)")" "$s/$name/run"
	cp "$(readlink -f "$(command -v cat)")" "$s/$name/finish"
done
mkfifo "$s/web/256" "$s/web/log/256" # the first argument of finish
sv_listen web "$s/web"
sv_listen log "$s/web/log"
echo inherited >"$T/passed"
mkfifo "$T/ready"
(
	trap '' INT QUIT PIPE
	umask 027
	ulimit -Sn 300
	cd "$T" || exit 1
	exec env -i B=2 "A=1 and more" PATH="$PATH" "$B/hexad" -d 3 scan 3>"$T/ready" 9<"$T/passed" >>"$TREE_LOG" 2>&1 </dev/null
) &
TREE_PID=$!
t_trees+=("$TREE_PID")
read -r -t 10 _ <"$T/ready"

field() {
	awk -v name="$2:" '$1 == name { print $2 }' "/proc/$1/status"
}

# as_given WHEN DIR NAME PROGRAM ARGS
as_given() {
	local pid stat dir=$s/$2

	pid=$(sv_pid "$dir")
	read -r stat <"/proc/$pid/stat"
	# shellcheck disable=SC2086 # words
	set -- "$1, $2's $4" "$3" ${stat##*)}
	t_is "$1: arguments" "$(tr '\0' '\n' <"/proc/$pid/cmdline")" "$2"
	t_is "$1: leads a process group and a session" "$5 $6" "$pid $pid"
	t_is "$1: environment" "$(tr '\0' '\n' <"/proc/$pid/environ")" $'B=2\nA=1 and more\n'"PATH=$PATH"
	t_is "$1: directory" "$(readlink "/proc/$pid/cwd")" "$dir"
	t_is "$1: no signal is blocked" "$(field "$pid" SigBlk)" 0000000000000000
	t_is "$1: INT and QUIT are ignored, PIPE is not" $((16#$(field "$pid" SigIgn) & 0x1006)) 6
	t_is "$1: no signal is caught" "$(field "$pid" SigCgt)" 0000000000000000
	t_is "$1: umask" "$(field "$pid" Umask)" 0027
	t_is "$1: open files" "$(awk '/^Max open files/ { print $4 }' "/proc/$pid/limits")" 300
	t_is "$1: what was passed on" "$(readlink "/proc/$pid/fd/9")" "$T/passed"
	t_is "$1: standard error" "$(readlink "/proc/$pid/fd/2")" "$TREE_LOG"
	t_is "$1: nothing of ours" "$(find "/proc/$pid/fd" -type l -printf '%f %l\n' | awk '$1 > 2' |
		grep -E "anon_inode|/memfd|supervise|svscan|$s( |\$)")" ""
}

both() {
	sv_until log u
	sv_until web u
	as_given "$1" web/log $'./run\nweb/log' run
	as_given "$1" web $'./run\nweb' run
	t_is "$1: web's standard input" "$(readlink "/proc/$(sv_pid "$s/web")/fd/0")" /dev/null
	t_is "$1: log's standard output" "$(readlink "/proc/$(sv_pid "$s/web/log")/fd/1")" "$TREE_LOG"
	t_is "$1: a pipe from the one to the other" "$(readlink "/proc/$(sv_pid "$s/web")/fd/1")" \
		"$(readlink "/proc/$(sv_pid "$s/web/log")/fd/0")"
}

both "at first"
pid=$(sv_pid "$s/web")
sv_tell "$s/web" k
sv_until web d
as_given "at first" web $'finish\n256\n9\nweb\n'"$pid" finish
kill -KILL "$(sv_pid "$s/web")"
sv_until web D
sv_until web u
kill -SEGV "$TREE_PID"
t_await_line "$TREE_LOG" 'took over after a fault'
sv_tell "$s/web" k
sv_until web d
kill -KILL "$(sv_pid "$s/web")"
sv_tell "$s/web/log" k
sv_until log d
kill -KILL "$(sv_pid "$s/web/log")"
both "after a fault"
echo 1 | tee "$s/web/timeout-finish" >"$s/web/log/timeout-finish"
sv_scan "$s" q
t_await_exit "$TREE_PID"
t_done
