#!/bin/bash
# Under Debian's s6, which has no control socket, svctl works by the files; what it cannot do there it says.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/svctl.sh"

if [ -z "$DEBIAN_S6" ]; then
	t_skip "svctl over s6" "package s6 is not installed"
	t_done
fi
s=$HEXAD_SCANDIR
t_service "$s" web
t_service "$s" web/log 'exec cat'
t_service "$s" db
sv_listen web "$s/web"
sv_listen db "$s/db"
sv_listen log "$s/web/log"
"$DEBIAN_S6/s6-svscan" "$s" >"$T/s6.log" 2>&1 </dev/null &
svscan=$!
t_at_exit 'kill "$svscan" 2>/dev/null'
sv_until web u
sv_until db u
sv_until log u
mkdir "$s/new"

t_is "status" "$(svctl status | sed -E 's/ +[0-9]+ +[0-9]+s/ PID 0s/')" "$(cat <<'END'
NAME     STATE          PID   SINCE  WANT  NOTE
db       up PID 0s  up
new      -                -       -  -     not supervised
web      up PID 0s  up
web/log  up PID 0s  up
END
)"
t_like "JSON names the supervisor" "$(svctl status --json | tr -d ' \n')" '"supervisor":"s6"'
pid=$(sv_pid "$s/web")
t_is "start of what runs" "$(svctl_says start web)" "0 web is up already (pid $pid)"
t_is "stop" "$(svctl_says stop web)" "0 web is down"
t_is "the status file agrees" "$(sv_pid "$s/web")" 0
t_is "stop of what is down" "$(svctl_says stop web)" "0 web is down"
got=$(svctl_says start web)
t_is "start" "$got" "0 web is up (pid $(sv_pid "$s/web"))"
pid=$(sv_pid "$s/web")
got=$(svctl_says restart web)
t_is "restart" "$got" "0 web is up (pid $(sv_pid "$s/web"))"
t_fails "under another pid" test "$(sv_pid "$s/web")" = "$pid"
svctl stop db >/dev/null
got=$(svctl_says restart db)
t_is "restart starts what is down, once" "$got" "0 db is up (pid $(sv_pid "$s/db"))"
t_is "not supervised" "$(svctl_says start new)" "102 svctl: fatal: nothing supervises 'new'"
t_is "an unknown name" "$(svctl_says start wbe)" "2 svctl: fatal: no such service 'wbe'; did you mean 'web'?"
t_is "a path is no name" "$(svctl_says stop ../scan/web)" "2 svctl: fatal: no such service '../scan/web'"
# What a service says about the signals that it gets.
t_service "$s" ears "trap 'echo HUP >&4' HUP; trap 'echo USR1 >&4' USR1; exec 4<>'$T/said'; echo up >&4
while :; do read -r _ <'$T/quiet'; done"
mkfifo "$T/said" "$T/quiet"
exec 7<>"$T/said"
t_service "$s" off
: >"$s/off/down"
mkdir -p "$T/logs"
t_service "$s" web/log "exec s6-log '$T/logs'"
sv_listen ears "$s/ears"
sv_listen off "$s/off"
rmdir "$s/new"
mkdir "$s/norun"
sv_listen norun "$s/norun"
"$DEBIAN_S6/s6-svscanctl" -a "$s"
heard() {
	local word

	read -r -t 10 -u 7 word && echo "$word"
}
t_is "a new service" "$(heard)" up
sv_until off s
sv_until norun s
t_like "why: a start that fails" "$(svctl why norun)" '^  note +its run cannot be executed: No such file or directory$'
t_like "why: what to do about it" "$(svctl why norun)" "^  to do +make norun/run, or the interpreter in its first line, exist;"
t_is "why, as JSON" "$(svctl why --json norun | python3 -c 'import json, sys; print(json.load(sys.stdin)["waits"])')" retry

# What may not be looked at is not said to be unsupervised, and not waited for in silence.
chmod 0 "$s/web/supervise" "$s/web/event"
denied="its status cannot be read: Permission denied"
t_like "no right to look: status" "$(svctl status web)" "^web +- .* its status cannot be read: "
t_is "no right to look: why" "$(svctl why web | sed -n '1p;s/^  to do *//p')" \
	"it cannot be seen how web is"$'\n'"ask as root, or as whom its supervisor runs as"
t_is "no right to look: wait" "$(svctl_says wait up web)" "1 svctl: fatal: the status of 'web' cannot be read: Permission denied"
t_is "no right to look: events" "$(svctl_says events -f web)" \
	"1 svctl: warning: 'web' is not followed: $denied"$'\n'"svctl: fatal: there is nothing to follow"
t_is "no right to look: doctor" "$(svctl doctor | grep -A 1 "service web: $denied" | sed 's/^[^:]*: //')" \
	"$denied"$'\n'"ask as root, or as whom its supervisor runs as"
