#!/bin/bash
# s6-log: signals, the lock, the last line, a processor's state, an output that nobody reads.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/compat.sh"
cd "$T" || exit 1

mkfifo in ready
start() {
	"$B/bin/s6-log" -d 4 "$@" <in 4>ready 2>err 3>&- &
	PID=$!
	exec 3>in
	read -r <ready
}

# Its stop is told by the byte after: the rest stays in the pipe for the next logger.
exec 5<>in
start n3 s4096 ./dir
printf 'one\npart' >&3
t_await_line dir/current '^one$'
kill -ALRM $PID
t_await 10 sh -c 'ls dir | grep -q "^@.*[.]s$"'
t_is "SIGALRM rotates at the end of a line" "$(cat dir/@*.s)" one
t_is "a file in use is not executable" "$(stat -c %A dir/current)" -rw-r--r--
kill -HUP $PID
printf 'ial\nrest\n' >&3
wait $PID
t_is "SIGHUP: it ends well" "$?" 0
t_is "SIGHUP: the line that had begun is finished" "$(cat dir/current)" partial
t_is "a closed file is executable" "$(stat -c %A dir/current)" -rwxr--r--
read -r -u 5 rest
t_is "SIGHUP: what follows is not taken" "$rest" rest

start -p n3 ./dir
kill -TERM $PID
echo more >&3
t_ok "-p: SIGTERM does not end it" t_await_line dir/current '^more$'
t_code "a second logger is refused" 111 "$B/bin/s6-log" ./dir
"$B/bin/s6-log" ./dir </dev/null 2>refused
t_is "the refusal is s6's" "$(cat refused)" "s6-log: fatal: unable to lock ./dir/lock: Device or resource busy"
kill -HUP $PID
wait $PID
t_is "SIGHUP between lines ends it at once" "$?" 0

start R1 n9 ./timed
echo early >&3
t_ok "R: time rotates a file that has something in it" t_await 20 sh -c 'ls timed | grep -q "^@.*[.]s$" && [ ! -s timed/current ]'
t_is "R: with all that was in it" "$(cat timed/@*.s)" early
kill -HUP $PID
wait $PID

start -t 200 ./dir
printf unfinished >&3
t_await 1 false >/dev/null
kill -TERM $PID
wait $PID
t_is "-t: a line that never ends is not waited for for ever" "$? $(tail -n 1 dir/current)" "0 unfinished"
exec 3>&- 5>&-

printf 'a\nb' | "$B/bin/s6-log" -- 1 ./last >out
t_is "a last line without a newline is kept" "$(cat out last/current | tr '\n' ' ')" "a b a b "
mkfifo named
t_is "the end of a FIFO whose writer was quicker" \
	"$(timeout 20 sh -c '{ read -r x; "$0" 1; } <named & printf "first\\nquick\\n" >named; wait' "$B/bin/s6-log")" quick
mkdir both
echo x >both/current
echo y >both/previous
"$B/bin/s6-log" ./both </dev/null
t_is "two leftovers of one instant get two names" "$(cat both/@*.u | sort | tr '\n' ' ')" "x y "

seq 1 3000 >numbers
# shellcheck disable=SC2016
"$B/bin/s6-log" n50 s4096 l0 '?cat >/dev/null; n=$(cat <&4); echo $((n + 1)) >&5; echo $((n + 1))' ./count <numbers
t_is "a processor's state is handed on" "$(cat count/state)" "$(tail -qn 1 count/@*.s | tail -n 1)"
t_like "and it ran more than once" "$(cat count/state)" '^[1-9]$'

# Nobody reads standard output: the directory gets its lines all the same, and the pipe's flags stay.
mkfifo stuck
exec 6<>stuck
seq 1 30000 | "$B/bin/s6-log" 1 s1000000 ./free >stuck 6>&- &
pid=$!
t_ok "a stuck output does not hold the directory up" t_await_line free/current '^30000$'
t_is "other users of the pipe keep their flags" "$(($(awk '/^flags/{print "0" $2}' /proc/$$/fdinfo/6) & 04000))" 0
seq 1 30000 >want
head -n 30000 <&6 >got &
reader=$!
wait $pid
wait $reader
t_ok "and nothing is lost" cmp want got
"$B/bin/s6-log" 1 s1000000 ./gone <want 2>err | :
t_is "a closed output costs nothing but itself" "$(wc -l <gone/current)" 30000
t_done
