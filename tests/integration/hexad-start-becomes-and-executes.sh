#!/bin/bash
# hexad-start, by hand: executes a program with the argv[0] it is told, answers with the errno where that fails, and gives
# nobody what he is not.
. "$(dirname "$0")/../lib/tap.sh"

cd "$T" || exit 1
export S6_KEEP_ENV=1 # there is no container's environment here
me=$(id -u):$(id -g)
as="9:$me:"
usage='hexad-start: usage: hexad-start fd:uid:gid:groups path argv0 [ argument... ]'

# start WORD...: descriptor 9 leads to the file answer.
start() {
	hexad-start "$@" 9>answer 2>&1 </dev/null
}
answer() { od -An -td4 answer | tr -d ' '; }

t_is "a program gets its name and its words" "$(start "$as" /bin/sh name -c 'echo "$0" "$@"' a 'b c' '')" "a b c "
t_is "the name is argv[0]" "$(start "$as" /usr/bin/readlink -- 2>&1 | head -n 1)" "--: missing operand"
t_is "that is no answer" "$(answer)" ""
t_is "and the descriptor is not passed on" "$(start "$as" /bin/sh sh -c 'ls -l /proc/$$/fd | grep -c answer')" 0
start "$as" /none/x x
t_is "one that is not there: its errno and 127" "$? $(answer)" "127 2"
echo true >script
start "$as" ./script x
t_is "one that may not be executed" "$? $(answer)" "127 13"
chmod 755 script
start "$as" ./script x
t_is "one that is no program" "$? $(answer)" "127 8"
printf '#!/none/sh\n' >script
start "$as" ./script x
t_is "one whose interpreter is not there" "$? $(answer)" "127 2"

if [ "$(id -u)" != 0 ]; then
	start "9:0:0:" /bin/true true
	t_is "who is not root cannot become root" "$? $(answer)" "127 1"
	start "9:$(($(id -u) + 1)):$(id -g):" /bin/true true
	t_is "nor anybody else" "$? $(answer)" "127 1"
fi

# A slot's file: what the kernel would come back for is done at once.
printf '#!/command/hexad-slot\nexec /bin/sh\nexec -c\nexec echo $0 $1; readlink /proc/$$/exe\nexec one\nexec two\n' >run
start "$as" ./run ./run gateway-x
t_is "a file that may not be executed is the kernel's to judge" "$? $(answer)" "127 13"
chmod 755 run
t_is "a slot's file" "$(start "$as" ./run ./run gateway-x)" "one two"$'\n'"$(readlink -f /bin/sh)"
t_is "is no answer either" "$(answer)" ""
printf '#!/command/hexad-slot\npark 7\n' >finish
chmod 755 finish
start "$as" ./finish finish 7 0 gateway-x 12
t_is "a slot's finish has its words" "$? $(answer)" "125 "
start "$as" ./finish finish 8 0 gateway-x 12
t_is "and the others end well" "$? $(answer)" "0 "

mkdir home
printf '#!/command/hexad-slot\nhome %s\nlog-dir logs\nlog T\n' "$T/home" >log
chmod 755 log
mkfifo in
hexad-start "$as" ./log ./log gateway-x/log 9>answer <in 2>err &
logger=$!
exec 8>in
echo line >&8
t_ok "a logger logs" t_await_line home/logs/current 'line$' 10
t_is "and shows as what the kernel would have made of it" \
	"$(tr '\0' ' ' <"/proc/$logger/cmdline" | sed 's/ *$//') $(cat "/proc/$logger/comm")" \
	"/command/hexad-slot ./log gateway-x/log s6-log"
t_is "without the descriptor" "$(find "/proc/$logger/fd" -lname '*/answer' | wc -l)" 0
exec 8>&-
wait "$logger"
t_is "until there is no more" "$? $(cat err)" "0 "

for bad in "" 9 "9:$me" "9:$me:x" "x:$me:"; do
	t_is "a word that is none: '$bad'" "$(start "$bad" /bin/true true; echo $?)" "$usage
100"
done
t_is "too few of them" "$(start "$as" /bin/true; echo $?)" "$usage
100"
t_code "a descriptor that is not open is an error" 127 hexad-start "77:$me:" /bin/true true
t_done
