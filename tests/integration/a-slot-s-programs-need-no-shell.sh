#!/bin/bash
# hexad-slot: does what run, log/run and finish of a slot say, line by line, and refuses what they cannot say.
. "$(dirname "$0")/../lib/tap.sh"
cd "$T" || exit 1
export S6_KEEP_ENV=1 # there is no container's environment here
mkdir home other slot "log dir"

# slot NAME LINE...: a file with these lines.
slot() {
	local f=$1

	shift
	printf '%s\n' '#!/command/hexad-slot' "$@" >"$f"
}
# says FILE WORD...: exit code and output.
says() {
	local out

	out=$(hexad-slot "$@" 2>&1 </dev/null)
	echo "$? $out"
}

slot run 'env A=1' 'env B=it'"'"'s "$(x)" \\.\n2nd' 'env A=2' "dir $T/home" 'exec sh' 'exec -c' 'exec pwd; echo "$A|$B|$#|$1|$2"' 'exec x' 'exec ' 'exec a  b'
t_is "variables and words are what they are, the last of a name counts" "$(says ./run)" "0 $T/home
2|it's \"\$(x)\" \\.
2nd|2||a  b"
slot run 'env PATH=/nowhere' 'exec true'
t_is "a program is looked up in the PATH that it gets" "$(says run)" \
	"127 hexad-slot: fatal: unable to exec true: No such file or directory"
slot run 'env PWD=/wrong' "dir $T/home" 'exec printenv' 'exec PWD'
t_is "where it starts is in its environment" "$(says run)" "0 $T/home"
slot run "dir $T/none" 'exec true'
t_is "no directory" "$(says run)" "111 hexad-slot: fatal: unable to chdir to $T/none: No such file or directory"
slot run 'exec sh' 'exec -c' 'exec exit 7'
t_code "the program's code is its own" 7 hexad-slot run
slot run 'user nobody-is-called-that' 'exec true'
t_is "a user that is not there" "$(says run)" \
	"111 hexad-slot: fatal: unable to become the user 'nobody-is-called-that': No such file or directory"
slot run 'user root' 'exec true'
t_is "a user that one cannot become" "$(says run)" \
	"111 hexad-slot: fatal: unable to become the user 'root': Operation not permitted"

slot finish 'park 0' 'park 78'
for code in 0:125 78:125 1:0 7:0 780:0 256:0; do
	t_code "finish: after ${code%:*}" "${code#*:}" hexad-slot ./finish "${code%:*}" 0 name 1
done
t_code "without a code" 0 hexad-slot finish

slot log 'home-env MY_HOME' "home $T/other" 'log-dir logs/of/it' 'log T'
logs() {
	printf 'one\ntwo\n' | hexad-slot log gateway-x/log 2>&1
}
line='^[0-9-]{10} [0-9:.]{18}  (one|two)$'
t_is "the logger makes its directory below the home" "$(logs; grep -cE "$line" other/logs/of/it/current)" 2
t_is "with the modes that others can look in" "$(stat -c %a other/logs other/logs/of/it)" "755
755"
t_is "the home is the variable's" "$(MY_HOME=$T/home logs; grep -cE "$line" home/logs/of/it/current)" 2
t_is "if that holds an absolute path" "$(MY_HOME=home logs; grep -cE "$line" other/logs/of/it/current)" 4
rm -rf other/logs
t_is "and the directory may have a blank in its name" "$(MY_HOME="$T/log dir" logs; echo "log dir/logs/of/it"/*)" \
	"log dir/logs/of/it/current log dir/logs/of/it/lock log dir/logs/of/it/state"
touch other/victim
for link in logs logs/of logs/of/it; do
	rm -rf other/logs
	mkdir -p "other/$(dirname $link)"
	ln -s "$T/home" "other/$link"
	t_is "a link at $link is not followed" "$(logs)" \
		"hexad-slot: fatal: unable to make the log directory $T/other/logs/of/it: Not a directory"
done
rm -rf other/logs home/*
mkdir -p other/logs/of/it
echo stale >other/logs/of/it/lock
t_is "a lock that is left over is removed" "$(logs; wc -c <other/logs/of/it/lock)" 0
mkdir -p other/logs/of/it/current.d
rm other/logs/of/it/current
mkdir other/logs/of/it/current
t_like "what its logger has to say has the service's name" "$(logs)" '^s6-log: gateway-x/log: fatal: unable to open \./current: '
MY_HOME=$T/none
export MY_HOME
t_is "no home" "$(logs)" "hexad-slot: fatal: unable to open the home $T/none: No such file or directory"
unset MY_HOME

for bad in '' 'user' 'exec' 'what ever' 'env A\x' "env A\\" ' exec true'; do
	slot bad 'exec true' "$bad"
	t_is "a line that is none: '$bad'" "$(says bad)" "100 hexad-slot: fatal: invalid line in bad: $bad"
done
slot bad 'env A' 'exec true'
t_is "a variable without a value" "$(says bad)" "100 hexad-slot: fatal: not a variable: A"
slot bad 'dir /'
t_is "nothing to do" "$(says bad)" "100 hexad-slot: fatal: bad says nothing to do"
slot bad 'home /' 'log T'
t_is "no log directory" "$(says bad)" "100 hexad-slot: fatal: home or log-dir is missing"
strange="100 hexad-slot: fatal: bad is not what hexad writes into a slot"
echo 'exec true' >bad
t_is "no first line" "$(says bad)" "$strange"
: >bad
t_is "an empty file" "$(says bad)" "$strange"
slot bad "env A=$(printf '%16384s' x)" 'exec true'
t_is "one that is too long" "$(says bad)" "$strange"
printf '#!/command/hexad-slot\nexec tr\0ue\n' >bad
t_is "one with a NUL" "$(says bad)" "$strange"
rm bad
mkfifo bad
t_like "something else than a file, and it does not wait for that" "$(says bad)" '^111 hexad-slot: fatal: unable to read bad: '
t_code "no file" 100 hexad-slot
t_done
