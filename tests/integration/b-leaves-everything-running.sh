#!/bin/bash
# b ends the tree at once: no service is touched, nobody is told, the locks are free, finish is executed. q and N stop
# loggers like all others, n does not; a start that failed is tried again at once when asked, long before its time.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

s=$T/scan
mkdir -p "$s/.s6-svscan"
printf '#!/bin/sh\necho $# >%s/finished\nexit 3\n' "$T" >"$s/.s6-svscan/finish"
chmod 755 "$s/.s6-svscan/finish"
t_service "$s" web
t_service "$s" web/log 'exec cat >/dev/null'
sv_listen web "$s/web"
sv_listen log "$s/web/log"
mkdir "$s/failing"
printf '#!/bin/sh\nexec sleep 1000\n' >"$s/failing/run"
sv_listen failing "$s/failing"
t_tree "$s"
sv_until web u
sv_until log u
t_ok "a start that fails is to be tried after a minute" t_await_line "$TREE_LOG" \
	'^hexad: warning: failing: unable to spawn ./run \(waiting 60 seconds\): Permission denied$'
sv_letters failing 1
t_is "no event but the first" "$SV_GOT" s
t_is "no status but the first: wanted up, not started yet" "$(sv_flags "$s/failing")" 0d
chmod 755 "$s/failing/run"
sv_tell "$s/failing" u
t_ok "u does not wait for that" sv_until failing u
sv_scan "$s" z
pids="$(sv_pid "$s/web") $(sv_pid "$s/web/log") $(sv_pid "$s/failing")"
t_at_exit "kill -KILL $pids 2>/dev/null"
sv_scan "$s" b
wait "$TREE_PID"
t_is "b: finish's exit code" $? 3
t_is "b: finish has no argument" "$(cat "$T/finished")" 0
# shellcheck disable=SC2086 # words
t_ok "b: all run on" sv_alive $pids
t_code "b: nobody supervises them" 1 s6-svok "$s/web"
# shellcheck disable=SC2086 # words
kill -KILL $pids
sv_letters web 1 1
t_is "b: no event was sent" "$SV_GOT" ""

t_tree "$s"
sv_until log u
log=$(sv_pid "$s/web/log")
sv_until web u
sv_scan "$s" q
wait "$TREE_PID"
sv_until log x
t_is "q: the logger is stopped" "$SV_GOT" dDx
t_is "q: by SIGTERM" "$(sv_wstat "$s/web/log")" 000f
t_fails "q: it is gone" sv_alive "$log"

# n and N, of a pair that is gone from the directory. Called s6-svscan, it speaks of services as s6-supervise does.
rm "$s/.s6-svscan/finish"
mkdir "$s/norun" "$T/away"
: >"$TREE_LOG"
s6-svscan "$s" >>"$TREE_LOG" 2>&1 </dev/null &
TREE_PID=$!
t_trees+=("$TREE_PID")
t_ok "as s6-svscan it says what s6-supervise would" t_await_line "$TREE_LOG" \
	'^s6-supervise norun: warning: unable to spawn ./run \(waiting 60 seconds\): No such file or directory$'
for letter in n N; do
	sv_until web u
	sv_until log u
	mv "$s/web" "$T/away/web"
	sv_scan "$s" "a$letter"
	sv_until log x
	case $letter in
	n) t_is "n: the logger ends by itself" "$(sv_wstat "$T/away/web/log")" 0000 ;;
	N) t_is "N: the logger is stopped" "$(sv_wstat "$T/away/web/log")" 000f ;;
	esac
	sv_until web x
	mv "$T/away/web" "$s/web"
	sv_scan "$s" a
done
t_done
