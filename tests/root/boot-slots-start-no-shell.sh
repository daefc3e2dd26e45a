#!/bin/bash
# Slots of profiles: from the supervisor to the program and its logger there is no shell and no fork, and the log directory
# is made by the logger as the application user. What a former version rendered is made anew at boot.
# shellcheck disable=SC2034 # NS_ENV is nsboot.sh's
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/boot.sh"
if ! command -v strace >/dev/null; then
	t_skip "slots start without a shell" "strace is not installed"
	t_done
fi

H=$R/home/app
boot_root
NS_ENV=(S6_VERBOSITY=1 FROM_CONTAINER=yes)
# ini LINE...: what section profiles says beside the command.
ini() {
	boot_app_ini <<-INI
	[profiles]
	park_exit_codes = 78
	env = OF=it's
	$1
	INI
}
ini 'command = /gateway %p
command_default = /gateway'
# A program that is no script. It waits for a child of its own only.
cat >"$T/gateway.c" <<'C'
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	char cwd[100];

	printf("%s %u:%u %s %s %s %s\n", argc > 1 ? argv[1] : "root", getuid(), getgid(), getcwd(cwd, sizeof cwd), getenv("OF"),
		getenv("FROM_CONTAINER"), getenv("HOME"));
	fflush(stdout);
	if (access("park", F_OK) == 0)
		return 78;
	pause();
	return 0;
}
C
"${CC:-cc}" -static -o "$R/gateway" "$T/gateway.c" || exit 1
mkdir -p "$H/profiles/coder"
touch "$H/profiles/coder/SOUL.md"
echo '{"gateway_state":"running"}' >"$H/profiles/coder/gateway_state.json"
chown -R 10000:10000 "$H"

boot_before "mkdir -p /run/service/gateway-coder /run/service/gateway-stale
printf '#!/command/with-contenv sh\nexec true\n' >/run/service/gateway-coder/run
cp /run/service/gateway-coder/run /run/service/gateway-stale
exec \"\$@\""
boot_start sleep 1000
t_ok "the program runs, as the user it belongs to, in its environment" \
	t_await_line "$NS_LOG" "^coder 10000:10000 /home/app it's yes /home/app$" 30
t_is "what an older version has left is made anew" "$(head -n 1 "/proc/$NS_PID/root/run/service/gateway-coder/run")" \
	'#!/command/hexad-slot'
t_fails "and what has no profile is gone" test -e "/proc/$NS_PID/root/run/service/gateway-stale"
t_is "its log directory is the application's" "$(stat -c '%u %a' "$H/logs" "$H/logs/gateways" "$H/logs/gateways/coder")" \
	"10000 755
10000 755
10000 755"
t_is "and its logger can be told by its name" "$(ns_exec ps -o comm= -C s6-log | sort -u)" s6-log

strace -f -s 200 -e trace=execve,execveat,clone,clone3,fork,vfork -e signal=none -o "$T/trace" -p "$NS_PID" 2>"$T/strace" &
tracer=$!
if ! t_await_line "$T/strace" attached 10 >/dev/null; then
	t_skip "what is executed" "strace may not trace: $(head -n 1 "$T/strace")"
	t_done
fi
t_like "register and start" "$(ns_app svctl register mail 2>&1)" '^gateway-mail is registered'
t_ok "the new one runs" t_await_line "$NS_LOG" "^mail 10000:10000 /home/app it's yes /home/app$" 30
touch "$H/park"
d=/run/service/gateway-parked
t_is "one that is parked by its finish" "$(ns_app svctl register parked --down)" "gateway-parked is registered, down"
t_like "says so" "$(ns_app s6-ftrig-listen1 -t 30000 $d/event O s6-svc -u $d)" O
t_is "and stays down" "$(ns_app s6-svstat -o up,wantedup,exitcode $d)" "false false 78"
kill "$tracer"
wait "$tracer"
t_is "nothing is executed but two programs, their loggers, and one finish" \
	"$(sed -n -e 's/.*execveat([0-9]*, "", \["hexad-start", "[^"]*", "\([^"]*\)".*/hexad-start \1/p' \
		-e 's/.*execve("\([^"]*\)".*/\1/p' "$T/trace" | LC_ALL=C sort | uniq -c | sed 's/^ *//')" "2 /gateway
1 hexad-start ./finish
4 hexad-start ./run"
t_is "each by its own first line" "$(cd "/proc/$NS_PID/root/run/service/gateway-parked" && head -qn 1 run finish log/run)" \
	"#!/command/hexad-slot
#!/command/hexad-slot
#!/command/hexad-slot"
awk '/execveat\(/ { ours[$1] } { line[NR] = $0; pid[NR] = $1 } END {
	for (i = 1; i <= NR; i++) if (pid[i] in ours && line[i] ~ /v?fork\(|SIGCHLD/) print line[i] }' "$T/trace" >"$T/forks"
t_is "and none of them forks" "$(cat "$T/forks")" ""
t_done
