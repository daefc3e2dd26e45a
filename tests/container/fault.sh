#!/bin/bash
#
# A fault in PID 1 costs no service its pid and no line of its log.
# timeout: 120
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/engine.sh"

mkdir -p "$T/home/profiles/a" "$T/home/profiles/b"
for p in a b; do
	: >"$T/home/profiles/$p/SOUL.md"
	printf '{"gateway_state": "running"}' >"$T/home/profiles/$p/gateway_state.json"
done
chown -R 10000:10000 "$T/home"
# The counter is a service with a logger: each line is numbered, so that a lost one shows.
c_bg -v "$T/home:/opt/data"
c_exec sh -c 'svctl start a; svctl start b
	mkdir -p /run/service/.count/log /opt/data/count
	printf "#!/bin/sh\nn=0\nwhile :; do n=\$((n + 1)); echo line \$n; [ -e /opt/data/enough ] && exec sleep 100000; done\n" \
		>/run/service/.count/run
	printf "#!/bin/sh\nexec s6-log n1000 s1000000 /opt/data/count\n" >/run/service/.count/log/run
	chmod 755 /run/service/.count/run /run/service/.count/log/run
	mv /run/service/.count /run/service/count
	s6-svscanctl -a /run/service && s6-svwait -u -t 10000 /run/service/count'
pids() {
	c_exec sh -c 'for d in /run/service/gateway-* /run/service/gateway-*/log /run/service/count /run/service/count/log; do
		echo "$d $(s6-svstat -o pid "$d")"
	done'
}
main_of() {
	c_exec sh -c 'for p in /proc/[0-9]*; do
		[ "$(tr "\0" " " <"$p/cmdline")" = "sleep 100000 " ] && echo "${p##*/} $(cut -d" " -f4 "$p/stat")"
	done | sort'
}
t_await_line "$T/home/count/current" '^line [0-9]{4}' 20
before=$(pids)
mains=$(main_of)
t_is "three programs and four loggers run before the fault" "$(grep -c ' [1-9]' <<<"$before")" 7
c_root sh -c 'kill -SEGV 1'
t_ok "the container lives on" c_exec svctl status
t_is "every pid is what it was" "$(pids)" "$before"
t_is "so are the main program and what else sleeps" "$(main_of)" "$mains"
t_is "PID 1 is still s6-svscan" "$(c_exec cat /proc/1/comm)" s6-svscan
t_ok "a service can be restarted afterwards" c_exec s6-svc -wR -T 10000 -t /run/service/gateway-a
t_ok "a new one can be registered" c_exec svctl register c
c_exec touch /opt/data/enough
last() {
	[ "$(c_exec s6-svstat -o pid /run/service/count)" -gt 0 ] &&
		c_exec sh -c 'grep -q "^sleep" /proc/$(s6-svstat -o pid /run/service/count)/comm'
}
t_ok "the counter comes to its end" t_await 20 last
n=$(cat "$T"/home/count/@* "$T/home/count/current" 2>/dev/null | wc -l)
t_ok "it wrote many lines" test "$n" -gt 1000
t_is "none is lost or out of order" \
	"$(cat "$T"/home/count/@* "$T/home/count/current" 2>/dev/null | awk '$0 != "line " NR { print NR ": " $0; exit }')" ""
t_is "a second fault is survived too" "$(c_root sh -c 'kill -SEGV 1'; c_exec svctl status >/dev/null; echo $?)" 0
docker stop -t 20 "$C" >/dev/null
t_ok "the container still stops by itself" test "$(c_state '{{.State.ExitCode}}')" != 137
t_done
