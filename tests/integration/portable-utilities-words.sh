#!/bin/bash
# sanitizer: leaks, of the applets
# s6-echo, s6-env, s6-printenv, s6-dumpenv, s6-cat, s6-true, s6-false: words and variables, their options and their errors.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/said.sh"
cd "$T" || exit 1
unset NOSUCH

echo_usage="s6-echo: usage: s6-echo [ -n ] [ -s sep ] args..."
said "s6-echo" "a b  c"$'\n'"|0" s6-echo a "b " c
said "s6-echo: nothing" $'\n'"|0" s6-echo
said "s6-echo -n" "a b|0" s6-echo -n a b
said "s6-echo -s" "a, b, "$'\n'"|0" s6-echo -s ", " a b ""
said "s6-echo -s '': words in one" "ab|0" s6-echo -ns "" a b
said "s6-echo: -- ends the options" "-n --"$'\n'"|0" s6-echo -- -n --
said "s6-echo: so does the first word" "a -n"$'\n'"|0" s6-echo a -n
said "s6-echo: no such option" "$echo_usage"$'\n'"|100" s6-echo -e a
said "s6-echo: no separator" "$echo_usage"$'\n'"|100" s6-echo -s
t_is "s6-echo: nobody can read it" "$(s6-echo a 2>&1 >/dev/full; echo $?)" \
	"s6-echo: fatal: unable to write to stdout: No space left on device
111"

said "s6-env: variables for a program" "1=2 x"$'\n'"|0" s6-env A=1=2 B=x sh -c 'echo "$A $B"'
said "s6-env: the later one counts" "2"$'\n'"|0" s6-env A=1 A=2 printenv A
said "s6-env: an empty value" $'\n'"|0" s6-env HOME= printenv HOME
said "s6-env -i: nothing else" "A=1"$'\n'"|0" s6-env -i A=1 "$(command -v env)"
said "s6-env -i: no variable at all" "|0" s6-env -i "$(command -v env)"
said "s6-env -i: the program is found by the PATH that was" "A=1"$'\n'"|0" s6-env -i A=1 env
said "s6-env: the PATH for the program is not that which finds it" "/nonexistent"$'\n'"|0" s6-env PATH=/nonexistent printenv PATH
said "s6-env: the program's options are its own" "-i A=1"$'\n'"|0" s6-env s6-echo -- -i A=1
said "s6-env: without a program it prints them" "A=1"$'\n'"B="$'\n'"|0" s6-env -i A=1 B=
t_is "s6-env: all of them" "$(s6-env ZZ=1 | grep -v ^_= | sort)" "$(env ZZ=1 | grep -v ^_= | sort)"
said "s6-env: the program's code" "|7" s6-env sh -c 'exit 7'
said "s6-env: no such program" "s6-env: fatal: unable to exec /nosuch: No such file or directory"$'\n'"|127" s6-env A=1 /nosuch
said "s6-env: no program" "s6-env: fatal: unable to exec ./: Permission denied"$'\n'"|126" s6-env ./
said "s6-env: a variable without a name" "s6-env: usage: s6-env [ -i ] [ name=value... ] [ prog... ]"$'\n'"|100" s6-env =a env
said "s6-env: no such option" "s6-env: usage: s6-env [ -i ] [ name=value... ] [ prog... ]"$'\n'"|100" s6-env -u A env

said "s6-printenv: one" "a b"$'\n'"|0" env "X=a b" s6-printenv X
said "s6-printenv -n" "a b|0" env "X=a b" s6-printenv -n X
said "s6-printenv: an empty one" $'\n'"|0" env X= s6-printenv X
said "s6-printenv: none" "|1" s6-printenv NOSUCH
said "s6-printenv: all" "X=1"$'\n'"|0" env -i X=1 "$B/bin/s6-printenv"
said "s6-printenv: no such option" "s6-printenv: usage: s6-printenv [ -n ] [ variable ]"$'\n'"|100" s6-printenv -0

clean() {
	env -i "$@"
}
said "s6-dumpenv" "|0" clean A=1 B= "C=x"$'\n'"y" "$B/bin/s6-dumpenv" -- d
t_is "s6-dumpenv: a file for each" "$(grep -r '' d | sort)" "d/A:1
d/B:
d/C:x
d/C:y"
said "s6-dumpenv: what reads it gets the same" "1||x"$'\n'"y"$'\n'"|0" clean "$B/bin/s6-envdir" -f d sh -c 'echo "$A|$B|$C"'
said "s6-dumpenv: into what is there" "|0" clean A=2 D=4 "$B/bin/s6-dumpenv" -N d
t_is "s6-dumpenv: one is replaced, the others stay, nothing is left over" "$(ls -A d)" "A
B
C
D"
t_is "s6-dumpenv -N: no newline" "$(od -An -c d/A)" "   2"
said "s6-dumpenv -n: a newline" "|0" clean A=2 "$B/bin/s6-dumpenv" -Nn d
t_is "s6-dumpenv -n: that is how it is without" "$(od -An -c d/A)" '   2  \n'
said "s6-dumpenv -m" "|0" sh -c 'umask 0; exec s6-dumpenv -m 711 m'
t_is "s6-dumpenv -m: of the directory" "$(stat -c %a m)" 711
said "s6-dumpenv: a name that is no file" "s6-dumpenv: warning: unable to write variable a/b to e: Invalid argument"$'\n'"|111" \
	clean a/b=1 c=1 "$B/bin/s6-dumpenv" e
t_is "s6-dumpenv: the others are written" "$(ls -A e)" c
said "s6-dumpenv: no place" "s6-dumpenv: fatal: unable to mkdir no/d: No such file or directory"$'\n'"|111" s6-dumpenv no/d
said "s6-dumpenv: a file there" "s6-dumpenv: fatal: unable to open d/A: Not a directory"$'\n'"|111" s6-dumpenv d/A
said "s6-dumpenv: a mode that is none" "s6-dumpenv: usage: s6-dumpenv [ -N | -n ] [ -m mode ] dir"$'\n'"|100" s6-dumpenv -m 8 d

t_is "s6-cat" "$(printf 'a\0b\nc' | s6-cat | od -An -c)" '   a  \0   b  \n   c'
head -c 300000 /dev/urandom >big
t_ok "s6-cat: much" cmp big <(s6-cat <big)
t_is "s6-cat: what cannot be read" "$(s6-cat <. 2>&1; echo $?)" "s6-cat: fatal: unable to read from stdin: Is a directory
111"
t_is "s6-cat: what cannot be written" "$(s6-cat <big 2>&1 >/dev/full; echo $?)" \
	"s6-cat: fatal: unable to write to stdout: No space left on device
111"
mkfifo in out
s6-cat <in >out &
exec 3>in 4<out
echo first >&3
read -r line <&4
t_is "s6-cat: what there is goes on at once" "$line" first
exec 3>&-
wait $!
t_is "s6-cat: ends with its input" "$?" 0

said "s6-true" "|0" s6-true -x y
said "s6-false" "|1" s6-false -x y
t_done
