#!/bin/bash
#
# Scripts in execline, with the execline package in the image: in a container of hexad's its commands are found and do what
# images count on, in scripts, in oneshots and in services. Debian's package does the work; hexad brings the way to it.
# timeout: 200
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/engine.sh"
. "$(dirname "$0")/../lib/lives.sh"

LIFE_IMAGE=$EXECLINE

# gives DESC WANT WORD...: what the command prints in the container, with its code before it.
gives() {
	local desc=$1 want=$2

	shift 2
	OUT=$(c_exec "$@" 2>&1)
	CODE=$?
	t_is "$desc" "$CODE $OUT" "$want"
}

# Descriptor 0 of a shell in the container is the text, for scripts that no quoting of ours must touch.
text() {
	docker exec -i -u 10000 "$C" sh -c "cat >$1 && chmod 755 $1"
}

container() {
	C_IMAGE=$EXECLINE c_bg -- sleep 100000
	docker exec "$C" test -x /usr/bin/execlineb || t_fail "the package is there"
}

check_words() {
	container
	text /tmp/t <<<'printf [%s] a "b  c" "" d\ e x#y # z'
	gives "words, quotes, escapes and a comment" "0 [a][b  c][][d e][x#y]" execlineb -P /tmp/t
	gives "blocks become words with blanks in front" "0 [ a][ ][  c][ ][][d]" execlineb -Pc 'printf [%s] { a "" { c } } d'
	gives "escapes of characters" $'0 [|\t|AAA]' execlineb -Pc 'printf [%s] "|\t|\0x41\0101\65"'
	gives "braces that touch a word are no block" "0 {x} x{ { }" execlineb -Pc 'echo {x} x{ "{" \}'
	text /tmp/v <<<'define A val printf [%s] $A ${A}x \\\\$A \\$A'
	gives "a backslash before a variable" '0 [val][valx][\val][$A]' execlineb -P /tmp/v
}

check_errors() {
	local s got=

	container
	for s in 'a {' 'a }' 'a "b' 'a { b' 'a "\0"' 'a "\300"'; do
		c_exec execlineb -Pc "$s" >/dev/null 2>&1
		got+=" $?"
	done
	t_is "each error of syntax gives 100" "$got" " 100 100 100 100 100 100"
	gives "nothing is success" "0 " execlineb -Pc ''
	gives "so is a comment" "0 " execlineb -Pc '# c'
	gives "a program that is not there gives 127" "127 execlineb: fatal: unable to exec nosuch: No such file or directory" \
		execlineb -Pc nosuch
	gives "one that cannot be executed 126" "126 execlineb: fatal: unable to exec /etc/passwd: Permission denied" \
		execlineb -Pc /etc/passwd
	c_exec execlineb -P /nosuch >/dev/null 2>&1
	t_is "a script that is not there 111" $? 111
}

check_arguments() {
	container
	gives "the arguments of a script" '0 [one][aone][$1/x][2][one][two three][pones][ptwo threes]' \
		execlineb -S1 -c 'printf [%s] ${1} a$1 $1/x $# $@ p${@}s' one 'two three'
	gives "the rest of them" "0 [two]" execlineb -s1 -c 'printf [%s] $@' one two
	gives "those that are missing" "0 [one][]" execlineb -qS2 -c 'printf [%s] $1 $2' one
	text /tmp/x <<<$'#!/command/execlineb -S0\nprintf [%s] "$@"'
	gives "in a script, found by its first line" "0 [a][b c]" /tmp/x a "b c"
}

check_blocks() {
	container
	gives "foreground leaves the code in a variable" "0 q=3" execlineb -Pc 'foreground { exit 3 } importas q ? echo q=${q}'
	gives "if gives its code back" "3 " execlineb -Pc 'if { exit 3 } echo no'
	gives "or not" "0 " execlineb -Pc 'if -t { false } echo no'
	OUT=$(c_exec execlineb -Pc 'if { sh -c "kill -9 $$" } echo no' 2>/dev/null)
	t_is "a signal is 128 and its number" "$? $OUT" "137 "
	gives "ifelse" "0 else" execlineb -Pc 'ifelse { false } { echo then } echo else'
	gives "backtick" "0 [hi]" execlineb -Pc 'backtick X { echo hi } importas X X printf [%s] $X'
	gives "one that fails ends the script" "4 backtick: fatal: child process exited non-zero" \
		execlineb -Pc 'backtick X { exit 4 } echo no'
}

