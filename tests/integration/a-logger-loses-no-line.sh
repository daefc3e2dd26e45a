#!/bin/bash
# The pipe between a service and its logger outlives both: whoever is killed, every line arrives, in order,
# and a stop ends the logger by end of file, after the last word of its producer.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

s=$T/scan
mkdir "$s"
mkfifo "$T/gate" "$T/told"
# Writes the numbers that come through the gate, and tells when a number was written.
t_service "$s" web "trap 'echo last words; exit 0' TERM
exec 7<>$T/gate 8<>$T/told
while read -r n <&7; do echo line \$n; echo \$n >&8; done"
t_service "$s" web/log "while read -r line; do echo \"\$line\" >>$T/out; done; echo end of file >>$T/out"
exec 7<>"$T/gate" 8<>"$T/told"
sv_listen web "$s/web"
sv_listen log "$s/web/log"
t_tree "$s"
sv_until web u
sv_until log u

say() {
	local n

	echo "$1" >&7
	read -r -t 10 n <&8 && [ "$n" = "$1" ]
}

# A reader that is not yet stopped would take a byte with it when it is killed.
halt() {
	kill -STOP "$1"
	t_await 10 grep -q '^[0-9]* (.*) T ' "/proc/$1/stat"
}

t_ok "the first line arrives" say 1
t_await_line "$T/out" '^line 1$'
logger=$(sv_pid "$s/web/log")
halt "$logger"
t_ok "a line is written while the logger stands still" say 2
kill -KILL "$logger"
sv_until log u
t_ok "the next logger reads it" t_await_line "$T/out" '^line 2$'
producer=$(sv_pid "$s/web")
halt "$(sv_pid "$s/web/log")"
t_ok "a line is written while the logger stands still again" say 3
kill -KILL "$producer"
sv_until web u
t_ok "the next producer goes on in the same pipe" say 4
kill -CONT "$(sv_pid "$s/web/log")"
t_ok "which the logger reads" t_await_line "$T/out" '^line 4$'
t_tree_end
t_is "all lines, in order, then the last words, then the end" "$(cat "$T/out")" \
	$'line 1\nline 2\nline 3\nline 4\nlast words\nend of file'
t_done
