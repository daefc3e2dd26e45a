#!/bin/bash
# timeout-kill: what is not down so long after being told gets SIGKILL; without the file never.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

s=$T/scan
mkdir "$s"
for name in web deaf; do
	t_service "$s" $name "trap '' TERM; echo >&3; while :; do sleep 1000; done"
	echo 3 >"$s/$name/notification-fd"
	sv_listen $name "$s/$name"
done
echo 300 >"$s/web/timeout-kill"
t_tree "$s"

sv_until web U
sv_until deaf U
deaf=$(sv_pid "$s/deaf")
sv_tell "$s/deaf" d
t0=$(sv_now)
sv_tell "$s/web" d
sv_until web D
t1=$(sv_now)
t_is "killed by SIGKILL" "$(sv_wstat "$s/web")" 0009
t_ok "not before its time" test $(((t1 - t0) / 1000)) -ge 300
t_ok "soon after its time" test $(((t1 - t0) / 1000)) -le 2000
t_ok "without the file it is left alone" sv_alive "$deaf"
t_is "while the status says that down is wanted" "$(sv_flags "$s/deaf")" 08
sv_tell "$s/deaf" k
t_ok "letter k ends it" sv_until deaf D
t_done
