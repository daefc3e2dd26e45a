#!/bin/bash
# s6-maximumtime, s6-pause, s6-nice, s6-sync: programs and time, their options and their errors.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/said.sh"
cd "$T" || exit 1

said "s6-maximumtime: a program that is in time" "out"$'\n'"|7" s6-maximumtime 60000 sh -c 'echo out; exit 7'
# shellcheck disable=SC2016
said "s6-maximumtime: one that a signal ends" "|143" s6-maximumtime -k 60000 sh -c 'kill -TERM $$'
said "s6-maximumtime: without a limit" "|0" s6-maximumtime 0 true
said "s6-maximumtime: its input is the program's" "in|0" s6-maximumtime 60000 cat < <(printf in)
said "s6-maximumtime: no such program" "s6-maximumtime: fatal: unable to exec /nosuch: No such file or directory"$'\n'"|127" \
	s6-maximumtime 60000 /nosuch
said "s6-maximumtime: no program" "s6-maximumtime: fatal: unable to exec ./: Permission denied"$'\n'"|126" s6-maximumtime 60000 ./

# The program says which signal it got; the FIFO tells when it has.
mkfifo told
cat >trapper <<'END'
#!/bin/bash
trap '[ -z "$!" ] || kill $!' EXIT
for sig in ALRM ABRT HUP INT QUIT TERM XCPU USR1 USR2; do
	trap "echo $sig >told; exit 0" $sig
done
sleep 1000 &
while :; do wait; done
END
chmod 755 trapper
for row in t:TERM a:ALRM b:ABRT h:HUP i:INT q:QUIT x:XCPU 1:USR1 2:USR2; do
	# The shell has its background jobs ignore SIGINT and SIGQUIT. Where the time is over before the traps are set, the signal
	# itself ends the program, and no word comes: more time, then.
	for ms in 300 2000 8000; do
		exec 3<>told
		env --default-signal s6-maximumtime -${row%:*} $ms ./trapper >/dev/null 2>&1 &
		wait $!
		code=$?
		read -r -t 5 sig <&3 && break
	done
	t_is "s6-maximumtime -${row%:*}: SIG${row#*:}, and 99" "$code $sig" "99 ${row#*:}"
done
said "s6-maximumtime: SIGTERM is usual" "|99" s6-maximumtime 50 sh -c 'exec sleep 1000'
echo 'echo $$ >pid; exec sleep 1000' >sleeper
for ms in 300 3000 20000; do
	s6-maximumtime -k $ms sh sleeper
	code=$?
	[ ! -s pid ] || break
done
t_is "s6-maximumtime -k" "$code" 99
t_ok "s6-maximumtime -k: the program is gone" t_await_exit "$(cat pid)"
s6-maximumtime -0 500 sh -c 'echo $$ >pid2; exec sleep 1000'
code=$?
t_await_line pid2 .
t_is "s6-maximumtime -0: it goes on" "$code $(kill -0 "$(cat pid2)" && echo there)" "99 there"
kill "$(cat pid2)"

mkfifo begun
s6-maximumtime 0 sh -c 'sleep 1000 & trap "echo told; kill $!; exit 5" TERM; echo >begun; wait' >word &
pid=$!
read -r <begun
kill -TERM $pid
wait $pid
t_is "s6-maximumtime: its signals are the program's" "$? $(cat word)" "5 told"

usage="s6-maximumtime: usage: s6-maximumtime [ -0 | -a | -b | -h | -i | -k | -q | -t | -x | -1 | -2 ] milliseconds prog..."$'\n'"|100"
said "s6-maximumtime: no program" "$usage" s6-maximumtime 1
said "s6-maximumtime: no number" "$usage" s6-maximumtime 1s true
said "s6-maximumtime: an option that is none" "$usage" s6-maximumtime -z 1 true

s6-pause &
pid=$!
t_await 20 grep -qx s6-pause "/proc/$pid/comm" # a signal that comes before the exec may be the shell's
kill -0 $pid
t_is "s6-pause: waits" "$?" 0
kill -TERM $pid
wait $pid
t_is "s6-pause: until a signal ends it" "$?" 143
said "s6-pause: an option that is none" "s6-pause: usage: s6-pause "$'\n'"|100" s6-pause -x

now=$(nice)
said "s6-nice" "$((now + 10 > 19 ? 19 : now + 10))"$'\n'"|0" s6-nice nice
said "s6-nice -n" "$((now + 3 > 19 ? 19 : now + 3))"$'\n'"|0" s6-nice -n 3 nice
said "s6-nice: no number" "s6-nice: usage: s6-nice [ -n increment ] prog..."$'\n'"|100" s6-nice -n x nice
said "s6-nice: no program" "s6-nice: usage: s6-nice [ -n increment ] prog..."$'\n'"|100" s6-nice -n 1
said "s6-nice: no such program" "s6-nice: fatal: unable to exec /nosuch: No such file or directory"$'\n'"|127" s6-nice /nosuch

said "s6-sync" "|0" s6-sync
said "s6-sync: an option that is none" "s6-sync: usage: s6-sync "$'\n'"|100" s6-sync -x
t_done
