#!/bin/bash
# Under Debian's s6, which has no control socket, svctl works by the files; what it cannot do there it says.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

if [ -z "$DEBIAN_S6" ]; then
	t_skip "svctl over s6" "package s6 is not installed"
	t_done
fi
s=$T/scan
mkdir "$s"
export HEXAD_SCANDIR=$s
t_service "$s" web
t_service "$s" web/log 'exec cat'
t_service "$s" db
sv_listen web "$s/web"
sv_listen db "$s/db"
"$DEBIAN_S6/s6-svscan" "$s" >"$T/s6.log" 2>&1 </dev/null &
svscan=$!
t_at_exit 'kill "$svscan" 2>/dev/null'
sv_until web u
sv_until db u
mkdir "$s/new"

says() {
	local out

	out=$(svctl "$@" 2>&1)
	echo "$? $out"
}

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
t_is "start of what runs" "$(says start web)" "0 web is up already (pid $pid)"
t_is "stop" "$(says stop web)" "0 web is down"
t_is "the status file agrees" "$(sv_pid "$s/web")" 0
t_is "stop of what is down" "$(says stop web)" "0 web is down"
got=$(says start web)
t_is "start" "$got" "0 web is up (pid $(sv_pid "$s/web"))"
pid=$(sv_pid "$s/web")
got=$(says restart web)
t_is "restart" "$got" "0 web is up (pid $(sv_pid "$s/web"))"
t_fails "under another pid" test "$(sv_pid "$s/web")" = "$pid"
svctl stop db >/dev/null
got=$(says restart db)
t_is "restart starts what is down, once" "$got" "0 db is up (pid $(sv_pid "$s/db"))"
t_is "not supervised" "$(says start new)" "102 svctl: fatal: nothing supervises 'new'"
t_is "an unknown name" "$(says start wbe)" "2 svctl: fatal: no such service 'wbe'; did you mean 'web'?"
t_is "a path is no name" "$(says stop ../scan/web)" "2 svctl: fatal: no such service '../scan/web'"
for cmd in 'register x' 'unregister x' list 'reconcile --dry-run'; do
	# shellcheck disable=SC2086 # words are meant
	t_is "$cmd" "$(says $cmd)" \
		"1 svctl: fatal: '${cmd%% *}' needs hexad, and '$s' is supervised by something else"
done
printf "#!/bin/sh\ntrap '' TERM\necho up\nwhile :; do read -r _ <\"%s\"; done\n" "$T/never" >"$s/db/run"
mkfifo "$T/never"
svctl restart db >/dev/null
t_is "the time is over" "$(says -t 100 stop db)" "99 svctl: fatal: db: no answer within 100 ms; what was asked for goes on"
svctl -t 100 stop web >/dev/null
t_ok "the FIFOs of listeners are removed" test "$(find "$s/web/event" -name 'ftrig1*' | wc -l)" = 1
kill -KILL "$(sv_pid "$s/db")"
kill "$svscan"
t_await_exit "$svscan"
t_is "s6 has ended" "$(says status)" "102 svctl: fatal: nothing supervises '$s'"
t_done
