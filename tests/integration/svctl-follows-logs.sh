#!/bin/bash
# sanitizer: leaks, of svctl's commands
# svctl logs: the last lines, and with -f every line once, however often the log is rotated meanwhile.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/svctl.sh"

s=$HEXAD_SCANDIR
mkdir "$T/logs" "$T/own"
# Writes as many lines as it is told, then says so.
t_service "$s" web "while read -r from to <'$T/orders'; do seq -f 'line %.0f' \$from \$to; echo >'$T/done'; done"
t_service "$s" web/log "exec s6-log n1000 s4096 '$T/logs'"
t_service "$s" quiet
t_service "$s" lost
t_service "$s" lost/log 'exec cat'
mkfifo "$T/orders" "$T/done"
exec 8<>"$T/orders" 9<>"$T/done"
sv_listen web "$s/web"
t_tree "$s"
sv_until web u

# lines FROM TO: written by the service.
lines() {
	echo "$1 $2" >&8
	read -r -t 30 -u 9 _
}

lines 1 5
t_ok "the service logs" t_await_line "$T/logs/current" '^line 5$'
t_is "the last lines" "$(svctl_says logs web)" "0 $(seq -f 'line %.0f' 5)"
t_is "as many as are wanted" "$(svctl_says logs -n 2 web)" "0 $(seq -f 'line %.0f' 4 5)"
t_is "by the logger's name" "$(svctl_says logs -n 1 web/log)" "0 line 5"
t_is "none" "$(svctl_says logs -n 0 web)" "0 "
t_is "JSON, one object a line" "$(svctl logs --json -n 2 web)" '{"line":"line 4"}'$'\n''{"line":"line 5"}'

svctl logs -f -n 3 web >"$T/followed" 2>"$T/follow.err" &
follower=$!
t_at_exit 'kill "$follower" 2>/dev/null'
t_await_line "$T/followed" '^line 5$'
t_ok "it goes on, across rotations" lines 6 20000
t_ok "to the last line" t_await_line "$T/followed" '^line 20000$' 30
t_ok "there were many" test "$(find "$T/logs" -name '@*.s' | wc -l)" -gt 20
t_is "every line once, in order" "$(cksum <"$T/followed")" "$(seq -f 'line %.0f' 3 20000 | cksum)"
t_is "and nothing to complain about" "$(cat "$T/follow.err")" ""
t_is "the tail goes back into rotated files" "$(svctl logs -n 2000 web | cksum)" "$(seq -f 'line %.0f' 18001 20000 | cksum)"
t_is "to the first line" "$(svctl logs -n 100000 web | cksum)" "$(seq -f 'line %.0f' 20000 | cksum)"

# A logger that is started anew goes on in the same files.
svctl restart web/log >/dev/null
t_ok "a new logger" lines 20001 20100
t_ok "is followed" t_await_line "$T/followed" '^line 20100$' 30
t_is "without a loss" "$(cksum <"$T/followed")" "$(seq -f 'line %.0f' 3 20100 | cksum)"
kill "$follower"
svctl logs -f web > >(head -n 1 >/dev/null) &
follower=$!
t_ok "nobody reads any more: svctl ends" t_await_exit "$follower"

printf 'a\033[2Jb\n' >"$T/own/current"
t_is "a directory that is named" "$(svctl logs --dir "$T/own" nothing | od -c | head -n 1)" "$(printf 'a\033[2Jb\n' | od -c | head -n 1)"
if script=$(command -v script); then
	t_is "on a terminal control characters are escaped" \
		"$("$script" -qec "svctl logs --dir '$T/own' nothing" /dev/null </dev/null | tr -d '\r')" 'a\x1b[2Jb'
fi
if [ -n "$script" ]; then
	printf 'caf\303\251 \302\2332J \2332J\n' >"$T/own/current"
	t_is "those of the upper half too, and nothing else of it" \
		"$("$script" -qec "svctl logs --dir '$T/own' nothing" /dev/null </dev/null | tr -d '\r')" 'café \xc2\x9b2J \x9b2J'
fi
# Long lines, lines that are no UTF-8, and a character where a piece ends.
python3 -c 'import sys
x, e = b"x" * 5000, "é".encode()
sys.stdout.buffer.write(b"\n".join([b"\xff" + x, b"bad\xff\0in", b"n\0in", b"a" * 65535 + e + b"b", b"c" * 65536, b"end\n"]))' >"$T/own/current"
t_is "JSON leaves nothing out" "$(svctl logs --json --dir "$T/own" nothing | python3 -c 'import json, sys
print([(len(t), t[:8], t[-8:]) for t in (json.loads(line)["line"] for line in sys.stdin)])')" \
	"[(5004, '\\\\xffxxxx', 'xxxxxxxx'), (13, 'bad\\\\xff\\\\', 'ff\\\\x00in'), (4, 'n\\x00in', 'n\\x00in'), \
(65535, 'aaaaaaaa', 'aaaaaaaa'), (2, 'éb', 'éb'), (65536, 'cccccccc', 'cccccccc'), (3, 'end', 'end')]"
t_is "one that is not there" "$(svctl_says logs --dir "$T/none" x)" \
	"1 svctl: fatal: the log directory '$T/none' cannot be read: No such file or directory"
t_is "no logger" "$(svctl_says logs quiet)" "1 svctl: fatal: the log of 'quiet' cannot be found: it has no logger of its own"
t_is "a logger that is none of ours" "$(svctl_says logs lost)" \
	"1 svctl: fatal: the log of 'lost' cannot be found: its logger does not show where it writes; name the directory with --dir"
t_is "an unknown name" "$(svctl_says logs wbe)" "2 svctl: fatal: no such service 'wbe'; did you mean 'web'?"
t_is "no number" "$(svctl_says logs -n x web)" "100 svctl: fatal: 'x' is no number of lines"
svctl stop web web/log >/dev/null
t_is "a logger that is down is asked by its script" "$(svctl_says logs -n 1 web)" "0 line 20100"
t_done
