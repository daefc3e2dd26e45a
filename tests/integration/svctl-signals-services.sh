#!/bin/bash
# svctl pause, cont, reload, signal and once do what they say to the run, say it exactly, and leave an audit line.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/svctl.sh"

s=$HEXAD_SCANDIR
# Says each signal that it gets into a FIFO that the test reads.
cat >"$T/listener" <<'END'
#!/bin/bash
for sig in HUP USR1 WINCH; do
	# shellcheck disable=SC2064 # the name is meant now
	trap "echo $sig >&4" "$sig"
done
exec 4<>"$1"
echo up >&4
while :; do
	read -r -t 1000 _ <&5
done 5<>"$1.never"
END
mkfifo "$T/said" "$T/said.never"
t_service "$s" web "exec bash '$T/listener' '$T/said'"
t_service "$s" off
: >"$s/off/down"
t_service "$s" quick 'exit 4'
: >"$s/quick/down"
t_service "$s" busy
printf '#!/bin/sh\nread -r _ <"%s"\n' "$T/gate" >"$s/busy/finish"
chmod 755 "$s/busy/finish"
echo 0 >"$s/busy/timeout-finish"
mkfifo "$T/gate"
mkdir "$s/empty"
: >"$s/empty/down"
exec 7<>"$T/said"
sv_listen busy "$s/busy"
sv_listen off "$s/off"
t_tree "$s"
sv_until busy u

heard() {
	local word

	read -r -t 10 -u 7 word && echo "$word"
}

t_is "the service listens" "$(heard)" up
pid=$(sv_pid "$s/web")
t_is "signal, by name" "$(svctl_says signal USR1 web)" "0 web was sent SIGUSR1"
t_is "it arrives" "$(heard)" USR1
t_is "with its prefix, in lower case" "$(svctl_says signal sigusr1 web)" "0 web was sent SIGUSR1"
t_is "it arrives too" "$(heard)" USR1
t_is "by number" "$(svctl_says signal 28 web)" "0 web was sent SIGWINCH"
t_is "a number arrives" "$(heard)" WINCH
t_is "reload" "$(svctl_says reload web)" "0 web was sent its reload signal"
t_is "SIGHUP without a file" "$(heard)" HUP
echo USR1 >"$s/web/reload-signal"
svctl reload web >/dev/null
t_is "the file's signal with one" "$(heard)" USR1
t_is "pause" "$(svctl_says pause web)" "0 web is paused"
t_is "the supervisor remembers it" "$(svctl status web | awk 'NR == 2 { print $2 }')" paused
t_is "cont" "$(svctl_says cont web)" "0 web goes on"
t_is "and that" "$(svctl status web | awk 'NR == 2 { print $2 }')" up
t_is "none of this ended it" "$(sv_pid "$s/web")" "$pid"
t_is "a signal that the table of letters has not" "$(svctl_says signal URG web)" "0 web was sent SIGURG"
t_is "no such signal" "$(svctl_says signal NOPE web)" "100 svctl: fatal: no such signal 'NOPE'"
t_is "nor a number beyond" "$(svctl_says signal 65 web)" "100 svctl: fatal: no such signal '65'"
t_is "nor 0" "$(svctl_says signal 0 web)" "100 svctl: fatal: no such signal '0'"
for cmd in pause cont reload 'signal HUP'; do
	# shellcheck disable=SC2086 # words are meant
	t_is "$cmd: what is down" "$(svctl_says $cmd off)" "1 svctl: fatal: off is not up"
	# shellcheck disable=SC2086
	t_is "$cmd: who is not there" "$(svctl_says $cmd wbe)" "2 svctl: fatal: no such service 'wbe'; did you mean 'web'?"
done

got=$(svctl_says once off)
t_is "once" "$got" "0 off was started once (pid $(sv_pid "$s/off"))"
t_is "once, again" "$(svctl_says once off)" "0 off is up already (pid $(sv_pid "$s/off")) and is not started again"
sv_until off u
svctl signal KILL off >/dev/null
t_ok "it ends" sv_until off D
t_is "and is not started again" "$(sv_flags "$s/off")" 08
t_like "once, of what ends at once" "$(svctl_says once quick)" '^0 quick was started once (\(pid [0-9]+\)|and has ended)$'
t_is "once, of what cannot be started" "$(svctl_says once empty)" \
	"1 svctl: fatal: empty could not be started: unable to spawn ./run (waiting 60 seconds): No such file or directory"
svctl signal TERM busy >/dev/null
sv_until busy d
t_is "once, while finish runs" "$(svctl_says once busy)" \
	"1 svctl: fatal: busy still runs its finish script; ask again when it is down"
t_is "a signal, while finish runs" "$(svctl_says signal HUP busy)" "1 svctl: fatal: busy is not up"
echo >"$T/gate"

t_is "JSON: what came of it" "$(svctl pause web off --json 2>/dev/null | tr -d ' \n')" \
	'{"command":"pause","code":1,"results":[{"name":"web","code":0,"message":"webispaused"},{"name":"off","code":1,"message":"offisnotup"}]}'
t_is "JSON: the exit code is the same" "$(svctl cont web off --json >/dev/null 2>&1; echo $?)" 1
for verb in signal reload pause cont once; do
	t_ok "an audit line for $verb" grep -Eq "audit: uid=$(id -u) pid=[0-9]+ comm=svctl verb=$verb service=(web|off) result=ok$" \
		"$TREE_LOG"
done
t_done
