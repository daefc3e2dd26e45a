#!/bin/bash
# sanitizer: leaks, of the applets
# tini: codes, signals, groups, orphans; options that nobody knows.
. "$(dirname "$0")/../lib/tap.sh"
cd "$T" || exit 1
TINI=$B/bin/tini
unset TINI_SUBREAPER TINI_VERBOSITY TINI_KILL_PROCESS_GROUP

for code in 0 1 42 126 255; do
	t_code "the code $code" $code "$TINI" -- sh -c "exit $code"
done
# shellcheck disable=SC2016
t_code "128 and the signal" 143 "$TINI" sh -c 'kill -TERM $$'
t_code "-e makes it 0" 0 "$TINI" -e 143 -e 3 sh -c 'exit 3'
t_code "-e is about one code" 4 "$TINI" -e 3 sh -c 'exit 4'
t_code "a program that is not there" 127 "$TINI" /nonexistent
t_code "a program that cannot be executed" 126 "$TINI" /etc/passwd
t_code "no words" 1 "$TINI"
t_code "-e wants a code" 1 "$TINI" -e 256 true
t_code "-p wants a signal" 1 "$TINI" -p NOSUCH true
t_like "--version" "$("$TINI" --version)" '^tini version 0\.19\.0'
t_like "-h" "$("$TINI" -h)" '^Usage: tini'
t_ok "-l" "$TINI" -l
t_is "known options, long and short, grouped" "$("$TINI" -gsw -v --subreaper --kill-process-group -p SIGKILL -- echo ok)" ok
t_is "unknown options are never passed on" "$("$TINI" -q -gX --nothing --no=thing echo ok 2>err)" ok
t_is "but told" "$(grep -c 'is not known and ignored' err)" 4
t_is "the program's own options are its own" "$("$TINI" echo -q --x)" "-q --x"

# Each signal that can be passed on.
mkfifo ready
for sig in HUP INT QUIT USR1 USR2 TERM PIPE ALRM CONT WINCH; do
	# The shell has its background jobs ignore SIGINT and SIGQUIT.
	env --default-signal "$TINI" -- \
		bash -c "sleep 1000 & trap 'echo got $sig; kill \$!; exit 9' $sig; echo ready >ready; while :; do wait; done" >out &
	pid=$!
	read -r <ready
	kill -$sig $pid
	wait $pid
	t_is "SIG$sig is passed on" "$? $(cat out)" "9 got $sig"
done

# -g: the group hears it too, so that a shell's child ends.
"$TINI" -g -- sh -c 'sleep 1000 & echo $! >child; echo ready >ready; wait' &
pid=$!
read -r <ready
kill -TERM $pid
wait $pid
t_ok "-g: the whole group ends" t_await_exit "$(cat child)"

"$TINI" -s -w -- sh -c '(sh -c "exit 0" &) ; echo ready >ready; read -r x <ready' 2>err &
pid=$!
read -r <ready
t_ok "-s -w: an orphan is collected" t_await_line err '^tini: warning: reaped zombie process with pid='
echo go >ready
wait $pid

t_done
