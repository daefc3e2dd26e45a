#!/bin/bash
#
# `make run` without a terminal: the demonstration shows what it promises and ends by itself.
# timeout: 180
. "$(dirname "$0")/../lib/tap.sh"
cd "$T_ROOT" || exit 1

make --no-print-directory run BUILD="$B" >"$T/out" 2>&1 </dev/null
t_is "make run succeeds" "$?" 0
out=$(cat "$T/out")
t_like "the status table is shown" "$out" '^ +app\$ svctl status$'
t_like "the boot log is shown" "$out" ' profile=mail prior_state=running action=started prior_exit='
t_like "a stop through s6-svc is shown" "$out" '^ +app\$ s6-svc .*-d /run/service/gateway-mail$'
t_like "both pids of the kill are shown" "$out" '^ +pid before [0-9]+, after [0-9]+$'
t_like "a registration is shown" "$out" '^ +app\$ svctl register guest$'
t_like "and its end" "$out" '^ +app\$ svctl unregister guest$'
t_like "the last line sums up" "$(tail -n 1 "$T/out")" '^all [0-9]+ checks passed$'
t_is "nothing failed on the way" "$(grep -c FAILED "$T/out")" 0
t_done
