#!/bin/bash
# Where systemd manages services, svctl hands what has a meaning there to systemctl, and says that the rest has none.
. "$(dirname "$0")/../lib/tap.sh"

export SVCTL_ROOT=$T/root
unset HEXAD_SCANDIR
mkdir -p "$T/root/proc/1" "$T/root/run/systemd/system" "$T/bin"
echo systemd >"$T/root/proc/1/comm"

# Stand-ins that keep their words, and answer as the real ones do.
cat >"$T/bin/systemctl" <<'END'
#!/bin/sh
echo "systemctl $*" >>"$CALLS"
case "$*" in
*show*gone*) printf 'LoadState=not-found\nActiveState=inactive\nSubState=dead\nMainPID=0\n' ;;
*show*failed*) printf 'LoadState=loaded\nActiveState=failed\nSubState=failed\nMainPID=0\nExecMainCode=1\nExecMainStatus=3\n' ;;
*list-unit-files*) printf 'web.service enabled enabled\ngetty@.service static -\n' ;;
*hangs*) exec sleep 1000 ;;
*show*) printf 'LoadState=loaded\nActiveState=active\nSubState=running\nUnitFileState=enabled\nMainPID=77\n' ;;
*--version*) printf 'systemd 252 (252.1)\n+PAM\n' ;;
*status*gone*) exit 4 ;;
*status*failed*) echo "failed.service is failed"; exit 3 ;;
*status*) echo "web.service is active" ;;
*gone*) echo "Unit gone.service not found." >&2; exit 5 ;;
*failed*) exit 1 ;;
esac
END
sed 's/^echo "systemctl/echo "journalctl/; /^case/,$d' "$T/bin/systemctl" >"$T/bin/journalctl"
echo 'echo "a line"' >>"$T/bin/journalctl"
chmod 755 "$T/bin"/*
export CALLS=$T/calls PATH=$T/bin:$PATH

# says WORD...: exit code, output, and what was called.
says() {
	local out

	: >"$CALLS"
	out=$(svctl "$@" 2>&1)
	printf '%s %s|%s' "$?" "$out" "$(cat "$CALLS")"
}
user=
[ "$(id -u)" = 0 ] || user="--user "
ctl="systemctl $user--no-pager"
list="$ctl list-unit-files --type=service --no-legend"

t_is "start" "$(says start web)" "0 web is up|$ctl start -- web"
t_is "stop" "$(says stop web)" "0 web is down|$ctl stop -- web"
t_is "restart" "$(says restart web)" "0 web is up|$ctl restart -- web"
t_is "reload" "$(says reload web)" "0 web was reloaded|$ctl reload -- web"
t_is "pause" "$(says pause web)" "0 web is paused|$ctl freeze -- web"
t_is "cont" "$(says cont web)" "0 web goes on|$ctl thaw -- web"
t_is "signal" "$(says signal HUP web)" "0 web was sent the signal|$ctl kill --kill-who=main -s 1 -- web"
t_is "no such signal" "$(says signal NOPE web)" "100 svctl: fatal: no such signal 'NOPE'|"
t_is "several" "$(says start web db)" "0 web is up"$'\n'"db is up|$ctl start -- web"$'\n'"$ctl start -- db"
t_is "a failure" "$(says start failed)" "1 svctl: fatal: 'systemctl start failed' ended with exit code 1|$ctl start -- failed"
t_is "no such unit" "$(svctl start gone 2>&1 | tail -n 1)" "svctl: fatal: no such service 'gone'"
t_code "its exit code" 2 svctl start gone
for cmd in start stop status why logs; do
	t_is "$cmd: a pattern is no name, and what is near is told" "$(says "$cmd" 'we?')" \
		"2 svctl: fatal: no such service 'we?'; did you mean 'web'?|$list"
	t_is "$cmd: no name" "$(says "$cmd" '')" "2 svctl: fatal: no such service ''|$list"
done
t_is "a whole name that is near" "$(says start 'we*.service')" \
	"2 svctl: fatal: no such service 'we*.service'; did you mean 'web.service'?|$list"
for cmd in 'stop hangs' 'signal TERM hangs' 'reload hangs'; do
	# shellcheck disable=SC2086 # words are meant
	t_is "the time is over: $cmd" "$(svctl -t 100 $cmd 2>&1; echo $?)" \
		"svctl: fatal: ${cmd%% *} 'hangs': no answer within 100 ms; what was asked for goes on"$'\n'99
done
t_is "the time is over: status" "$(svctl -t 100 status hangs 2>&1; echo $?)" \
	"svctl: fatal: status 'hangs': no answer within 100 ms"$'\n'99
t_is "the time is over: why" "$(svctl -t 100 why hangs 2>&1; echo $?)" "svctl: fatal: why: no answer within 100 ms"$'\n'99
t_is "a name that looks like an option" "$(says start -- -x)" "0 -x is up|$ctl start -- -x"
t_is "status" "$(svctl status web failed)" "$(cat <<'END'
NAME    STATE          PID   SINCE  WANT  NOTE
web     ready           77       -  up    running
failed  down             -       -  down  failed
END
)"
t_is "JSON" "$(svctl status --json web | python3 -c 'import json, sys
d = json.load(sys.stdin)
print(d["supervisor"], d["scandir"], d["services"][0]["state"], d["services"][0]["pid"], d["services"][0]["normally"])')" \
	"systemd None ready 77 up"
t_is "status of what is not there" "$(svctl status gone 2>&1; echo $?)" "svctl: fatal: no such service 'gone'"$'\n'2
t_is "status of nothing" "$(says status)" \
	"100 svctl: fatal: under systemd 'status' needs the name of a unit; 'systemctl list-units' lists them|"
t_is "why" "$(says why failed)" "0 failed.service is failed|$ctl status -- failed"
t_is "why, of what is not there" "$(says why gone)" "2 |$ctl status -- gone"
journal="journalctl $user--no-pager"
unit=--unit
[ -z "$user" ] || unit=--user-unit
t_is "logs" "$(says logs web)" "0 a line|$journal --lines=10 $unit web"
t_is "logs -f" "$(says logs -f -n 3 web)" "0 a line|$journal --lines=3 --follow $unit web"
t_is "version" "$(says version)" "0 svctl $(cat "$T_ROOT/VERSION")"$'\n'"systemd 252 (252.1)|systemctl --version"
for cmd in config doctor events list 'once web' 'reconcile --dry-run' 'register x' shutdown 'unregister x' 'wait up web' 'why --json web'; do
	# shellcheck disable=SC2086 # words are meant
	t_is "$cmd" "$(says $cmd)" "1 svctl: fatal: '${cmd%% *}' is not supported by this manager (systemd)|"
done
t_is "a tree that is named is asked itself" "$(says -d "$T/none" start web)" \
	"102 svctl: fatal: there is no scan directory '$T/none'; name it with -d or HEXAD_SCANDIR|"
mkdir -p "$T/root/run/service"
t_like "a tree in the default place too" "$(says start web)" '^102 .*[|]$'
rmdir "$T/root/run/service"
rm "$T/bin/systemctl"
if ! PATH=$T/bin command -v systemctl >/dev/null; then
	t_is "no systemctl" "$(PATH=$T/bin "$B/svctl" start web 2>&1; echo $?)" "svctl: fatal: 'systemctl' cannot be run: No such file or directory
svctl: fatal: 'systemctl start web' ended with exit code 127
111"
fi
t_done
