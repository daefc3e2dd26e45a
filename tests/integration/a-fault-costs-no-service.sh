#!/bin/bash
# A fault of hexad itself, whatever its signal: it goes on under its own pid with the same services, pipes and
# locks, control works as before, and a death that came meanwhile is seen. (Five faults within ten seconds
# are for another test, so the signals are shared between two trees.)
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

s=$T/scan
mkdir "$s"
mkfifo "$T/gate"
t_service "$s" web "exec 7<>$T/gate; echo >&3; while read -r n <&7; do echo line \$n; done"
echo 3 >"$s/web/notification-fd"
t_service "$s" web/log "while read -r line; do echo \"\$line\" >>$T/out; done; echo end of file >>$T/out"
t_service "$s" other
t_service "$s" down
touch "$s/down/down"
exec 7<>"$T/gate"
for name in web other down; do
	sv_listen $name "$s/$name"
done
t_tree "$s"
sv_until web U
sv_until other u
sv_letters down 1
sv_up "$s/web/log"
pids() { echo "$(sv_pid "$s/web") $(sv_pid "$s/web/log") $(sv_pid "$s/other")"; }
pipe=$(readlink "/proc/$(sv_pid "$s/web")/fd/1")
before=$(pids)

n=0
for sig in SEGV ABRT BUS; do
	status=$(od -An -v -tx1 "$s/other/supervise/status")
	kill "-$sig" "$TREE_PID"
	n=$((n + 1))
	echo $n >&7
	sv_tell "$s/web" p
	t_ok "$sig: hexad answers" sv_await 10 sv_has_flags "$s/web" 0d
	sv_tell "$s/web" c
	sv_await 10 sv_has_flags "$s/web" 0c
	t_is "$sig: all processes are the same" "$(pids)" "$before"
	# shellcheck disable=SC2086 # three pids
	t_ok "$sig: and alive" sv_alive $before
	t_is "$sig: an untouched service's status too" "$(od -An -v -tx1 "$s/other/supervise/status")" "$status"
	t_ok "$sig: the line written meanwhile arrives" t_await_line "$T/out" "^line $n\$"
done
t_is "the pipe is the same" "$(readlink "/proc/$(sv_pid "$s/web/log")/fd/0")" "$pipe"
t_code "the lock is held" 100 timeout 10 s6-supervise "$s/other"
t_code "so is the scan directory's" 100 timeout 10 s6-svscan "$s"

kill -KILL "$(sv_pid "$s/other")"
kill -SEGV "$TREE_PID"
sv_until other u
# The fault may come between telling of the death and noting that it was told: then it is told again rather than not at all.
t_like "a death in the middle of a fault is seen, and the service back" "$SV_GOT" '^(dD){1,2}u$'
sv_tell "$s/down" u
sv_letters down 1
t_is "a service that was down starts when told" "$SV_GOT" u
t_tree_end
t_is "TERM ends it all as ever" $? 0
t_is "the logger read to the end" "$(tail -n 1 "$T/out")" "end of file"

t_service "$T/second" web
t_tree "$T/second"
sv_up "$T/second/web"
web=$(sv_pid "$T/second/web")
for sig in ILL FPE; do
	kill "-$sig" "$TREE_PID"
	sv_tell "$T/second/web" p
	t_ok "$sig: hexad answers" sv_await 10 sv_has_flags "$T/second/web" 05
	sv_tell "$T/second/web" c
	t_ok "$sig: and again" sv_await 10 sv_has_flags "$T/second/web" 04
	t_is "$sig: the process is the same" "$(sv_pid "$T/second/web")" "$web"
done
t_done
