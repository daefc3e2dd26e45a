#!/bin/bash
# .s6-svscan/crash takes over where finish is there and cannot be executed, and where a fault of hexad's own has
# left no program to go on with. Without it the one ends with 126 or 127, the other goes on taking orphans.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

crash() {
	printf '#!/bin/sh\necho "$0 $# $$ $PWD" >%s/crashed\nexit 9\n' "$T" >"$s/.s6-svscan/crash"
	chmod 755 "$s/.s6-svscan/crash"
}

# leaves CODE DESC: the tree on $s ends with that code.
leaves() {
	: >"$TREE_LOG"
	t_tree "$s"
	sv_scan "$s" t
	wait "$TREE_PID"
	t_is "$2" $? "$1"
}

s=$T/scan
mkdir -p "$s/.s6-svscan"
echo text >"$s/.s6-svscan/finish"
said="hexad: warning: unable to exec finish script .s6-svscan/finish: Permission denied
hexad: warning: executing into .s6-svscan/crash"
leaves 127 "finish cannot be executed, and there is no crash"
t_is "which is said" "$(cat "$TREE_LOG")" \
	"$said"$'\n'"hexad: fatal: unable to exec .s6-svscan/crash: No such file or directory"
echo text >"$s/.s6-svscan/crash"
leaves 126 "crash cannot be executed either"
t_is "which is said too" "$(cat "$TREE_LOG")" "$said"$'\n'"hexad: fatal: unable to exec .s6-svscan/crash: Permission denied"
crash
leaves 9 "crash takes the place of a finish that cannot be executed"
t_is "with its own name alone, the same pid, in the scan directory" "$(cat "$T/crashed")" \
	".s6-svscan/crash 0 $TREE_PID $s"
t_is "which is said" "$(cat "$TREE_LOG")" "$said"
rm "$s/.s6-svscan/finish" "$T/crashed"
leaves 0 "without a finish there is nothing to fail"
t_fails "and no crash" test -e "$T/crashed"

# A fault, and the program is not to be executed any more.
mkdir "$T/bin"
cp "$B/hexad" "$T/bin/hexad"
t_service "$s" web
sv_listen web "$s/web"
"$T/bin/hexad" "$s" >>"$TREE_LOG" 2>&1 </dev/null &
TREE_PID=$!
t_trees+=("$TREE_PID")
sv_until web u
pid=$(sv_pid "$s/web")
chmod 0 "$T/bin/hexad"
t_at_exit "kill -KILL $pid 2>/dev/null"
kill -SEGV "$TREE_PID"
wait "$TREE_PID"
t_is "after a fault without a program crash takes over" $? 9
t_is "with the same pid" "$(cat "$T/crashed")" ".s6-svscan/crash 0 $TREE_PID $s"
t_ok "the service runs on" sv_alive "$pid"
t_code "nobody holds its lock" 1 s6-svok "$s/web"
kill -KILL "$pid"
t_done
