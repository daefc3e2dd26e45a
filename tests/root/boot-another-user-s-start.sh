#!/bin/bash
# timeout: 120
#
# PID 1 starts what runs as another user through hexad-start: it copies nothing of itself for that and waits for nobody who
# that user could stop. The program has his groups, its descriptors and no others, and where it cannot be executed that is said.
# Where others than root could have written hexad-start, there is the other way.
# shellcheck disable=SC2034 # NS_ENV is nsboot.sh's
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/boot.sh"

boot_root
NS_ENV=(S6_VERBOSITY=1)
printf '[profiles]\nenabled = no\n' | boot_app_ini
echo 'extra:x:20001:app' >>"$R/etc/group"

# ready [FD]: tells which descriptors it has, then that it is ready.
cat >"$T/ready.c" <<'C'
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	char line[4096];
	int n = sprintf(line, "fd%s:", argc > 1 ? argv[1] : "");

	for (int fd = 0; fd < 800; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			n += sprintf(line + n, " %d", fd);
	line[n++] = '\n';
	if (write(2, line, n) == n && argc > 1)
		(void)!write(atoi(argv[1]), "\n", 1);
	for (;;)
		pause();
}
C
"${CC:-cc}" -static -o "$R/ready" "$T/ready.c" || exit 1
# Low numbers are what hexad itself needs until the exec.
numbers="3 4 5 6 7 8 9 10 11 12 13 20"
for n in $numbers; do
	boot_slot "fd$n" "exec /ready $n"
	echo "$n" >"$R/slots/fd$n/notification-fd"
done
boot_slot fd 'exec /ready'
boot_slot who 'echo "who: $(id -u) $(id -g) $(id -G) $# $1 $(pwd)"; exec sleep 1000'
boot_slot dies 'echo dies: begins; exit 3'
printf '#!/bin/sh\necho "dies: finish $*" | sed "s/[0-9]*$/PGID/"\nexit 125\n' >"$R/slots/dies/finish"
chmod 755 "$R/slots/dies/finish"
boot_slot closed 'true'
chmod 644 "$R/slots/closed/run"
boot_slot odd 'true'
printf '#!/none/sh\n' >"$R/slots/odd/run"
boot_script 50-slots 'cp -R /slots/. /run/service && chown -R app:app /run/service/*'

# How the supervisor starts what it starts anew while PID 1 is traced: "starter", or "fork" with the number of its copies.
way() {
	local tracer n

	rm -f "$T/strace"
	strace -f -s 100 -e trace=execveat,clone,clone3,fork,vfork -e signal=none -o "$T/trace" -p "$NS_PID" 2>"$T/strace" &
	tracer=$!
	t_await_line "$T/strace" attached 10 >/dev/null || { echo "no strace: $(head -n 1 "$T/strace")"; return; }
	n=$(grep -c '^who:' "$NS_LOG")
	ns_app s6-svc -r /run/service/who
	t_await 20 more_lines "$n"
	kill "$tracer"
	wait "$tracer"
	if grep -q 'execveat(.*"hexad-start"' "$T/trace"; then
		echo "starter, $(grep -E 'clone|fork\(' "$T/trace" | grep -c -v -E 'CLONE_VM|resumed|PARENT_SETTID|CHILD_SETTID') copies"
	else
		echo "fork"
	fi
}
more_lines() { [ "$(grep -c '^who:' "$NS_LOG")" -gt "$1" ]; }
look() {
	t_ok "$1: a program is its user, with his groups and its name" \
		t_await_line "$NS_LOG" '^who: 10000 10000 10000 20001 1 who /run/service/who$' 20
	t_ok "$1: its finish gets its words" t_await_line "$NS_LOG" '^dies: finish 3 0 dies PGID$' 20
	t_ok "$1: one that may not be executed is named" \
		t_await_line "$NS_LOG" "closed: .*unable to spawn ./run \(waiting 60 seconds\): Permission denied" 20
	t_ok "$1: and one whose interpreter is not there" \
		t_await_line "$NS_LOG" "odd: .*unable to spawn ./run \(waiting 60 seconds\): No such file or directory" 20
	t_is "$1: they are down" "$(ns_app s6-svstat -o up,wantedup /run/service/odd)" "false true"
	t_ok "$1: without readiness there are some descriptors" t_await_line "$NS_LOG" '^fd: 0 1 2' 20
	for n in $numbers; do
		t_ok "$1: readiness over descriptor $n" ns_app s6-svwait -U -t 20000 "/run/service/fd$n"
		t_is "$1: it is the only one more" "$(fds "fd$n")" "$({ fds fd; echo "$n"; } | sort -nu)"
	done
}
fds() { sed -n "s/^$1: //p" "$NS_LOG" | tr ' ' '\n' | sort -nu; }

boot_start sleep 1000
look "as installed"
if command -v strace >/dev/null; then
	t_is "nothing of the supervisor is copied" "$(way)" "starter, 0 copies"
	ns_signal SEGV
	t_ok "after a fault" t_await_line "$NS_LOG" "took over after a fault" 20
	t_is "it is the same" "$(way)" "starter, 0 copies"
else
	t_skip "how they are started" "strace is not installed"
fi
# A process that was set up to keep its capabilities whoever it becomes: the user has none of them.
mkdir -m 777 "$R/tmp/kept"
printf '#!/command/hexad-slot\nhome /tmp/kept\nlog-dir logs\nlog T\n' >"$R/tmp/kept/run"
chmod 755 "$R/tmp/kept/run"
ns_exec sh -c 'cd /tmp/kept && sleep 1000 | setpriv --securebits=+no_setuid_fixup hexad-start 9:10000:10000: ./run ./run x 9>answer' &
t_ok "a logger without a supervisor" t_await 20 test -e "$R/tmp/kept/logs/current"
t_is "what setuid leaves ends with an exec" \
	"$(ns_exec sh -c 'grep -h -E "^(Uid|Cap(Prm|Eff))" /proc/$(pgrep -x s6-log)/status' | tr -s '\t' ' ')" \
	"Uid: 10000 10000 10000 10000
CapPrm: 0000000000000000
CapEff: 0000000000000000"
ns_stop 30

chmod 777 "$R/command"
boot_start sleep 1000
look "/command can be written by others"
if command -v strace >/dev/null; then
	t_is "what lies there is not executed by root" "$(way)" "fork"
fi
ns_stop 30
t_done
