#!/bin/bash
# sanitizer: leaks, of svctl's commands
# svctl why: what a service is wanted to be, who asked, what it waits for, how it ended, its log, what to do.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/svctl.sh"

s=$HEXAD_SCANDIR
mkdir "$T/logs"
t_service "$s" web
t_service "$s" web/log "exec s6-log '$T/logs'"
printf 'first\nlast\n' >"$T/logs/current"
t_service "$s" fails 'exit 3'
mkdir "$s/empty"
t_service "$s" off
: >"$s/off/down"
t_service "$s" ready
echo 3 >"$s/ready/notification-fd"
t_service "$s" gone 'exit 1'
printf '#!/bin/sh\nexit 125\n' >"$s/gone/finish"
chmod 755 "$s/gone/finish"
t_service "$s" stubborn "trap '' TERM; echo up >'$T/trapped'; while :; do read -r _ <'$T/never'; done"
mkfifo "$T/trapped" "$T/never"
sv_listen fails "$s/fails"
sv_listen gone "$s/gone"
sv_listen web "$s/web"
sv_listen ready "$s/ready"
t_tree "$s"
read -r _ <"$T/trapped"
sv_until gone D
sv_until web u
sv_until ready u
sv_until fails D
sv_until fails D
sv_until fails D

# The line of a label, without the label and without how long ago.
line() {
	svctl why "$1" | sed -nE "s/^  $2 +//p" | sed -E 's/, [0-9a-z]+ ago$//; s/in [0-9a-z]+$/in N/'
}

t_is "up: the first line" "$(svctl why web | head -n 1)" "web is up (pid $(sv_pid "$s/web")), as it is wanted"
t_is "up: wanted" "$(line web wanted)" "up, since it had no down file when supervision began"
t_is "up: the log" "$(line web log)" "$T/logs"
t_is "up: its last lines" "$(svctl why web | sed -n 's/^  | //p' | tr '\n' ' ')" "first last "
{ printf 'é%.0s' {1..3000} && printf '\nnext \033[2J \\ \377\nlast\n'; } >"$T/logs/current"
t_is "a long line does not hide those after it" "$(svctl why web | sed -n 's/^  | é\{490,500\}\.\.\.$/long/p;s/^  | //p' | tail -n 3)" \
	"long"$'\n''next \x1b[2J \ \xff'$'\n'last
t_is "nor in JSON" "$(svctl why --json web | python3 -c 'import json, sys; print([(t[-4:], len(t) < 1004) for t in json.load(sys.stdin)["log"][-3:]])')" \
	"[('é...', True), ('\\\\xff', True), ('last', True)]"
t_is "up: nothing is waited for" "$(line web 'waits for')" ""
svctl start web >/dev/null
svctl stop web >/dev/null
t_like "who asked" "$(line web wanted)" "^down, by uid $(id -u) \\(svctl, pid [0-9]+\\)\$"
t_is "what to do" "$(line web 'to do')" "'svctl start web' starts it"
s6-svc -u "$s/web"
sv_until web D
sv_until web u
t_is "a FIFO has no sender" "$(line web wanted)" "up, by a writer of its control FIFO, which has no sender"
t_is "what ends again and again" "$(line fails 'to do')" \
	"it ends again and again: its log says why; 'svctl stop fails' ends the restarts"
t_like "how it ended" "$(svctl why fails | grep -A 1 'last exits' | tail -n 1)" '^ +20[0-9TZ:-]+  exit code 3$'
t_is "a start that failed" "$(line empty 'waits for')" "the next try to start it, in N"
t_is "its note" "$(line empty note)" "unable to spawn ./run (waiting 60 seconds): No such file or directory"
t_is "what to do about it" "$(line empty 'to do')" \
	"make empty/run, or the interpreter in its first line, exist; then 'svctl start empty'"
t_is "a down file" "$(line off 'to do')" "it has a down file and waits to be told: 'svctl start off' starts it"
t_is "not ready yet" "$(line ready 'waits for')" "it to say that it is ready"
t_is "failed for good: who wanted that" "$(line gone wanted)" "down, by its finish script with exit code 125"
t_is "failed for good: what to do" "$(line gone 'to do')" \
	"its finish script says that it has failed for good: mend what its log says; then 'svctl start gone'"
svctl -t 1 stop stubborn >/dev/null 2>&1
ending() {
	[ "$(line stubborn 'waits for')" = "its process to end" ]
}
t_ok "what does not end" t_await 10 ending
t_is "what to do about that" "$(line stubborn 'to do')" \
	"it was told to end and has no timeout-kill: 'svctl signal KILL stubborn' ends it"
t_is "an unknown name" "$(svctl why wbe 2>&1; echo $?)" "svctl: fatal: no such service 'wbe'; did you mean 'web'?"$'\n'2
t_is "JSON" "$(svctl why --json empty | python3 -c '
import json, sys
w = json.load(sys.stdin)
print(w["name"], w["state"], w["waits"], 0 < w["due_ms"] <= 60000, w["asked"]["by"], w["asked"]["uid"], w["log"], w["exits"],
	w["advice"][:14], " ".join(sorted(w)))')" \
	"empty down retry True directory None [] [] make empty/run advice asked due_ms exit_code exits log log_dir name normally note owner \
paused pid ready ready_since signal since since_seconds state summary waits want"
t_is "JSON: exits" "$(svctl why --json gone | python3 -c 'import json, sys
w = json.load(sys.stdin)
print([(e["exit_code"], e["signal"]) for e in w["exits"]])')" "[(1, None)]"

kill -SEGV "$TREE_PID"
t_await_line "$TREE_LOG" "took over after a fault .*fault 1\\)"
t_is "a fault does not make it forget who asked" "$(line gone wanted)" "down, by its finish script with exit code 125"
t_is "what was told to do works" "$(svctl signal KILL stubborn)" "stubborn was sent SIGKILL"
t_done
