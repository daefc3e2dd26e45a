#!/bin/bash
# sanitizer: leaks, of svctl's commands
# svctl start, stop and restart answer when it is done, and say exactly what came of it.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/svctl.sh"

s=$HEXAD_SCANDIR
t_service "$s" web
t_service "$s" web/log 'exec cat'
t_service "$s" slow "trap '' TERM; exec sleep 1000"
echo 300 >"$s/slow/timeout-kill"
t_service "$s" tidy
printf '#!/bin/sh\nread -r _ <"%s"\n' "$T/gate" >"$s/tidy/finish"
chmod 755 "$s/tidy/finish"
mkfifo "$T/gate"
mkdir "$s/empty"
t_service "$s" later
: >"$s/later/down"
sv_listen web "$s/web"
sv_listen tidy "$s/tidy"
sv_listen slow "$s/slow"
t_tree "$s"
sv_until web u
sv_until tidy u
sv_until slow u

# What svctl prints on both outputs, and its exit code, in one line.
pid=$(sv_pid "$s/web")
t_is "start of a service that runs" "$(svctl_says start web)" "0 web is up already (pid $pid)"
t_is "stop" "$(svctl_says stop web)" "0 web is down"
t_is "the status file agrees" "$(sv_pid "$s/web") $(sv_flags "$s/web")" "0 08"
t_is "stop of a service that is down" "$(svctl_says stop web)" "0 web is down"
got=$(svctl_says start web)
t_is "start" "$got" "0 web is up (pid $(sv_pid "$s/web"))"
t_ok "the pid it names is alive" sv_alive "$(sv_pid "$s/web")"
pid=$(sv_pid "$s/web")
got=$(svctl_says restart web)
t_is "restart" "$got" "0 web is up (pid $(sv_pid "$s/web"))"
t_fails "under another pid" test "$(sv_pid "$s/web")" = "$pid"
t_like "restart starts what is down" "$(svctl_says restart later)" '^0 later is up \(pid [0-9]+\)$'
t_like "a logger is a service too" "$(svctl_says restart web/log)" '^0 web/log is up \(pid [0-9]+\)$'

t_is "a stop waits for SIGKILL where SIGTERM is ignored" "$(svctl_says stop slow)" "0 slow is down"
t_is "it was SIGKILL" "$(sv_wstat "$s/slow")" 0009

svctl stop tidy >"$T/stopped" 2>&1 &
stopping=$!
sv_until tidy d
t_ok "stop waits while finish runs" kill -0 "$stopping"
t_is "no answer yet" "$(cat "$T/stopped")" ""
echo >"$T/gate"
wait "$stopping"
t_is "its exit code" $? 0
t_is "then it answers" "$(cat "$T/stopped")" "tidy is down"

svctl start tidy >/dev/null
svctl -t 200 stop tidy >"$T/stopped" 2>&1
t_is "the time is over: exit code" $? 99
t_is "and the sentence" "$(cat "$T/stopped")" \
	"svctl: fatal: stop 'tidy': no answer within 200 ms; what was asked for goes on"
echo >"$T/gate"
t_is "it went on" "$(svctl_says stop tidy)" "0 tidy is down"

t_is "a service without run" "$(svctl_says start empty)" \
	"1 svctl: fatal: empty could not be started: unable to spawn ./run (waiting 60 seconds): No such file or directory"
t_is "an unknown name, near another" "$(svctl_says stop wbe)" "2 svctl: fatal: no such service 'wbe'; did you mean 'web'?"
t_is "an unknown name, near none" "$(svctl_says start xyzzy)" "2 svctl: fatal: no such service 'xyzzy'"
t_is "a path is no name" "$(svctl_says start ../scan/web)" "2 svctl: fatal: no such service '../scan/web'"
t_is "control characters are escaped" "$(svctl_says start $'w\nxyzzy\033')" "2 svctl: fatal: no such service 'w\\x0axyzzy\\x1b'"
t_is "several names: all are done, the first failure counts" "$(svctl_says stop xyzzy web | tr '\n' '|')" \
	"2 svctl: fatal: no such service 'xyzzy'|web is down|"
t_is "web is down" "$(sv_pid "$s/web")" 0

t_like "an audit line for each change" "$(grep -c 'audit: uid=[0-9]* pid=[0-9]* comm=svctl verb=stop service=web result=ok' \
	"$TREE_LOG")" '^3$'
t_ok "an audit line for a failure" grep -q 'verb=start service=empty result=failed$' "$TREE_LOG"
t_ok "and for one whose client left" grep -q 'comm=svctl verb=stop service=tidy result=unanswered$' "$TREE_LOG"
t_ok "what the client chose is escaped there" grep -qF 'service=w\x0axyzzy\x1b result=failed' "$TREE_LOG"
t_done
