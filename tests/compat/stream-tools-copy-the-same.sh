#!/bin/bash
# s6-tai64n, s6-tai64nlocal, s6-ioconnect, s6-fghack: the same output, codes and messages as Debian's.
#
# timeout: 120
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/compat.sh"
compat_need
cd "$T" || exit 1

# Runs "NAME WORDS" with a shell, the name being a variable, for both; compares what comes out, bytes and all.
both() {
	local desc=$1 script=$2 who

	for who in debian ours; do
		P=$DEBIAN_S6
		[ $who = debian ] || P=$B/bin
		P=$P timeout 20 bash -c "$script" >"out.$who" 2>"err.$who"
		echo "code $?" >>"err.$who"
	done
	# The shell's words about a process that a signal ended carry its number.
	sed -i -E 's/fatal: : /fatal: /; /^bash: /d' err.*
	t_is "$desc: messages" "$(cat err.ours)" "$(cat err.debian)"
	t_ok "$desc: output" cmp out.ours out.debian
}

labels='s/@4[0-9a-f]{23}/LABEL/'
# shellcheck disable=SC2034 # in the scripts below
for input in '' 'a\n' 'a\nb\n\nc' 'a\0b\n' '\n\n' 'no newline' 'x\r\ny\r\n'; do
	export input
	both "s6-tai64n of '$input'" "printf \"\$input\" | \$P/s6-tai64n | sed -zE '$labels;s/\\n@4[0-9a-f]{23}/\\nLABEL/g'"
done
both "s6-tai64n of many lines" "seq 1 20000 | \$P/s6-tai64n | cut -c 27-"
both "s6-tai64n looks at no word" "echo a | \$P/s6-tai64n -x y | cut -c 27-"
before=$("$DEBIAN_S6/s6-tai64n" <<<x)
now=$("$B/bin/s6-tai64n" <<<x)
after=$("$DEBIAN_S6/s6-tai64n" <<<x)
t_ok "its clock is the same" test "$before" '<' "$now" -a "$now" '<' "$after"

cat >labels <<'LABELS'
@4000000063bd9ef50b8b1c2c hello
@4000000063bd9ef50b8b1c2c
@4000000063bd9ef50b8b1c2cx
foo @4000000063bd9ef50b8b1c2c y
@400000003B9ACA0000000000 z
@40
@zz

@4000000063bd9ef53b9ac9ff the last nanosecond
@0000000063bd9ef500000000 p
@8000000063bd9ef500000000 p
 @4000000063bd9ef50b8b1c2c w
@4000000063bd9ef50b8b1c2g w
LABELS
# Around leap seconds, 1970, and the ends of what can be said.
for label in 4000000058684680 40000000586846a2 40000000586846a3 40000000586846a4 40000000586846a5 3fffffffffffffff \
	4000000000000000 4000000000000009 400000000000000a 400000000000000b 4000000004b25809 4000000004b2580a \
	4000000004b2580b 4000000100000000 7fffffffffffffff; do
	echo "@${label}00000001 $label"
done >>labels
for i in $(seq 1 200); do
	printf '@400000%02x%08x%08x random\n' $((i % 3)) $((RANDOM * 131071 + RANDOM)) $((RANDOM * RANDOM % 1000000000))
done >>labels
for zone in UTC Europe/Paris America/St_Johns Asia/Kathmandu nowhere; do
	TZ=$zone both "s6-tai64nlocal in $zone" '$P/s6-tai64nlocal <labels'
	TZ=$zone both "s6-tai64nlocal -g in $zone" '$P/s6-tai64nlocal -g <labels'
done
both "a label without an end" 'printf @4000000063bd9ef50b8b1c2c | $P/s6-tai64nlocal -g'
both "a label and a byte" 'printf @4000000063bd9ef50b8b1c2cx | $P/s6-tai64nlocal -g'
both "a wrong option" '$P/s6-tai64nlocal -z </dev/null'
both "no input" '$P/s6-tai64n <&-'
both "no input" '$P/s6-tai64nlocal <&-'
for name in s6-tai64n s6-tai64nlocal; do
	"$B/bin/$name" <labels >/dev/full 2>full
	t_is "$name: a full disk" "$? $(cat full)" "111 $name: fatal: unable to write to stdout: No space left on device"
done

# --- s6-ioconnect ---

seq 1 50000 >numbers
seq 50000 -1 1 >back
both "s6-ioconnect both ways" '$P/s6-ioconnect <numbers 6<back 7>there; cat there; rm there'
both "s6-ioconnect -r -w" '$P/s6-ioconnect -r 8 -w 9 <numbers 8<back 9>there; cat there; rm there'
both "s6-ioconnect through pipes" 'cat numbers | $P/s6-ioconnect 6< <(cat back) 7> >(cksum >there) | cat; until [ -s there ]; do :; done
	cat there; rm there'
both "s6-ioconnect, an input that is quiet" 'mkfifo q; exec 5<>q; $P/s6-ioconnect -t 200 6<&5 7>/dev/null </dev/null; echo $?; rm q'
both "s6-ioconnect, an output that is gone" 'exec 7> >(true); wait $!; $P/s6-ioconnect <numbers 6</dev/null 2>/dev/null; echo $?'
both "s6-ioconnect, an output that is full" '$P/s6-ioconnect <numbers 6<back 7>/dev/full'
both "s6-ioconnect, nobody there to read" \
	'mkfifo q; exec 5<>q; exec 7> >(true); wait $!; $P/s6-ioconnect <&5 6</dev/null 2>/dev/null; echo $?; rm q'
mkfifo quiet
exec 5<>quiet
"$B/bin/s6-ioconnect" 6<&5 7>there <&5 >/dev/null &
pid=$!
until grep -q '^SigBlk:.*4...$' "/proc/$pid/status"; do :; done
kill -TERM $pid
wait $pid
t_is "s6-ioconnect: SIGTERM ends both inputs" "$?" 0
exec 5>&-
both "s6-ioconnect, digits that mean nothing" '$P/s6-ioconnect -0 -1 -67 6<back 7>/dev/null </dev/null'
for words in "-t x" -z "-r x" "-r 99" "-w 99" "6<&- 7>&-" "7>&-" -t; do
	both "s6-ioconnect $words" "\$P/s6-ioconnect $words </dev/null"
done

# --- s6-fghack: codes of signals and above 127 are 2.15's ---

both "s6-fghack: the code" '$P/s6-fghack sh -c "exit 3"; echo $?'
both "s6-fghack waits for what is in the background" \
	'mkfifo q; $P/s6-fghack sh -c "(read -r x <q; echo \$x) & exit 4" & echo late >q; wait $!; echo $?; rm q'
both "s6-fghack: nothing there" '$P/s6-fghack /nonexistent'
both "s6-fghack: cannot be executed" '$P/s6-fghack /etc/passwd'
both "s6-fghack: no words" '$P/s6-fghack'
both "s6-fghack knows no option" '$P/s6-fghack -- true'
both "s6-fghack: who writes" '$P/s6-fghack bash -c "for i in {3..35}; do echo x >&\$i; done" 2>&1 | grep hackpipe'
both "s6-fghack: a first descriptor that is closed" '$P/s6-fghack sh -c "exec 3>&- 4>&- 5>&-; exit 7"; echo $?'
t_code "s6-fghack: 128 and the signal" 137 "$B/bin/s6-fghack" sh -c 'kill -9 $$'
t_code "s6-fghack: no other code is above 127" 128 "$B/bin/s6-fghack" sh -c 'exit 200'
t_done
