#!/bin/bash
# sanitizer: leaks, of the applets
# The s6 programs of Debian, unmodified, as an ordinary user, on a tree of hexad's: no refusal, no surprise.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

if [ -z "$DEBIAN_S6" ]; then
	t_skip "Debian's s6 clients drive hexad" "package s6 is not installed"
	t_done
fi
s=$T/scan
w=$s/web
mkdir "$s"
t_service "$s" web "trap 'kill \$!; exit 0' TERM; echo >&3; sleep 1000 & wait"
echo 3 >"$w/notification-fd"
t_service "$s" web/log 'exec cat'
t_service "$s" other
sv_listen other "$s/other"
t_tree "$s"
sv_until other u

# Every one of them, by its full path; what it prints on stderr is a defect.
d() {
	local name=$1

	shift
	"$DEBIAN_S6/$name" "$@" 2>>"$T/stderr"
}

t_ok "s6-svok" d s6-svok "$w"
t_ok "s6-svok on the logger" d s6-svok "$w/log"
t_ok "s6-svwait -U" d s6-svwait -t 10000 -U "$w"
pid=$(sv_pid "$w")
t_like "s6-svstat" "$(d s6-svstat "$w")" "^up \\(pid $pid\\) [0-9]+ seconds, ready [0-9]+ seconds\$"
t_is "s6-svstat -o" "$(d s6-svstat -o up,ready,pid,wantedup,normallyup,paused "$w")" "true true $pid true true false"
t_ok "s6-svc -d -wD" d s6-svc -d -wD -T 10000 "$w"
t_like "down" "$(d s6-svstat "$w")" '^down \(exitcode 0\) [0-9]+ seconds, normally up, ready [0-9]+ seconds$'
t_ok "s6-svwait -D returns at once" d s6-svwait -t 10000 -D "$w"
t_ok "s6-svc -u -wU" d s6-svc -u -wU -T 10000 "$w"
t_is "up and ready" "$(d s6-svstat -o up,ready "$w")" "true true"
pid=$(sv_pid "$w")
# Up for a second it is back at once, younger the throttle holds it: either way -wR is told.
t_ok "s6-svc -r -wR" d s6-svc -r -wR -T 10000 "$w"
t_ok "a new process" test "$(sv_pid "$w")" != "$pid"
pid=$(sv_pid "$w")
t_ok "s6-svlisten1 -r with s6-svc -t" d s6-svlisten1 -r -t 10000 "$w" "$DEBIAN_S6/s6-svc" -t "$w"
t_ok "another process" test "$(sv_pid "$w")" != "$pid"
t_ok "s6-svlisten1 -d with s6-svc -d" d s6-svlisten1 -d -t 10000 "$w" "$DEBIAN_S6/s6-svc" -d "$w"
t_ok "s6-svwait -d" d s6-svwait -t 10000 -d "$w"
t_ok "s6-svc -o" d s6-svc -o -wu -T 10000 "$w"
t_ok "s6-svc -d -wD again" d s6-svc -d -wD -T 10000 "$w"
t_code "s6-svwait -u runs into its time limit" 99 "$DEBIAN_S6/s6-svwait" -t 300 -u "$w"

t_service "$s" late
sv_listen late "$s/late"
t_ok "s6-svscanctl -a" d s6-svscanctl -a "$s"
sv_until late u
t_ok "a new service answers" d s6-svok "$s/late"
mkdir "$T/away"
mv "$s/late" "$T/away/late"
t_ok "s6-svscanctl -an" d s6-svscanctl -an "$s"
sv_until late x
silent() { ! "$DEBIAN_S6/s6-svok" "$T/away/late"; }
t_await 10 silent # the lock goes right after the last letter
t_code "a pruned one does not answer" 1 "$DEBIAN_S6/s6-svok" "$T/away/late"
t_code "s6-svc on it says that nobody is there" 100 "$DEBIAN_S6/s6-svc" -u "$T/away/late"
t_ok "s6-svdt" d s6-svdt "$w"
t_ok "s6-svperms" d s6-svperms -v "$w"
t_ok "s6-svscanctl -t" d s6-svscanctl -t "$s"
wait "$TREE_PID"
t_is "ends the tree" $? 0
t_is "nothing was said on stderr" "$(cat "$T/stderr")" ""
t_done
