#!/bin/bash
# s6-log: what is written to it is in its directory once, whatever ends it and whatever the disk says.
#
# timeout: 120
. "$(dirname "$0")/../lib/tap.sh"
cd "$T" || exit 1
LOG=$B/bin/s6-log

# All that a directory holds, in the order in which it was logged.
all_of() {
	cat "$1"/@*.[su] "$1"/current 2>/dev/null
}

# A logger on descriptor 8, ready; words are options and script.
start() {
	"$LOG" -d 4 "$@" <&8 4>ready 2>>err &
	PID=$!
	read -r <ready
}

mkfifo in ready
exec 8<>in

# --- ended and started again, with a writer that goes on ---

seq 1 300000 >want
cat want >in &
writer=$!
for sig in TERM HUP TERM TERM HUP TERM HUP TERM; do
	start n1000 s50000 ./ended
	# The end comes at any place in the input.
	"$B/await" line 1 ended/current .
	kill -$sig $PID
	wait $PID || echo "code $? after $sig" >>err
done
start n1000 s50000 ./ended
wait $writer
echo end >&8
echo end >>want
t_await 10 grep -rqs '^end$' ended
kill -TERM $PID
wait $PID
t_ok "ended and started again: every line is there once" sh -c 'cat ended/@* ended/current | cmp - want'
t_is "and no logger complained" "$(cat err)" ""

# --- killed when it had nothing in hand, the lock file staying behind ---

for i in 1 2 3 4 5 6; do
	start n1000 s4096 ./killed
	seq $((i * 1000)) $((i * 1000 + 300)) >&8
	t_await_line killed/current "^$((i * 1000 + 300))$"
	kill -KILL $PID
	wait $PID
done 2>/dev/null
start n1000 ./killed
kill -HUP $PID
wait $PID
for i in 1 2 3 4 5 6; do
	seq $((i * 1000)) $((i * 1000 + 300))
done >want
t_ok "killed: every line is there once, in order" sh -c 'cat killed/@* killed/current | cmp - want'
t_is "the leftovers are archives" "$(find killed -name '@*.u' | wc -l)" 6

# --- killed between two steps of making an archive, as a logger that links does it ---

mkdir -p linked/dir
for name in previous processed current; do
	rm -rf linked/dir
	mkdir linked/dir
	echo once >"linked/dir/$name"
	ln "linked/dir/$name" linked/dir/@4000000063bd9ef50b8b1c2c.s
	[ "$name" != processed ] || chmod 744 linked/dir/processed
	"$LOG" ./linked/dir </dev/null
	t_is "$name that is an archive already is not archived again" "$(cat linked/dir/@*)" once
done
rm -rf linked/dir
mkdir linked/dir
echo once >linked/dir/current
ln linked/dir/current backup
"$LOG" ./linked/dir </dev/null
t_is "a link from elsewhere is no archive" "$(cat linked/dir/@*.u)" once

# --- a disk that takes no more: the limit on the size of files stands in for it ---

full() {
	rm -rf full err
	(
		trap '' XFSZ
		ulimit -Sf 8
		exec "$LOG" -d 4 "$@" s1000000 r50 ./full <&8 4>ready 2>>err
	) &
	PID=$!
	read -r <ready
}

mend() {
	prlimit --pid "$PID" --fsize=unlimited
}

seq 1 20000 >want
full -F keep
cat want >&8
t_ok "a full disk is told" t_await_line err 'unable to write to ./full/current: File too large'
t_is "what fits is there" "$(stat -c %s full/current)" 8192
mend
t_ok "keep: the rest is written when there is room again" t_await_line full/current '^20000$'
t_ok "keep: and nothing is missing" cmp full/current want
kill -HUP $PID
wait $PID

full -F block
cat want >&8 &
writer=$!
t_await_line err 'unable to write'
t_ok "block: the writer waits" kill -0 $writer
mend
wait $writer
t_ok "block: then it goes on" t_await_line full/current '^20000$'
t_ok "block: and nothing is missing" cmp full/current want
kill -HUP $PID
wait $PID

seq 1 400000 >many
full -F drop
cat many >&8
t_ok "drop: the writer does not wait" true
mend
t_ok "drop: what was dropped is counted" t_await_line err 'dropped [0-9]+ lines while ./full could not be written'
echo end >&8
t_await 10 grep -rqs '^end$' full
dropped=$(sed -n 's/.*dropped \([0-9]*\) lines.*/\1/p' err | head -n 1)
kill -HUP $PID
wait $PID
t_is "drop: the number is right" "$((dropped + $(all_of full | wc -l)))" 400001
t_ok "drop: what is there is whole and in order" sh -c 'cat full/@*.s full/current | grep -vx end | sort -nc && ! grep -vx "[0-9]*\|end" full/current'

full -F drop
seq 1 3000 >&8
t_await_line err 'unable to write'
kill -TERM $PID
wait $PID
t_is "drop: a stop does not wait for room" "$?" 0
t_like "drop: and the lines it costs are counted" "$(cat err)" 'dropped [0-9]+ lines'
t_code "-F takes three words" 100 "$LOG" -F maybe 1
exec 8>&-
t_done
