#!/bin/bash
# After five faults within ten seconds hexad does no more than it must: it reaps, keeps what runs alone, and
# stops on TERM.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

s=$T/scan
mkdir "$s"
t_service "$s" web
t_service "$s" other
t_tree "$s"
sv_up "$s/web"
sv_up "$s/other"
web=$(sv_pid "$s/web")
other=$(sv_pid "$s/other")
i=0
# More than needed: two that come together count as one.
while [ $i -lt 40 ] && ! grep -q 'safe mode' "$TREE_LOG"; do
	kill -SEGV "$TREE_PID" || break
	i=$((i + 1))
	"$B/await" line 0.2 "$TREE_LOG" 'safe mode'
done
t_like "it says so" "$(cat "$TREE_LOG")" 'safe mode'
t_ok "not before the fifth" test $i -ge 5
t_ok "hexad lives" sv_alive "$TREE_PID"
t_ok "its services too" sv_alive "$web" "$other"
kill -KILL "$other"
t_ok "a death is reaped" t_await_exit "$other"
t_ok "and not taken badly" sv_alive "$TREE_PID" "$web"
kill -TERM "$TREE_PID"
t_ok "TERM ends it" t_await_exit "$TREE_PID"
t_ok "and its services" t_await_exit "$web"
t_done
