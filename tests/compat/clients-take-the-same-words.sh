#!/bin/bash
# timeout: 400
# s6-svok, s6-svstat, s6-svscanctl, s6-svwait, s6-svlisten1, s6-svlisten and s6-svc without a tree: odd words, missing and broken
# directories, from a table and generated ones, give Debian's output, codes and messages. The usage text may be longer.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/compat.sh"
compat_need

cd "$T" || exit
mkdir -p plain half/supervise odd/supervise/control stale/supervise ev/event ev/supervise closed/supervise -- --
mkfifo stale/supervise/control
touch file half/supervise/lock
chmod 0 closed/supervise
# Down, never supervised by anybody who is still there; a status that is too short.
for d in st short; do
	mkdir -p $d/supervise $d/event
	touch $d/supervise/lock
done
head -c 35 /dev/zero >st/supervise/status
printf abc >short/supervise/status
mkdir -p sc/.s6-svscan odd-sc/.s6-svscan/control

# A result as one line, into RESULT: usage texts may differ.
result() {
	compat_run "$@"
	# shellcheck disable=SC2001 # of each line
	[[ $C_ERR != *": usage: "* ]] || C_ERR=$(sed 's/: usage: .*/: usage/' <<<"$C_ERR")
	RESULT="code $C_CODE ${C_OUT//$'\n'/\\n} ${C_ERR//$'\n'/|}"
}

