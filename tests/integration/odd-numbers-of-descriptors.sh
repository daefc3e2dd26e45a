#!/bin/bash
# notification-fd and lock-fd may be 1 or 2 or a number in use; 0 and what is beyond the limit of open files are invalid;
# two equal ones are refused until that is mended; words before the newline mean nothing, however many.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

s=$T/scan
mkdir "$s"

# ready NAME FD NUMBER BODY: a service that says on FD that it is ready.
ready() {
	t_service "$s" "$1" "$4 echo >&$2; exec sleep 1000"
	echo "$3" >"$s/$1/notification-fd"
	sv_listen "$1" "$s/$1"
}
for n in 1 2 3 9 63; do
	ready "n$n" "$n" "$n" ""
done
sed -i 's/>&63/>\/proc\/self\/fd\/63/' "$s/n63/run"
ready both 4 4 "x=\$(readlink /proc/\$\$/fd/1); echo \$x >$T/both;"
echo 1 >"$s/both/lock-fd"
ready crossed 8 8 ""
echo 9 >"$s/crossed/lock-fd"
ready zero 2 0 ""
ready limit 2 64 ""
echo 64 >"$s/limit/lock-fd"
ready same 6 6 ""
echo 6 >"$s/same/lock-fd"
# Less than a pipe holds, more than is read in one turn; run is dead before anybody can have read all of it.
t_service "$s" words 'i=0; while [ $i -lt 500 ]; do echo -n "no newline, no readiness, nothing"; i=$((i + 1)); done >&5
echo >&5; exit 1'
echo 5 >"$s/words/notification-fd"
touch "$s/words/down"
sv_listen words "$s/words"
# Never ready: its end of the pipe is closed, or is never used.
t_service "$s" closed 'exec 5>&-; echo closed >../../closed; exec sleep 1000'
echo 5 >"$s/closed/notification-fd"
sv_listen closed "$s/closed"
t_service "$s" silent 'echo -n words >&5; echo silent >../../silent; exec sleep 1000'
echo 5 >"$s/silent/notification-fd"
sv_listen silent "$s/silent"

mkfifo "$T/ready"
(
	ulimit -Sn 64
	exec "$B/hexad" -d 3 "$s" 3>"$T/ready" >>"$TREE_LOG" 2>&1 </dev/null
) &
TREE_PID=$!
t_trees+=("$TREE_PID")
read -r -t 10 _ <"$T/ready"
for n in n1 n2 n3 n9 n63 both crossed; do
	sv_until $n U
	t_is "$n: ready" "$SV_GOT" suU
	t_is "$n: the status says so" "$(sv_flags "$s/$n")" 0c
done
t_is "lock-fd 1 takes the place of standard output" "$(cat "$T/both")" "$s/both/supervise/service-lock"
for n in zero limit; do
	sv_until $n u
	t_ok "$n: invalid" t_await_line "$TREE_LOG" "^hexad: warning: $n: invalid notification-fd\$"
done
t_ok "limit: invalid for lock-fd" t_await_line "$TREE_LOG" "^hexad: warning: limit: invalid lock-fd\$"
t_fails "and no lock" test -e "$s/limit/supervise/service-lock"

t_ok "two equal ones are refused" t_await_line "$TREE_LOG" \
	'^hexad: warning: same: unable to start service: notification-fd and lock-fd are the same$'
sv_letters same 1
t_is "and not started" "$SV_GOT" s
t_is "wanted up all the same" "$(sv_flags "$s/same")" 0d
rm "$s/same/lock-fd"
sv_tell "$s/same" u
sv_until same U
t_is "once it is mended u starts it" "$SV_GOT" uU

sv_tell "$s/words" o
sv_until words D
t_is "readiness that a dead service has left behind counts first" "$SV_GOT" suUdD
for n in closed silent; do
	t_await_line "$T/$n" $n
	sv_tell "$s/$n" p
	sv_await 10 sv_has_flags "$s/$n" 05
	t_pass "$n: never ready, and obeyed"
done
t_done
