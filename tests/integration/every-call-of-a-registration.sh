#!/bin/bash
# sanitizer: no, some hundred runs take too long
# timeout: 300
# register and unregister are transactions: whichever of their system calls fails, the tree is as before, byte for byte, or
# the work is done; a fault of hexad's own in their midst leaves nothing either. See lib/everytransaction.py.
. "$(dirname "$0")/../lib/tap.sh"

if [ ! -x "$B/fault/hexad" ]; then
	t_fail "there is a hexad to inject faults into" "no $B/fault/hexad: make tests-built"
	t_done
fi
mkdir "$T/work"
timeout 280 python3 "$T_ROOT/tests/lib/everytransaction.py" "$B/fault/hexad" "$T/work" >"$T/report" 2>&1
code=$?
last=$(tail -n 1 "$T/report")
t_comment "figure: $last"
t_is "each call may fail" "$code $(grep -v "^$last\$" "$T/report" | head -n 200)" "0 "
t_ok "and there were many" test "$(awk '{ print $1 + 0 }' <<<"$last")" -ge 500
t_done