# What is different by intention: NAME, into RESULT, which is Debian's.
expect() {
	case $RESULT in
	"code 100 "*"s6-svc: fatal: unable to control "*": supervisor not listening"*) RESULT="code 102 ${RESULT#code 100 }" ;;
	"code 100 "*"s6-svc: fatal: something is wrong"*) RESULT="code 1 ${RESULT#code 100 }" ;;
	esac
	RESULT=${RESULT//s6-svc: fatal: unable to control/s6-svc: warning: unable to control}
	RESULT=${RESULT//s6-svc: fatal: something is wrong/s6-svc: warning: something is wrong}
	RESULT=${RESULT//s6-svwait: fatal: timed out/$1: fatal: timed out}
	RESULT=${RESULT//combined with -r- using/combined with -r - using}
}

differing=
ncalls=0
compare() {
	local want

	result debian "$@"
	expect "$1"
	want=$RESULT
	# Several directories are 2.15's.
	[[ $want != *"ignoring extra arguments"* ]] || return
	result ours "$@"
	ncalls=$((ncalls + 1))
	[ "$RESULT" = "$want" ] || differing+="$*: $RESULT, not $want"$'\n'
}
verdict() {
	t_is "$1: $ncalls calls" "$differing" ""
	differing=
	ncalls=0
}

for command in s6-svok s6-svstat s6-svscanctl s6-svlisten1; do
	for args in "" plain "-x plain" -- "-- plain" "plain file" none file half closed ev short "--help" "- plain" "- x" "st st" sc odd-sc; do
		read -ra words <<<"$args"
		compare $command "${words[@]}"
	done
	compare $command ""
	verdict $command
done
for args in "-n st" "-o x st" "-o , st" "-o ,up st" "-o up, st" "-o up,,pid st" "-u -o pid st" "-uuuuuuuuuuuuuuuuu st" "-z st" "-o st" "-o" \
	"-o up,up,up,up,up,up,up,up,up,up,up,up,up,up,up,up,up st"; do
	read -ra words <<<"$args"
	compare s6-svstat "${words[@]}"
done
compare s6-svstat -o "" st
verdict "s6-svstat's options"
for args in "-a plain" "-zabhitqnN plain" "-r plain" "-s plain" "-a none" "-t file" "-a -- plain" "-a -n -t plain" "-aX plain" "-a sc" \
	"-tb sc" "-a odd-sc"; do
	read -ra words <<<"$args"
	compare s6-svscanctl "${words[@]}"
done
verdict "s6-svscanctl's options"
# Debian's also waits that long for its helper: a second is much for that, and little for all of these.
for args in "-u st" "-D st" "-U st" "-r st" "-R st" "-uU st"; do
	read -ra words <<<"$args"
	compare s6-svwait -t 1000 "${words[@]}"
	compare s6-svlisten1 -t 1000 "${words[@]}" true
done
compare s6-svlisten -t 1000 -u st "" true
for args in "-d st" "-Dd st" "-ud st" "-a -d st" "-o -d st" "-u none" "-u short" "-u ev" "-u plain" "-x st" "-d -- st" "-- -d st" \
	"-u file" "-u closed"; do
	read -ra words <<<"$args"
	compare s6-svwait -t 10000 "${words[@]}"
	compare s6-svlisten -t 10000 "${words[@]}" "" true
	# -a and -o are not s6-svlisten1's.
	compare s6-svlisten1 -t 10000 "${words[@]}" true
	compare s6-svlisten1 -t 10000 "${words[@]}" ./none
done
for args in "-t x st" "-t -1 st" "-t 99999999999 st" "-t" "-t10000d st" "-d st st" "-ao -t 10000 -d st st" "-o -t 10000 -d st ev"; do
	read -ra words <<<"$args"
	compare s6-svwait "${words[@]}"
	compare s6-svlisten "${words[@]}" "" true
done
compare s6-svlisten -t 1000 -ro st "" true
compare s6-svlisten -d ""
compare s6-svlisten1 -d st
compare s6-svlisten -d st "" ./none
verdict "the waiting ones' options"
for args in "-u plain" "-x" "-u" "-w plain" "-wx plain" "-wu" "-wu -T 1000 st" "-wd -T 10000 st" "-wU -T 1000 st" "-wR -T 1000 st" \
	"-wdD -T 10000 st" "-w d -T 10000 st" "-T 50 -u none" "-T x -u none" "-Q plain" "-abqhkti12pcyroduDUxOQ plain" "-z plain" "-1 -2 plain" \
	"-u stale" "-u half" "-u odd" "-u file" "-u closed" "-u file/x" "-- -u" "-u -- plain" "-" "-u-" "--up" "-uT"; do
	read -ra words <<<"$args"
	compare s6-svc "${words[@]}"
done
compare s6-svc -u ""
verdict "s6-svc's options"

# Words by chance, with a timeout in front that bounds them.
generate() {
	awk -v n="$1" -v words="$2" -v seed="$3" 'BEGIN {
		srand(seed)
		k = split(words, word, " ")
		for (i = 0; i < n; i++) {
			s = ""
			for (j = int(rand() * 4) + 1; j > 0; j--)
				s = s word[int(rand() * k) + 1] " "
			print s
		}
	}'
}
while read -ra words; do
	compare s6-svstat "${words[@]}"
done < <(generate 60 "-u -n -w -o up,pid -uw -N -rp st none plain closed -- - -z -e -st" 11)
while read -ra words; do
	compare s6-svscanctl "${words[@]}"
done < <(generate 40 "-a -n -an -z -hb -t -N -x sc odd-sc none plain file -- -" 12)
while read -ra words; do
	compare s6-svwait -d -t 10000 "${words[@]}"
	compare s6-svlisten -d -t 10000 "${words[@]}" "" true
done < <(generate 40 "-d -a -o -da -Dx -ud -- - st st st" 13 | grep st)
while read -ra words; do
	compare s6-svc -T 50 "${words[@]}"
done < <(generate 60 "-u -d -x -o -ti -wu -wd -T 50 -- - -z plain none stale half st" 14 | grep -v -e -w)
verdict "generated words"

# 2.15's own, which Debian's has not.
compat_run ours s6-svwait
t_is "s6-svwait of nothing is done" "$C_CODE $C_ERR" "0 "
compat_run ours s6-svlisten "" echo "done"
t_is "s6-svlisten to nothing runs its program" "$C_CODE $C_OUT" "0 done"
t_done
