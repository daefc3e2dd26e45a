#!/bin/bash
#
# The runner of the tests does not take a dead, silent, hanging or half-done script for a passed one, counts
# right, and leaves no process behind.
. "$(dirname "$0")/../lib/tap.sh"

mkdir -p "$T/x/tests/integration"
cp -R "$T_ROOT/tests/run" "$T_ROOT/tests/lib" "$T/x/tests"

# script NAME BODY: a test of the copied runner.
script() {
	printf '#!/bin/bash\n# timeout: 1\n. "$(dirname "$0")/../lib/tap.sh"\n%s\n' "$2" >"$T/x/tests/integration/$1.sh"
}

run() {
	out=$(env -u T_SCRATCH -u T_RESULTS -u TMPDIR B="$B" "$T/x/tests/run" "$@" 2>&1)
	code=$?
}

only() {
	script only "$1"
	run tests/integration/only.sh
}

only 't_is "the same" a a; t_skip "not here" "no such thing"; t_done'
t_is "a pass and a skip: the last line" "$(tail -n 1 <<<"$out")" "1 passed, 0 failed, 1 skipped"
t_is "a pass and a skip: exit code" "$code" 0
t_like "the reason of a skip is shown" "$out" '^skipped: integration/only: not here: no such thing$'

only 't_is "not the same" a b; t_pass "fine"; t_done'
t_is "a failure: the last line" "$(tail -n 1 <<<"$out")" "1 passed, 1 failed"
t_is "a failure: exit code" "$code" 1
t_like "a failure: its log is shown" "$out" '^ +\| not ok 1 - not the same$'

only 't_done'
t_is "a script without a test has failed" "$(tail -n 1 <<<"$out")" "0 passed, 1 failed"
only 't_pass "first"; kill -KILL $$'
t_is "a script that dies has failed" "$(tail -n 1 <<<"$out")" "1 passed, 1 failed"
only 't_pass "first"; exit 0'
t_is "a script that does not come to its end has failed" "$(tail -n 1 <<<"$out")" "1 passed, 1 failed"
only 't_pass "first"; mkfifo "$T/never"; read -r x <"$T/never"; t_done'
t_is "a script that hangs has failed" "$(tail -n 1 <<<"$out")" "1 passed, 1 failed"
t_like "and is said to have hung" "$out" 'failed: ended in time$'

only 'setsid sleep 777 & t_pass "first"; t_done'
t_is "a process left behind does not fail the test" "$(tail -n 1 <<<"$out")" "1 passed, 0 failed"
t_is "but is gone" "$(pgrep -f '^sleep 777$')" ""

# Beside each other: each waits for the other one.
rm "$T/x/tests/integration/only.sh"
t_let_others_in
mkfifo -m 666 "$T/a" "$T/b"
script first "echo x >\"$T/a\"; read -r x <\"$T/b\" && t_pass met; t_done"
script second "read -r x <\"$T/a\" && echo x >\"$T/b\" && t_pass met; t_done"
t_is "two at once" "$(T_JOBS=2; export T_JOBS; run integration; tail -n 1 <<<"$out")" "2 passed, 0 failed"
t_is "one by one" "$(T_JOBS=1; export T_JOBS; run integration; tail -n 1 <<<"$out")" "0 passed, 2 failed"
sed -i '2i# alone: it says so' "$T/x/tests/integration/second.sh"
t_is "one that wants to be alone" "$(T_JOBS=2; export T_JOBS; run integration; tail -n 1 <<<"$out")" "0 passed, 2 failed"
rm "$T/x/tests/integration/"*
script stays "setsid sleep 778 & echo x >\"$T/a\"; sed -n q \"$T/b\""
sed -i 's/^# timeout: .*/# timeout: 60/' "$T/x/tests/integration/stays.sh"
env -u T_SCRATCH -u T_RESULTS B="$B" "$T/x/tests/run" integration >"$T/out" 2>&1 &
runner=$!
exec 7<>"$T/a" # does not wait, should nobody come
read -r -t 20 _ <&7
kill "$runner"
wait "$runner"
t_is "a runner that is ended says so" $? 143
t_ok "and takes what it runs with it" t_await 20 sh -c '! pgrep -f "^sleep 778$" >/dev/null'

run nonsense
t_is "an unknown word is an error" "$code" 100
t_done
