#!/bin/bash
# What a service leaves behind comes to hexad, which is a subreaper where it is not process 1, and is
# collected when it ends; services are not mistaken for it.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

s=$T/scan
mkdir "$s"
mkfifo "$T/gate"
# Ten grandchildren that outlive their parent and wait at the gate.
t_service "$s" web "(for i in 1 2 3 4 5 6 7 8 9 10; do
	(read -r _ <$T/gate; exit \$i) & echo \$! >>$T/orphans
done)
echo done >>$T/orphans
exec sleep 1000"
t_tree "$s"
t_await_line "$T/orphans" '^done$'
orphan=$(head -n 1 "$T/orphans")
pid=$(sv_pid "$s/web")

parent_of() { awk '/^PPid:/ { print $2 }' "/proc/$1/status"; }
t_is "an orphan is hexad's" "$(parent_of "$orphan")" "$TREE_PID"
exec 7<>"$T/gate"
for _ in 1 2 3 4 5 6 7 8 9 10; do
	echo >&7
done
while read -r orphan && [ "$orphan" != "done" ]; do
	t_await_exit "$orphan"
done <"$T/orphans"
# A request that hexad answers after it has swept.
sv_scan "$s" z
sv_tell "$s/web" p
sv_await 10 sv_has_flags "$s/web" 05
sv_tell "$s/web" c
t_is "none is left as a zombie" "$(cat /proc/[0-9]*/stat 2>/dev/null |
	awk -v p="$TREE_PID" '$3 == "Z" && $4 == p' | wc -l)" 0
t_is "the service is the same" "$(sv_pid "$s/web")" "$pid"
t_done
