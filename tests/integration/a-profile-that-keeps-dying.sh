#!/bin/bash
# A profile's slot that dies again and again is started less and less often and in the end given up; a start by hand begins
# anew. Other services keep s6's second. Exit code 0 parks it only when it was meant.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/svctl.sh"

s=$HEXAD_SCANDIR
svctl_ini <<'END'
[profiles]
command = x
command_default = x
steady_ms = 60000
startup_ms = 20000
give_up_after = 3
END
# again NAME BODY: a service in bash that notes when its process was made; what the shell takes to begin is of no account.
again() {
	mkdir "$s/$1"
	printf '#!/bin/bash\n%s\n%s\n' "$(sv_note_birth ">$T/$1.runs")" "$2" >"$s/$1/run"
	chmod 755 "$s/$1/run"
}
parks() {
	printf '#!/bin/sh\n[ "$1" = 0 ] || exit 0\nexit 125\n' >"$s/$1/finish"
	chmod 755 "$s/$1/finish"
}
runs() { grep -c . "$T/$1.runs"; }
gap() { echo $((($(sed -n "$(($2 + 1))p" "$T/$1.runs") - $(sed -n "$2p" "$T/$1.runs")) * 10)); }
given_up() { svctl status "$1" | grep -q 'gave up after'; }

again gateway-bad 'exit 7'
again web 'exit 7'
again gateway-zero 'exit 0'
parks gateway-zero
again gateway-meant 'trap "kill \$!; exit 0" TERM; while :; do sleep 1000 & wait; done'
parks gateway-meant
t_tree "$s"

t_ok "it is given up" t_await 30 given_up gateway-bad
t_is "after that many runs" "$(runs gateway-bad)" 3
t_ok "a second between the first two" test "$(gap gateway-bad 1)" -ge 980
t_ok "more between the next" test "$(gap gateway-bad 2)" -ge 1400
t_is "s6 sees it down and wanted up" "$(s6-svstat -o up,wantedup,exitcode "$s/gateway-bad")" "false true 7"
t_like "the status says why" "$(svctl status --json gateway-bad)" 'gave up after 3 short runs, the last one ended with exit code 7'
t_ok "so does the log, once" test "$(grep -c 'gateway-bad: gave up after 3' "$TREE_LOG")" = 1
t_await_line "$T/web.runs" .
t_ok "a service that is no profile's goes on" test "$(runs web)" -ge 3
t_fails "and is never given up" given_up web
: >"$T/gateway-bad.runs"
svctl start gateway-bad >/dev/null
t_ok "a start by hand begins anew" t_await 30 given_up gateway-bad
t_is "with as many runs" "$(runs gateway-bad)" 3

t_ok "exit code 0 at once, unasked, is a failure like others" t_await 30 given_up gateway-zero
t_ok "that is said" grep -q 'gateway-zero: exit code 0 after [0-9]* ms, but nobody asked it to stop' "$TREE_LOG"

sv_up "$s/gateway-meant"
pid=$(sv_pid "$s/gateway-meant")
t_like "a restart is one, though it ends with 0" "$(svctl restart gateway-meant)" 'gateway-meant is up'
t_ok "it is another process" test "$(sv_pid "$s/gateway-meant")" != "$pid"
s6-svc -wR -T 5000 -t "$s/gateway-meant" >/dev/null 2>&1
sv_up "$s/gateway-meant"
t_is "also through the FIFO" "$(s6-svstat -o up,wantedup "$s/gateway-meant")" "true true"
t_is "a stop parks it" "$(svctl stop gateway-meant; s6-svstat -o up,wantedup "$s/gateway-meant")" \
	$'gateway-meant is down\nfalse false'
t_done
