#!/bin/bash
# A second fault right after the first, and TERM in the middle of one: nothing is lost but time.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

s=$T/scan
mkdir "$s"
for name in a b c d; do
	t_service "$s" $name
	sv_listen $name "$s/$name"
done
t_tree "$s"
for name in a b c d; do
	sv_until $name u
done
pids() { echo "$(sv_pid "$s/a") $(sv_pid "$s/b") $(sv_pid "$s/c") $(sv_pid "$s/d")"; }
before=$(pids)
kill -SEGV "$TREE_PID"
kill -SEGV "$TREE_PID"
sv_tell "$s/a" p
t_ok "hexad answers after two" sv_await 10 sv_has_flags "$s/a" 05
t_is "all processes are the same" "$(pids)" "$before"
# shellcheck disable=SC2086 # four pids
t_ok "and alive" sv_alive $before
kill -SEGV "$TREE_PID"
kill -TERM "$TREE_PID"
t_ok "TERM in the middle of a fault ends it" t_await_exit "$TREE_PID"
wait "$TREE_PID"
t_is "with 0" $? 0
for name in a b c d; do
	sv_until $name x
	t_is "$name: its listener heard the end" "${SV_GOT: -3}" dDx
done
# shellcheck disable=SC2086 # four pids
t_fails "no service is left" kill -0 $before
t_done
