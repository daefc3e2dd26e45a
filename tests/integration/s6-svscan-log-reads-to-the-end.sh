#!/bin/bash
# sanitizer: leaks, of the applets
# s6-svscan-log, which reads what hexad and all services without a logger write, is stopped as a logger: by the end of its
# input, after the last words of all others. -X gives it the console for its own errors, and hexad afterwards.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

s=$T/scan
mkdir -p "$s/.s6-svscan"
t_service "$s" s6-svscan-log "echo to the console >&2
exec <fifo >/dev/null
echo 1 >$T/reads
while read -r line; do echo \"\$line\"; done >>$T/all
echo end of file >>$T/all"
mkfifo "$s/s6-svscan-log/fifo"
t_service "$s" web "trap 'echo last words; exit 0' TERM; echo first words; read -r _ <>$T/gate"
mkfifo "$T/gate"
printf '#!/bin/sh\necho "finish of $3"\n' >"$s/web/finish"
printf '#!/bin/sh\necho finish of the tree; echo and its errors >&2\n' >"$s/.s6-svscan/finish"
chmod 755 "$s/web/finish" "$s/.s6-svscan/finish"

# start ARG...: with the console as descriptor 4. What holds the FIFO open for reading is gone before it matters.
start() {
	rm -f "$T/all" "$T/reads"
	: >"$T/console"
	exec 5<>"$s/s6-svscan-log/fifo"
	"$B/hexad" "$@" "$s" 4>>"$T/console" >"$s/s6-svscan-log/fifo" 2>&1 5<&- </dev/null &
	TREE_PID=$!
	t_trees+=("$TREE_PID")
	t_await_line "$T/reads" 1
	exec 5<&-
	t_await_line "$T/all" '^first words$'
}

start -X 4
sv_listen log "$s/s6-svscan-log"
sv_listen web "$s/web"
pid=$(sv_pid "$s/s6-svscan-log")
t_is "its standard error is the console" "$(readlink "/proc/$pid/fd/2")" "$T/console"
t_fails "which nobody else holds" test -e "/proc/$(sv_pid "$s/web")/fd/4"
: >"$T/reads"
kill -KILL "$pid"
sv_until log u
t_await_line "$T/reads" 1
kill -TERM "$TREE_PID"
wait "$TREE_PID"
t_is "the tree ends with finish's code" $? 0
t_is "it has read everything, to the end" "$(grep -v 'hexad: ' "$T/all")" \
	$'first words\nlast words\nfinish of web\nend of file'
sv_until log x
t_is "and was not stopped before" "$SV_GOT" dDx
t_is "what came after that is on the console" "$(cat "$T/console")" \
	$'to the console\nto the console\nfinish of the tree\nand its errors'

start
kill -QUIT "$TREE_PID"
wait "$TREE_PID"
t_is "QUIT stops it as all others" "$(grep -c 'end of file' "$T/all")" 0
t_is "without -X nothing is written to a console" "$(cat "$T/console")" ""

# Who has its input open for ever does not keep the tree from its end.
start
exec 6>"$s/s6-svscan-log/fifo"
sv_scan "$s" t
t_ok "a stranger that holds its input open does not stop the end" t_await_exit "$TREE_PID" 30
exec 6>&-
t_done
