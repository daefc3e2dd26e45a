#!/bin/bash
# timeout: 180
# s6-ftrig-wait, s6-ftrig-listen1 and s6-ftrig-listen: codes, messages and output as Debian's; where 2.15 differs from
# it (all that was heard is printed, anchors count, a timeout of s6-ftrig-wait is 99) as 2.15's, which the row says.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/compat.sh"
compat_need

have="mkdir -m 1733 fd; mkdir -m 1733 other; touch file; mkdir -m 555 closed"
notify=$DEBIAN_S6/s6-ftrig-notify
twice="$notify fd ab; $notify fd c"

# The event directories end up empty: compat_files compares what lies there.
same() {
	compat_files "$1" "$have" "${@:2}"
}
for re in a 'x(a|b)' '[ab]' '.' 'b'; do
	compat_files_but "listen1: $re" 's/^[abx]{1,2}$/xab/' "$have" s6-ftrig-listen1 -t 10000 fd "$re" "$notify" fd xab
	same "listen: $re" s6-ftrig-listen -t 10000 fd "$re" "" "$notify" fd xab
done
compat_files_but "listen1: two messages" 's/^c$/abc/' "$have" s6-ftrig-listen1 -t 10000 fd abc sh -c "$twice"
same "listen1: it does not come" s6-ftrig-listen1 -t 200 fd z "$notify" fd xab
same "listen1: no program" s6-ftrig-listen1 -t 10000 fd a "$T/none"
same "listen1: bad expression" s6-ftrig-listen1 -t 10000 fd '[' true
same "listen1: no directory" s6-ftrig-listen1 -t 10000 none a true
same "listen1: a file" s6-ftrig-listen1 -t 10000 file a true
same "listen1: a closed one" s6-ftrig-listen1 -t 10000 closed a true
same "listen1: too few words" s6-ftrig-listen1 fd a

same "listen: two expressions" s6-ftrig-listen -t 10000 fd a fd b "" "$notify" fd xab
same "listen: the same one twice" s6-ftrig-listen -t 10000 fd a fd a "" "$notify" fd xab
same "listen: two messages" s6-ftrig-listen -t 10000 fd abc "" sh -c "$twice"
same "listen: two directories" s6-ftrig-listen -t 10000 fd a other a "" sh -c "$notify fd a; $notify other a"
same "listen: one of two, all wanted" s6-ftrig-listen -t 200 fd a other a "" "$notify" fd a
same "listen: one of two, -a" s6-ftrig-listen -a -t 200 fd a other a "" "$notify" fd a
same "listen: one of two, -o" s6-ftrig-listen -o -t 10000 fd a other a "" "$notify" fd a
same "listen: -o, then -a" s6-ftrig-listen -oa -t 200 fd a other a "" "$notify" fd a
same "listen: an odd number of words" s6-ftrig-listen fd "" true
same "listen: an empty block" s6-ftrig-listen "" true
same "listen: an open block" s6-ftrig-listen fd a true
same "listen: no program named" s6-ftrig-listen fd a ""
same "listen: no such program" s6-ftrig-listen fd a "" "$T/none"
same "listen: bad expression" s6-ftrig-listen fd a fd '(' "" true
same "listen: no directory" s6-ftrig-listen fd a none a "" true
same "listen: quoted words" s6-ftrig-listen -t 10000 " fd" " a" "" "$notify" fd xab
EXECLINE_STRICT=1 same "listen: half strict" s6-ftrig-listen -t 10000 fd a "" "$notify" fd a
EXECLINE_STRICT=2 same "listen: strict" s6-ftrig-listen -t 10000 fd a "" "$notify" fd a

compat_files_but "wait: it does not come" 's/^code 1$/code 99/' "$have" s6-ftrig-wait -t 200 fd a
same "wait: bad expression" s6-ftrig-wait fd '('
same "wait: no directory" s6-ftrig-wait none a
same "wait: a file" s6-ftrig-wait file a
same "wait: a closed one" s6-ftrig-wait closed a
same "wait: too few words" s6-ftrig-wait fd

# What 2.15 has and Debian's has not.
ours() {
	local desc=$1 want=$2

	shift 2
	compat_try ours "$have" "$@"
	t_is "$desc" "$(head -n 3 <<<"$C_ALL")" "$want"
}
ours "long names" $'code 0\nxab' s6-ftrig-listen1 --timeout=10000 -- fd a "$notify" fd xab
ours "long names of listen" $'code 0' s6-ftrig-listen --or --timeout=10000 fd a other a "" "$notify" fd xab
ours "anchors count" $'code 0\nxab' s6-ftrig-listen1 -t 10000 fd '^xab$' "$notify" fd xab
ours "an unknown letter" $'code 100\n\ns6-ftrig-wait: fatal: unrecognized short option: x' s6-ftrig-wait -x fd a
ours "an unknown name" $'code 100\n\ns6-ftrig-wait: fatal: unrecognized boolean option: --x' s6-ftrig-wait --x fd a
ours "an unknown name with a value" $'code 100\n\ns6-ftrig-wait: fatal: unrecognized option with argument: --x=1' \
	s6-ftrig-wait --x=1 fd a
ours "no number" $'code 100\n\ns6-ftrig-wait: fatal: timeout must be an unsigned integer' s6-ftrig-wait -t 1s fd a
ours "no argument" $'code 100\n\ns6-ftrig-wait: fatal: invalid option: -t needs an argument' s6-ftrig-wait -t -- fd a

# Beyond a program of its own: an event from somebody else, and a signal in the middle of waiting.
mkdir -m 1733 "$T/fd"
listening() {
	[ -n "$(find "$T/fd" -name 'ftrig1*')" ]
}
for who in debian ours; do
	program=$B/bin/s6-ftrig-wait
	[ $who = ours ] || program=$DEBIAN_S6/s6-ftrig-wait
	"$program" -t 20000 "$T/fd" 'ab' >"$T/heard" &
	pid=$!
	t_await 10 listening
	[ $who = debian ] || t_is "a listener is for everybody" "$(stat -c %a "$T"/fd/ftrig1*)" 622
	"$notify" "$T/fd" a
	"$notify" "$T/fd" bc
	wait $pid
	t_is "$who: wait: heard in two pieces" "$? $(sed 's/^b$/abc/' "$T/heard")" "0 abc"
done
"$B/bin/s6-ftrig-wait" "$T/fd" 'never' &
pid=$!
t_await 10 listening
kill -TERM $pid
wait $pid
t_is "a signal ends the wait" "$?" 143
t_is "no listener is left behind" "$(ls -A "$T/fd")" ""
t_done
