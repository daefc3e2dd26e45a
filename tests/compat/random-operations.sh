#!/bin/bash
# timeout: 900
# alone: what one of its operations takes must be less than a service is held back
#
# Random operations on many services, the same under Debian's s6-svscan and under hexad: letters, status bytes, signals,
# tallies, files and what a program inherits are the same after every one of them; and a hexad with a wrong table is found.
# A quarter of the sequences are about a service and its logger.
#
#   SEED=N       other sequences (default 1; "random" picks one). The seed is printed, and replays
#   SEQUENCES=N  how many (default 2000)
#   FIRST=N      number of the first one; with SEQUENCES=1 the one that a failure names
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/compat.sh"
compat_need

seed=${SEED:-1}
[ "$seed" != random ] || seed=$SRANDOM
sequences=${SEQUENCES:-2000}
first=${FIRST:-0}
few=100 # are enough for a mutant
few_odd=3 # that are played again; where a rule is wrong each of them stays different

# In memory where programs may be executed there: what is compared does not depend on it, how long it takes does.
dir=$T/trace
roomy() { [ "$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1)" -gt 200000 ]; }
if roomy 2>/dev/null && fast=$(mktemp -d /dev/shm/hexad-trace.XXXXXX 2>/dev/null); then
	t_at_exit "rm -rf -- '$fast'"
	cp "$B/await" "$fast/try"
	if "$fast/try" exit 1 999999999 2>/dev/null; then
		dir=$fast/trace
	fi
fi
mkdir "$dir"

# trace NAME ARG...: one run, its trace in $dir/NAME.trace. The socket's path must be short.
trace() {
	local name=$1

	shift
	mkdir "$dir/$name"
	"$B/trace" -s "$seed" -f "$first" "$@" >"$dir/$name.trace" 2>"$dir/$name.log"
	echo $? >"$dir/$name.code"
}

# Its exit code, with the last that was said if it is not 0.
code() {
	[ "$(cat "$dir/$1.code")" = 0 ] || tail -n 5 "$dir/$1.log"
	cat "$dir/$1.code"
}

# The numbers of the sequences that are not the same.
differing() {
	diff "$1" "$2" | sed -n 's/^[<>] \([0-9]*\)\..*/\1/p' | sort -u
}

# Is that sequence the same when it is played by itself, three times? On a busy machine an operation may take longer than the second
# for which a service is held back, and that second is counted from the start in hexad and from the death in s6. A difference in
# behaviour stays.
same_alone() {
	local first=$((10#$1))

	for _ in 1 2 3; do
		rm -rf "$dir/alone".*
		trace alone.s6 -n 1 -w "$dir/alone.s6" "$DEBIAN_S6/s6-svscan"
		trace alone.hexad -n 1 "$dir/alone.hexad" "$B/hexad"
		[ -s "$dir/alone.s6.trace" ] && cmp -s "$dir/alone.s6.trace" "$dir/alone.hexad.trace" || return 1
	done
	echo "# figure: sequence $first was not the same once, and was three times when played by itself"
}

# The first sequence that is not the same, of both.
first_difference() {
	local n

	n=$(differing "$1" "$2" | head -n 1)
	echo "replay: SEED=$seed FIRST=$((10#${n:-0})) SEQUENCES=1 tests/run tests/compat/random-operations.sh"
	diff <(grep "^$n" "$1") <(grep "^$n" "$2") | head -n 12
	echo "that sequence, with s6:"
	grep "^$n" "$1"
}

echo "# figure: seed $seed, $sequences sequences of 32 operations"
t0=$(date +%s)
trace s6 -n "$sequences" -w "$dir/s6" "$DEBIAN_S6/s6-svscan" &
s6=$!
trace hexad -n "$sequences" "$dir/hexad" "$B/hexad" &
wait $s6 $!
echo "# figure: $(($(date +%s) - t0)) s"
t_is "every operation has its outcome under s6" "$(code s6)" 0
t_is "and under hexad" "$(code hexad)" 0
mapfile -t odd < <(differing "$dir/s6.trace" "$dir/hexad.trace")
stay=$((${#odd[@]} > few_odd))
for n in "${odd[@]}"; do
	[ $stay = 0 ] || break
	same_alone "$n" || stay=1
done
if cmp -s "$dir/s6.trace" "$dir/hexad.trace" || [ $((${#odd[@]} > 0 && !stay)) = 1 ]; then
	t_pass "and the same one"
else
	t_fail "and the same one" "$(first_difference "$dir/s6.trace" "$dir/hexad.trace")"
fi
t_ok "all sequences were run" test "$(grep -c ' final ' "$dir/s6.trace")" = "$sequences"
for letter in P C K l; do
	t_ok "with $letter" grep -Eq "^[0-9.]+ (log-)?bytes [^ ]*$letter" "$dir/s6.trace"
done
t_ok "of 30 operations or more" test "$(wc -l <"$dir/s6.trace")" -ge $((sequences * 33))

if [ "$sequences" -ge "$few" ]; then
	for n in 1 2 3 4; do
		trace "mutant$n" -n "$few" -t 3000 "$dir/mutant$n" "$B/mutant/$n/hexad" &
		pids+=($!)
	done
	wait "${pids[@]}"
	# What a run of this few gives where nothing is wrong is the beginning of the one above.
	awk -v last=$((first + few)) '$1 + 0 < last' "$dir/s6.trace" >"$dir/few.trace"
	t_is "a few sequences of it" "$(grep -c ' final ' "$dir/few.trace")" "$few"
	for n in 1 2 3 4; do
		t_ok "mutant $n ran" grep -q ' start ' "$dir/mutant$n.trace"
		t_fails "mutant $n is found" cmp "$dir/few.trace" "$dir/mutant$n.trace"
	done
fi
t_done
