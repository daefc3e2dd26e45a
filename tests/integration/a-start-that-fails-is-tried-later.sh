#!/bin/bash
# A run that cannot be executed is tried again after 60 seconds, as in s6, and at once when somebody asks for it.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

s=$T/scan
mkdir "$s"
t_service "$s" web
chmod 644 "$s/web/run"
sv_listen web "$s/web"
t_tree "$s"
sv_until web s
t_ok "it is said" t_await_line "$TREE_LOG" 'web: unable to spawn ./run \(waiting 60 seconds\): Permission denied'

# How long hexad sleeps for is the fourth argument of the call it sleeps in: there is no other timer.
deadline() {
	local -a call

	read -ra call <"/proc/$TREE_PID/syscall" 2>/dev/null && [ "${#call[@]}" -gt 5 ] || return 1
	left=$((call[4] & 0xffffffff))
	[ "$left" -gt 0 ] && [ "$left" -le 60000 ]
}
left=0
if cat "/proc/$TREE_PID/syscall" >/dev/null 2>&1; then
	t_ok "hexad sleeps" t_await 10 deadline
	t_ok "for what is left of 60 seconds: $left ms" test "$left" -gt 40000
else
	t_skip "hexad sleeps for 60 seconds" "the kernel does not tell in which call a process waits"
fi

# It could be executed now, and nobody asks: the starts of another one measure three seconds.
chmod 755 "$s/web/run"
t_service "$s" clock 'exit 0'
sv_listen clock "$s/clock"
sv_scan "$s" a
for _ in 1 2 3 4; do
	sv_until clock u
done
sv_letters web 1 0.1
t_is "it is not tried again, not by a scan either" "$SV_GOT" ""
t_is "it is wanted up, and down" "$(sv_pid "$s/web") $((16#$(sv_flags "$s/web") & 14))" "0 12"
sv_tell "$s/web" u
t_ok "u starts it at once" sv_until web u
t_done
