#!/bin/bash
#
# Debian's own s6 clients, as uid 10000, drive hexad in the container: no EACCES, the s6 exit codes.
# timeout: 200
# shellcheck disable=SC2119 # options are optional
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/engine.sh"

scan=/run/service
C_IMAGE=$CLIENTS c_bg
# /command is not on PATH here: a client that calls another one gets Debian's.
s6() {
	docker exec -u 10000 -e PATH=/usr/bin:/bin "$C" "$@" </dev/null
}
stat_of() {
	s6 s6-svstat -o "$1" "$scan/web"
}
denied=$T/denied
: >"$denied"
# A client's exit code; what it said of permissions is kept.
code() {
	s6 "$@" 2>"$T/err" >"$T/out"
	echo $?
	grep -iE 'denied|EACCES|not permitted' "$T/err" >>"$denied"
}

t_like "these are Debian's programs" "$(s6 sh -c 'readlink -f "$(command -v s6-svc)"')" '^/usr/bin/s6-svc$'
t_is "a slot that is not there: s6-svok" "$(code s6-svok $scan/web)" 1
s6 sh -c "mkdir $scan/web && cat >$scan/web/run <<'END'
#!/bin/sh
echo web: up as \$(id -u)
printf '\n' >&5
exec sleep 100000
END
chmod 755 $scan/web/run
echo 5 >$scan/web/notification-fd
touch $scan/web/down"
# Written through the heredoc of this shell, not of the container's.
t_ok "a service directory of the application's" s6 test -x $scan/web/run
t_is "s6-svscanctl -a" "$(code s6-svscanctl -a $scan)" 0
is_ok() {
	docker exec -u 10000 "$C" /usr/bin/s6-svok /run/service/web
}
t_ok "s6-svok succeeds once the scan is done" t_await 10 is_ok
t_is "s6-svstat of a slot that never ran" "$(s6 s6-svstat -o up,wantedup,normallyup,pid $scan/web)" "false false false -1"
t_is "s6-svc -wU -u waits for readiness" "$(code s6-svc -wU -T 10000 -u $scan/web)" 0
t_is "it is up and ready" "$(stat_of up,ready,wantedup)" "true true true"
t_like "s6-svstat's own line" "$(s6 s6-svstat $scan/web)" '^up \(pid [0-9]+\) [0-9]+ seconds, normally down, ready [0-9]+ seconds$'
pid=$(stat_of pid)
t_is "it runs as the application" "$(s6 stat -c %u "/proc/$pid")" 10000
t_is "s6-svwait -u on a service that is up" "$(code s6-svwait -u -t 10000 $scan/web)" 0
t_is "s6-svwait -d times out on it" "$(code s6-svwait -d -t 100 $scan/web)" 99
t_is "s6-svc -wR -t waits for the restart" "$(code s6-svc -wR -T 10000 -t $scan/web)" 0
t_ok "it has another pid" test "$(stat_of pid)" != "$pid"
pid=$(stat_of pid)
t_is "s6-svlisten1 sees the restart that s6-svc -r asks for" \
	"$(code s6-svlisten1 -r -t 10000 $scan/web s6-svc -r $scan/web)" 0
t_ok "it has another pid again" test "$(stat_of pid)" != "$pid"
t_is "s6-svc -wD -d waits for the end" "$(code s6-svc -wD -T 10000 -d $scan/web)" 0
t_is "it is down and stays so" "$(stat_of up,wantedup,pid)" "false false -1"
t_is "its end is told as the signal" "$(stat_of signal)" SIGTERM
t_is "s6-svlisten1 -U with s6-svc -u" "$(code s6-svlisten1 -U -t 10000 $scan/web s6-svc -u $scan/web)" 0
t_is "s6-svwait -U afterwards" "$(code s6-svwait -U -t 10000 $scan/web)" 0
t_is "s6-svc -wD -d once more" "$(code s6-svc -wD -T 10000 -d $scan/web)" 0
s6 rm -r $scan/web/run
s6 sh -c "mv $scan/web $scan/.gone"
t_is "s6-svscanctl -an" "$(code s6-svscanctl -an $scan)" 0
s6 rm -rf $scan/.gone
t_is "the slot is gone" "$(code s6-svok $scan/web)" 1
t_is "nobody was refused anything" "$(cat "$denied")" ""
t_like "the service's output reached the console" "$(c_logs)" '^web: up as 10000$'
t_done