check_variables() {
	container
	gives "a word of a variable that is not set is left out" "0 [b]" execlineb -Pc 'importas X NOSUCH printf [%s] a${X} b'
	c_exec execlineb -Pc 'importas -i X NOSUCH echo no' >"$T/out" 2>&1
	t_is "unless it must be" "$? $(grep -c NOSUCH "$T/out") $(grep -c '^no' "$T/out")" "100 1 0"
	gives "a value is split into words" "0 [pa][pb][pc]" execlineb -Pc 'export V "a b  c" importas -sC X V printf [%s] p${X}'
	gives "several at once" "0 [d][bb]" \
		execlineb -Pc 'multisubstitute { importas -D d A NOSUCH define B bb } printf [%s] $A $B'
	gives "an empty environment but for PATH" "0 PATH" sh -c 'execlineb -Pc "emptyenv -p env" | cut -d= -f1'
	gives "a file to write to" "0 x" sh -c 'execlineb -Pc "redirfd -w 1 /tmp/o echo x" && cat /tmp/o'
	gives "a directory to be in" "0 /tmp" execlineb -Pc 'cd /tmp pwd'
}

check_oneshot() {
	oneshot o '#!/command/execlineb -P\nif { mkdir -p /q/w }\nforeground { echo one }\necho two'
	life -- "${as_app[@]}" sh -c 'test -d /q/w && exit 5'
	t_life "a oneshot in execline" $'5 one\ntwo'
	oneshot o 'exec 2>&1 echo x\n'
	life -e S6_BEHAVIOUR_IF_STAGE2_FAILS=2 -- echo CMD
	t_is "one that is a shell's text has failed" "$CODE $(grep -c '^CMD\|^x$' <<<"$OUT")" "1 0"
	oneshot o 'with-contenv importas -i FOO FOO echo foo=${FOO}\n'
	life -e FOO=bar -- true
	t_life "one that wants the container's environment" "0 foo=bar"
}

check_service() {
	mk /etc/services.d/m/run '#!/command/execlineb -P\nfdmove -c 2 1\ns6-setuidgid app\ncd /opt/data\nexport A "x y"
sh -c "id -u; pwd; printenv A; echo error >&2; echo >&3; exec sleep 1000"\n'
	mk /etc/services.d/m/notification-fd '3\n'
	life -- s6-svwait -U -t 10000 /run/service/m
	t_life "a run script in execline" $'0 10000\n/opt/data\nx y\nerror'
}

check_finish() {
	legacy m 'exit 5'
	mk /etc/services.d/m/finish '#!/command/execlineb -S0
foreground { redirfd -w 1 /run/s6-linux-init-container-results/exitcode echo ${1} }
/run/s6/basedir/bin/halt\n'
	life --
	t_is "a finish script in execline ends the container with the service's code" "$CODE" 5
}

# What many images have in their run scripts.
check_notifyoncheck() {
	longrun l 'exec s6-notifyoncheck -d -s 0 -n 100 -w 50 -c "test -e /opt/data/up" sh -c "touch /opt/data/up; exec sleep 1000"'
	mk S/l/notification-fd '3\n'
	owned_by_app /etc/s6-overlay/s6-rc.d/l
	life -- "${as_app[@]}" s6-svstat -o up,ready /run/service/l
	t_life "s6-notifyoncheck -c with the package" "0 true true"
	LIFE_IMAGE=$IMAGE life -- "${as_app[@]}" s6-svstat -o up,ready /run/service/l
	t_life "and without it, where the check is a plain command line" "0 true true"
	longrun l 'exec s6-notifyoncheck -s 0 -n 1 -c "if { true } true" sleep 1000'
	mk S/l/timeout-up '3000\n'
	owned_by_app /etc/s6-overlay/s6-rc.d/l
	LIFE_IMAGE=$IMAGE life -- "${as_app[@]}" true
	t_is "where it is not, the package is named" "$CODE $(head -n 1 <<<"$OUT")" \
"0 s6-notifyoncheck (child): warning: unable to spawn if: it is a command of the execline package, which is not installed"
}

check_without_package() {
	oneshot o 'if { true } echo x'
	LIFE_IMAGE=$IMAGE life -- "${as_app[@]}" sh -c 'exit 5'
	t_life "without the package it is named" \
"5 s6-rc: fatal: service o: unable to exec 'if': it is a command of the execline package, which is not installed
s6-rc: warning: unable to start service o: command exited 127"
	oneshot o 'echo x'
	LIFE_IMAGE=$IMAGE life -- "${as_app[@]}" sh -c 'exit 5'
	t_life "a plain command line does not need it" $'5 x'
}

lives_side_by_side
t_done
