#!/bin/bash
# timeout: 300
# s6-svdt, s6-svdt-clear and s6-permafailon: the same lines, decisions, messages and files as Debian's, on tallies made
# byte by byte; lists of causes from a table and generated ones.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/compat.sh"
compat_need

now=$(date +%s)

# tally FILE [AGE CODE SIGNAL]...: the records of deaths that long ago.
tally() {
	local file=$1 hex='' record

	shift
	while [ $# -gt 0 ]; do
		printf -v record '%016x%08x%02x%02x' $((0x4000000000000000 + now - $1 + 37)) $(($1 * 1000)) "$2" "$3"
		hex+=$record
		shift 3
	done
	printf '%b' "$(printf '%s' "$hex" | sed 's/../\\x&/g')" >"$file"
}
mkdir -p "$T/t/supervise"
tally "$T/t/supervise/death_tally" 100000 0 0 9000 3 0 8000 143 15 7000 134 6 6000 129 1 5000 200 0 300 137 9 200 3 0
many=()
for i in {4200..1}; do
	many+=("$i" $((i % 256)) 0)
done
tally "$T/many" "${many[@]}"

mkdir -p "$T/setup"/{s/supervise,fresh/supervise,never,bad/supervise,dir/supervise/death_tally,closed/supervise}
cp "$T/t/supervise/death_tally" "$T/setup/s/supervise"
cp "$T/t/supervise/death_tally" "$T/setup/closed/supervise"
printf abcdef >"$T/setup/bad/supervise/death_tally"
touch "$T/setup/file"
ln -s s "$T/setup/link"
setup="spawn cp -a '$T/setup/.' .; spawn chmod 0 closed/supervise"
for args in "s" "-s s" "-S s" "-sS s" "-Ss s" "-n 0 s" "-n 0 none" "-n 0 fresh" "-n 1 s" "-n 8 s" "-n 9 s" "-n 5000 s" "-n x s" "-n -1 s" "-n" \
	"-n 4294967296 s" "-sn 3 s" "-sn3 s" "fresh" "never" "bad" "-n 0 bad" "dir" "file" "none" "link" "closed" "s none" \
	"" "-x s" "--help" "-- s"; do
	read -ra words <<<"$args"
	compat_files "svdt $args" "$setup" s6-svdt "${words[@]}"
done
compat_files "svdt of an empty name" "$setup" s6-svdt ""
compat_files "svdt, umask 077" "$setup; umask 077" s6-svdt fresh
long="mkdir -p s/supervise; cp '$T/many' s/supervise/death_tally"
for n in "" "-n 4096" "-n 4100" "-n 10"; do
	read -ra words <<<"$n"
	compat_files "svdt $n of 4200 deaths" "$long" s6-svdt "${words[@]}" s
done
for args in "s" "fresh" "never" "bad" "file" "none" "link" "closed" "s none" "" "-x" "--" "-- s"; do
	read -ra words <<<"$args"
	compat_files "svdt-clear $args" "$setup" s6-svdt-clear "${words[@]}"
done
compat_files "svdt-clear, umask 077" "$setup; umask 077" s6-svdt-clear s

permafail() {
	compat_files "permafailon $*" "$setup; cd '$T/t'" s6-permafailon "$@"
}
for args in "1000 1 0-255" "1000 2 0-255" "1000 3 0-255" "7500 1 134" "7500 1 135" "7500 5 0-255" "200000 8 0-255" \
	"200000 9 0-255" "4294967295 8 0-255" "0 1 0-255" "1000 0 3" "1000 4294967295 3" "1000 4294967296 3" "4294967296 1 3" \
	"x 1 3" "1 x 3" "1000 1" "1000" "" "-- 1000 1 3" "-1 1 3" "1000 1 3" "1000 1 SIGKILL" "1000 1 137"; do
	read -ra words <<<"$args"
	permafail "${words[@]}"
	permafail "${words[@]}" echo run on
done
permafail 1000 9 3 "$T/none"
permafail 1000 9 3 /etc/passwd
for where in fresh never bad; do
	compat_files "permafailon in $where" "$setup; cd $where" s6-permafailon 1000 1 0-255 echo run
done

# Lists: what is in them shows by whether they match one of the deaths.
same_lists() {
	local what=$1 list differing=

	shift
	cd "$T/t" || exit
	for list; do
		compat_run debian s6-permafailon 9500 1 "$list" echo run
		want="$C_CODE $C_OUT $C_ERR"
		compat_run ours s6-permafailon 9500 1 "$list" echo run
		[ "$C_CODE $C_OUT $C_ERR" = "$want" ] || differing+="'$list': $C_CODE $C_OUT $C_ERR, not $want"$'\n'
	done
	t_is "permafailon: $what: ${#@} lists mean the same" "$differing" ""
}
same_lists "a table" "" " " "," "3" "3," ",3" "3,,4" "1 2;3	4" $'1\r\n3' $'1\v3' "1-5" "5-1" "3-3" "1-" "-1" "1--2" "1- 3" "1 -3" "1-,3" \
	"1-2-3" "1-x" "1-2x" "003" "255" "256" "300-" "5-256" "256-5" "4294967296" "4294967299" "99999999999999999999" \
	"1-99999999999999999999" "TERM" "term" "SIGTERM" "sigTerm" "SIG15" "sig6" "SIG6,15" "ABRT" "IOT" "HUP" "KILL" "9" "SIG" \
	"SIG0" "SIG64" "SIG65" "SIG99" "SIG99x" "SIG256" "SIGFOO" "SIGSIGTERM" "TERM-1" "TERM,HUP" "TERM HUP" \
	"3SIGTERM" "1TERM" "TERMX" "0x3" "+3" "3*" "1.3" "CLD" "POLL" "IO" "STKFLT" "RTMIN" "EXIT" "*" "-" "A"
mapfile -t generated < <(awk 'BEGIN {
	srand(4711)
	n = split("0 3 12 137 143 255 256 - - , ; TERM HUP kill SIG9 SIG SIG70 x 1-5 100-200 7-3", piece, " ")
	piece[++n] = " "
	for (i = 0; i < 300; i++) {
		s = ""
		for (k = int(rand() * 5) + 1; k > 0; k--)
			s = s piece[int(rand() * n) + 1]
		print s
	}
}')
same_lists "generated" "${generated[@]}"
t_done