chmod 755 "$s/web/supervise"
chmod 3730 "$s/web/event"
t_is "signal" "$(svctl_says signal USR1 ears)" "0 ears was sent SIGUSR1"
t_is "it arrives" "$(heard)" USR1
t_is "reload" "$(svctl_says reload ears)" "0 ears was sent its reload signal"
t_is "as SIGHUP" "$(heard)" HUP
t_is "pause" "$(svctl_says pause ears)" "0 ears is paused"
paused() {
	[ "$(svctl status ears | awk 'NR == 2 { print $2 }')" = "$1" ]
}
t_ok "it is" t_await 10 paused paused
t_is "cont" "$(svctl_says cont ears)" "0 ears goes on"
t_ok "it does" t_await 10 paused up
t_is "what is down" "$(svctl_says pause off)" "1 svctl: fatal: off is not up"
t_is "a signal that s6 has no letter for" "$(svctl_says signal URG ears)" "1 svctl: fatal: s6 has no command to send that signal to 'ears'"
svctl events -f off >"$T/events" 2>&1 &
follower=$!
t_at_exit 'kill "$follower" 2>/dev/null'
listeners() {
	[ "$(find "$HEXAD_SCANDIR/off/event" -name 'ftrig1*' | wc -l)" -ge 2 ]
}
t_ok "events are listened to" t_await 10 listeners
got=$(svctl_says once off)
t_is "once" "$got" "0 off was started once (pid $(sv_pid "$s/off"))"
t_is "once, again" "$(svctl_says once off)" "0 off is up already (pid $(sv_pid "$s/off")) and is not started again"
t_is "wait for what is up" "$(svctl_says wait up off)" "0 off is up (pid $(sv_pid "$s/off"))"
svctl wait down off >"$T/waited" 2>&1 &
waiting=$!
waiters() {
	[ "$(find "$HEXAD_SCANDIR/off/event" -name 'ftrig1*' | wc -l)" -ge 3 ]
}
t_await 10 waiters
svctl signal KILL off >/dev/null
wait "$waiting"
t_is "wait" "$? $(cat "$T/waited")" "0 off is down"
t_is "it is not started again" "$(sv_flags "$s/off")" 08
t_ok "events" t_await_line "$T/events" ' down  .*off$'
t_is "in order" "$(awk '{ print $2 }' "$T/events" | tr '\n' ' ')" "up exited down "
kill "$follower"
t_is "events that have been" "$(svctl_says events)" "1 svctl: fatal: s6 keeps no history of events; -f follows them"
t_is "wait, and the time is over" "$(svctl_says -t 100 wait down ears)" "99 svctl: fatal: ears is not down within 100 ms"
t_is "wait for an unknown name" "$(svctl_says wait up wbe)" "2 svctl: fatal: no such service 'wbe'; did you mean 'web'?"
mkdir "$s/new"
t_is "wait for what is not supervised" "$(svctl_says wait up new)" "102 svctl: fatal: nothing supervises 'new'"
printf 'first\nlast\n' >"$T/logs/current"
t_is "logs" "$(svctl_says logs -n 1 web)" "0 last"
t_like "why: how it ended" "$(svctl why off)" '^  last exits 20[0-9TZ:-]+  killed by SIGKILL$'
t_is "why: what to do" "$(svctl why off | sed -n 's/^  to do *//p')" \
	"it has a down file and waits to be told: 'svctl start off' starts it"
t_code "doctor" 1 svctl doctor
t_like "doctor: a directory that is not supervised" "$(svctl doctor)" '^bad +service new: it has no run: it cannot be started$'
t_like "doctor knows s6" "$(svctl doctor)" '^note +supervisor: s6, without a control socket'
for cmd in 'register x' 'unregister x' list 'reconcile --dry-run' config; do
	# shellcheck disable=SC2086 # words are meant
	t_is "$cmd" "$(svctl_says $cmd)" \
		"1 svctl: fatal: '${cmd%% *}' needs hexad, and '$s' is supervised by something else"
done
t_service "$s" db "trap '' TERM; echo up >'$T/trapped'; while :; do read -r _ <'$T/never'; done"
mkfifo "$T/never" "$T/trapped"
svctl restart db >/dev/null
read -r _ <"$T/trapped"
t_is "the time is over" "$(svctl_says -t 100 stop db)" "99 svctl: fatal: db: no answer within 100 ms; what was asked for goes on"
svctl -t 100 stop web >/dev/null
t_ok "the FIFOs of listeners are removed" test "$(find "$s/web/event" -name 'ftrig1*' | wc -l)" = 1
svctl signal KILL db ears >/dev/null
t_is "shutdown" "$(svctl_says shutdown)" "0 s6-svscan was told to stop everything"
t_ok "it does" t_await_exit "$svscan"
t_is "s6 has ended" "$(svctl_says status)" "102 svctl: fatal: nothing supervises '$s'"
t_done
