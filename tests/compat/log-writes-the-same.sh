#!/bin/bash
# s6-log: the same input gives the same directories, output and messages as Debian's, up to stamps.
#
# Known differences, and therefore not in the tables: -t and R are 2.15's; a last line without a newline is
# kept; an empty file is not archived after an unclean stop (2.15).
#
# timeout: 300
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/compat.sh"
compat_need
cd "$T" || exit 1

seq 1 6000 | sed 's/$/ a line that is long enough to fill a file/' >big

# Both programs in a fresh directory each, called dir there: the same code, output and messages, and the same files.
both() {
	local desc=$1 input=$2 who prog

	shift 2
	for who in debian ours; do
		prog=$B/bin/s6-log
		[ $who = ours ] || prog=$DEBIAN_S6/s6-log
		spawn "$B/dirs" fresh work
		if [ -d before ]; then
			spawn cp -a before work/dir
		fi
		cd work || exit
		spawn -t 20 "$prog" -- "$@" <"$input" >out 2>err
		echo "code $?" >code
		cd .. || exit
		spawn "$B/dirs" texts work >all
		spawn sed -E "$COMPAT_STAMPS" all >"seen-$who"
	done
	if spawn cmp -s seen-debian seen-ours; then
		t_pass "$desc"
	else
		t_fail "$desc" "$(diff -U5 seen-debian seen-ours | head -n 40)"
	fi
}

scripts=(
	"1 n10 s1000000 T ./dir" "n5 s4096 l0 ./dir" "n10 s10000 t ./dir" "n3 s5000 l100 T ./dir"
	"n0 s4096 ./dir" "n100 s8192 S20000 ./dir" "-[0-4] n20 s4096 ./dir" "+9 f n5 ./dir"
	"n3 s4096 pfix t T ./dir" "f 1 +7 t 1 f ./dir" "-. +77 =st/x" "^50 -. +77 t =st" "^0 -. +^12 pa =st"
	"E5 -. +77.*77 2" "t E5 -. +^600 T 2" "l2001 s4096 1" "- 1"
)
for script in "${scripts[@]}"; do
	read -ra words <<<"$script"
	both "$script" "$T/big" "${words[@]}"
done

echo hello >hello
wrong=(
	"zz" "n" "n 1" "nx" "n10 zz" "n-1 1" "n4294967296 1" "s99999999999 1" "S99999999999999999999999 1"
	"^x 1" "= 1" "f" "t" "+( 1" "-( 1" "1x" "2x" "fx 1" "tx" "TT" "e" "l99999 1" "s8192 l4097 1" "p"
	"/nope/x/y"
)
for script in "${wrong[@]}"; do
	read -ra words <<<"$script"
	both "wrong: $script" "$T/hello" "${words[@]}"
done

printf 'a\0b\n\nlast\n' >nul
both "NUL ends a line" "$T/nul" t 1
for n in 47 48 49 96 97; do
	printf "%0${n}d\n" 7 >long
	both "a line of $n bytes, 48 allowed" "$T/long" 1 ./dir
	for who in debian ours; do
		compat_run $who s6-log -d 2 1
		eval "refused_$who=\$C_CODE\ \$C_ERR"
		prog=$B/bin/s6-log
		[ $who = ours ] || prog=$DEBIAN_S6/s6-log
		"$prog" -l 10 1 <long >"cut-$who"
	done
	t_is "$n bytes are cut the same" "$(cat cut-ours)" "$(cat cut-debian)"
done
# shellcheck disable=SC2154
t_is "a notification fd of 2 is refused" "$refused_ours" "$refused_debian"

# Scripts of words picked at random, most of which mean something.
pool=(n0 n2 n10 n S0 S5000 Sx s4096 s100 s9000 l0 l100 l2048 l9999 r10 rx E0 E5 E ^0 ^20 ^5000 ^ pfix p 'pa b' t T t T tx f f
	-. +. -a +a '+^b' '-c$' '-[' '+(' '-' '+' + 1 1 1x 2 2 '=st' '=st' '=./st' '=' ./dir ./dir ./dir . .x '?cat' '!' '?' zz "" -7)
printf '%s\n' a b c abc "a b c" "" 7 "ends with c" "$(seq -s ' ' 1 100)" >mixed
RANDOM=815
for _ in {1..30}; do
	words=()
	while [ ${#words[@]} -lt $((RANDOM % 6 + 2)) ]; do
		words+=("${pool[RANDOM % ${#pool[@]}]}")
	done
	# The same directory twice in a script is nobody's business.
	[ "$(printf '%s\n' "${words[@]}" | grep -c '^[.]')" -lt 2 ] || continue
	both "random: ${words[*]}" "$T/mixed" "${words[@]}"
done

# What an earlier logger left: closed cleanly, killed, killed while a processor ran.
mkdir before
echo old >before/current
chmod 744 before/current
both "a clean start appends" "$T/hello" ./dir
chmod 644 before/current
echo s >before/state
both "an unclean start archives" "$T/hello" ./dir
echo in >before/previous
echo out >before/processed
chmod 744 before/processed
both "a finished processor's output is kept" "$T/hello" ./dir
rm -rf before

both "a processor of a shell" "$T/hello" n3 '?sed s/l/L/' ./dir
head -200 big >some
both "a processed archive" "$T/some" s4096 '?sed s/line/LINE/' ./dir
both "a processor of execlineb" "$T/some" s4096 '!sed s/line/LINE/' ./dir
t_done
