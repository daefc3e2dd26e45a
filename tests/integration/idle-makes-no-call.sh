#!/bin/bash
# timeout: 90
# 200 services, 20 loggers, a client that waits, a crash loop that was stopped: in the ten seconds after,
# hexad makes no system call. The ten seconds are what is measured, not a wait.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

if ! type -P strace >/dev/null; then
	t_skip "an idle tree makes no system call" "strace is not installed"
	t_done
fi
s=$T/scan
mkdir "$s"
for i in $(seq 200); do
	t_service "$s" "s$i"
done
for i in $(seq 20); do
	t_service "$s" "s$i/log" 'exec cat >/dev/null'
done
t_service "$s" deaf "trap '' TERM; echo >&3; while :; do sleep 1000; done"
echo 3 >"$s/deaf/notification-fd"
t_service "$s" loop 'exit 1'
for name in deaf loop; do
	sv_listen $name "$s/$name"
done
t_tree "$s"
sv_until deaf U
for i in $(seq 200); do
	sv_is_up "$s/s$i" || sv_up "$s/s$i"
done
for i in $(seq 20); do
	sv_is_up "$s/s$i/log" || sv_up "$s/s$i/log"
done
# Its TERM is ignored, so the answer does not come and the client stays.
svctl --scandir "$s" stop deaf >"$T/client" 2>&1 &
client=$!
sv_await 10 sv_has_flags "$s/deaf" 08
sv_until loop D
sv_until loop D
sv_tell "$s/loop" d
sv_down "$s/loop"

timeout 12 strace -f -ttt -o "$T/trace" -p "$TREE_PID" 2>"$T/strace" &
strace=$!
if ! t_await_line "$T/strace" attached 5 >/dev/null; then
	t_skip "an idle tree makes no system call" "strace may not trace: $(head -n 1 "$T/strace")"
	t_done
fi
wait "$strace"
t_ok "the client is still connected" sv_alive "$client"
t_ok "strace saw the call that waits" grep -q epoll "$T/trace"
# Being attached to ends the wait once, and within a second the loop's restart falls due and is found to be
# unwanted; only calls that begin later count. The one that waits until strace leaves has begun by then.
t_is "no system call in ten seconds" \
	"$(awk 'NR == 1 { first = $2 } $2 > first + 1.5' "$T/trace")" ""
sv_tell "$s/deaf" k
wait "$client"
t_is "the client gets its answer after all" $? 0
t_done
