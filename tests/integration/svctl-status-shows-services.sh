#!/bin/bash
# sanitizer: leaks, of svctl's commands
# svctl status: a table within 80 columns for people, JSON with fixed members for programs.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

s=$T/scan
long=$(printf 'l%.0s' {1..60})
mkdir "$s"
export HEXAD_SCANDIR=$s
t_service "$s" web
t_service "$s" web/log 'exec cat'
t_service "$s" ready "echo >&3; exec sleep 1000"
echo 3 >"$s/ready/notification-fd"
t_service "$s" "$long"
t_service "$s" off
: >"$s/off/down"
t_service "$s" fails 'exit 3'
: >"$s/fails/down"
mkdir "$s/empty"
sv_listen ready "$s/ready"
sv_listen fails "$s/fails"
sv_listen web "$s/web"
t_tree "$s"
sv_until ready U
sv_until web u
s6-svc -o "$s/fails"
sv_until fails D

svctl status >"$T/table"
t_is "exit code" $? 0
t_is "the title" "$(head -n 1 "$T/table")" "NAME     STATE          PID   SINCE  WANT  NOTE"
t_is "sorted by name, a long one on a line of its own, notes broken" "$(sed -E 's/ +[0-9]+ +[0-9]+s/ PID 0s/; s/- +[0-9]+s/- 0s/' \
	"$T/table" | tail -n +2)" "$(cat <<END
empty    down             - 0s  up    unable to spawn ./run (waiting 60
    seconds): No such file or directory
fails    down             - 0s  down  exit code 3
$long
         up PID 0s  up
off      down             - 0s  down
ready    ready PID 0s  up
web      up PID 0s  up
web/log  up PID 0s  up
END
)"
t_is "no line is wider than 80 columns" "$(awk 'length > 80' "$T/table")" ""
t_is "no colour where there is no terminal" "$(grep -c "$(printf '\033')" "$T/table")" 0
t_is "the pid is the status file's" "$(svctl status web | awk 'NR == 2 { print $3 }')" "$(sv_pid "$s/web")"
t_is "named services alone" "$(svctl status web off | awk '{ print $1 }' | tr '\n' ' ')" "NAME off web "
t_is "one that is not there" "$(svctl status wbe 2>&1)" "svctl: fatal: no such service 'wbe'; did you mean 'web'?"
t_code "exit code for that" 2 svctl status wbe
t_is "the others are still shown" "$(svctl status wbe web 2>/dev/null | awk 'NR == 2 { print $1 }')" web

s6-svc -p "$s/web"
paused() {
	[ "$(svctl status web | awk 'NR == 2 { print $2 }')" = paused ]
}
t_ok "a paused service" t_await 10 paused
s6-svc -c "$s/web"

json() {
	svctl status --json "$@" | python3 -c 'import json, sys
d = json.load(sys.stdin)
s = {x["name"]: x for x in d["services"]}
print(eval(sys.argv[1]))' "$code"
}
t_is "JSON: the supervisor" "$(code='d["supervisor"]' json)" hexad
t_is "JSON: the scan directory" "$(code='d["scandir"]' json)" "$s"
t_is "JSON: all services" "$(code='len(s)' json)" 7
t_is "JSON: the members" "$(code='" ".join(sorted(s["web"]))' json web)" \
	"exit_code name normally note owner paused pid ready ready_since signal since since_seconds state want"
t_is "JSON: up" "$(code='s["ready"]["state"], s["ready"]["ready"], s["ready"]["exit_code"]' json ready)" "('ready', True, None)"
t_is "JSON: the pid" "$(code='s["ready"]["pid"]' json ready)" "$(sv_pid "$s/ready")"
t_is "JSON: down" "$(code='s["off"]["state"], s["off"]["pid"], s["off"]["want"], s["off"]["normally"]' json off)" \
	"('down', None, 'down', 'down')"
t_is "JSON: how it ended" "$(code='s["fails"]["exit_code"], s["fails"]["signal"]' json fails)" "(3, None)"
svctl stop "$long" >/dev/null
t_is "JSON: by a signal" "$(code="s['$long']['exit_code'], s['$long']['signal']" json "$long")" "(None, 'SIGTERM')"
t_is "JSON: the owner" "$(code='s["web"]["owner"]' json web)" "$(id -u)"
t_like "JSON: a stamp" "$(code='s["web"]["since"]' json web)" '^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z$'
t_is "JSON: the note" "$(code='s["empty"]["note"]' json empty)" \
	"unable to spawn ./run (waiting 60 seconds): No such file or directory"

if script=$(command -v script); then
	term() {
		"$script" -qec "stty cols $1; $2" /dev/null </dev/null
	}
	esc=$(printf '\033')
	t_like "colour on a terminal" "$(TERM=xterm term 80 'svctl status web')" "$esc\\[32mup"
	t_is "not with NO_COLOR" "$(NO_COLOR=1 TERM=xterm term 80 'svctl status web' | grep -c "$esc")" 0
	t_is "not on a dumb terminal" "$(TERM=dumb term 80 'svctl status web' | grep -c "$esc")" 0
	t_is "a wider terminal breaks no note" "$(TERM=dumb term 160 'svctl status empty' | tr -d '\r' | wc -l)" 2
else
	t_skip "colour on a terminal" "no script program"
fi
svctl status >/dev/full 2>"$T/full"
t_is "a full disk is told: exit code" $? 111
t_is "and said" "$(cat "$T/full")" "svctl: fatal: standard output cannot be written: No space left on device"
t_done
