#!/bin/bash
# s6-head, s6-tail, s6-sort, s6-ls, s6-seq: lines, their options and their errors.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/said.sh"
cd "$T" || exit 1

# given TEXT CMD...: the command's output with TEXT (of printf) as its input, in one line.
given() {
	local text=$1

	shift
	# shellcheck disable=SC2059
	printf "$text" | "$@" 2>&1 | tr '\n\0' ',;'
}

t_is "s6-head: ten lines" "$(seq 20 | s6-head | tail -n 1)" 10
t_is "s6-head -3" "$(given '1\n2\n3\n4\n' s6-head -3)" "1,2,3,"
t_is "s6-head -n" "$(given '1\n\n3\n4\n' s6-head -n 2)" "1,,"
t_is "s6-head -n: fewer, and no newline" "$(given '1\n2' s6-head -n 7)" "1,2"
t_is "s6-head -n 0" "$(given '1\n2' s6-head -n 0)" ""
t_is "s6-head -c" "$(given '1\n23\n' s6-head -c 3)" "1,2"
t_is "s6-head -c: fewer" "$(given '1\n' s6-head -c 300000)" "1,"
seq 50000 >many
t_is "s6-head: more than one read" "$(s6-head -n 49999 <many | md5sum)" "$(head -n 49999 many | md5sum)"
t_is "s6-head: whoever reads the same file goes on behind it" "$({ s6-head -2; s6-head -c 4; cat; } <many | md5sum)" "$(md5sum <many)"
t_is "s6-head: nobody can read it" "$(s6-head -1 2>&1 <many >/dev/full; echo $?)" \
	"s6-head: fatal: unable to write to stdout: No space left on device
111"
t_is "s6-head: what cannot be read" "$(s6-head <. 2>&1; echo $?)" "s6-head: fatal: unable to read from stdin: Is a directory
111"
said "s6-head: no number" "s6-head: usage: s6-head [ -1..-9 | -n lines | -c chars ]"$'\n'"|100" s6-head -n x
said "s6-head: an option that is none" "s6-head: usage: s6-head [ -1..-9 | -n lines | -c chars ]"$'\n'"|100" s6-head -0

t_is "s6-tail: ten lines" "$(seq 20 | s6-tail | head -n 1)" 11
t_is "s6-tail -2" "$(given '1\n2\n3\n' s6-tail -2)" "2,3,"
t_is "s6-tail -n: the last one without a newline" "$(given '1\n2\n3' s6-tail -n 2)" "2,3"
t_is "s6-tail -n: empty ones" "$(given '1\n\n\n' s6-tail -n 2)" ",,"
t_is "s6-tail -n: fewer" "$(given '1\n2\n' s6-tail -n 2)" "1,2,"
t_is "s6-tail -n 0" "$(given '1\n2\n' s6-tail -n 0)" ""
t_is "s6-tail -c" "$(given '1\n23\n' s6-tail -c 3)" "23,"
t_is "s6-tail: nothing" "$(given '' s6-tail)" ""
for n in 1 9 20000 49999 50000 60000; do
	t_is "s6-tail: $n of many" "$(s6-tail -n $n <many | md5sum)" "$(tail -n $n many | md5sum)"
	t_is "s6-tail: $n bytes of many" "$(s6-tail -c $n <many | md5sum)" "$(tail -c $n many | md5sum)"
done
said "s6-tail: no number" "s6-tail: usage: s6-tail [ -1..-9 | -n lines | -c chars ]"$'\n'"|100" s6-tail -c

t_is "s6-sort" "$(given 'b\na\n\nB\nab' s6-sort)" ",B,a,ab,b,"
t_is "s6-sort -r" "$(given 'b\na\nc\n' s6-sort -r)" "c,b,a,"
t_is "s6-sort -f: the same ones stay in their order" "$(given 'b\nA\nB\na\n' s6-sort -f)" "A,a,b,B,"
t_is "s6-sort -fu: the first of them" "$(given 'b\nA\nB\na\n' s6-sort -fu)" "A,b,"
t_is "s6-sort -fr: the same ones too" "$(given 'b\nA\nB\na\n' s6-sort -fr)" "b,B,A,a,"
t_is "s6-sort -b" "$(given ' b\n\ta\nc\n' s6-sort -b)" "	a, b,c,"
t_is "s6-sort -u" "$(given 'b\na\nb\na\n' s6-sort -u)" "a,b,"
t_is "s6-sort -0" "$(given 'b\n1\0a\0' s6-sort -0)" "a;b,1;"
t_is "s6-sort: bytes that are no letters" "$(given '\377\nz\n\0\n' s6-sort | od -An -tx1)" " 3b 2c 7a 2c ff 2c"
t_is "s6-sort: nothing" "$(given '' s6-sort)" ""
t_is "s6-sort: many" "$(shuf many | s6-sort | md5sum)" "$(LC_ALL=C sort many | md5sum)"
for row in "a b 0" "b a 1" "a a 0" "-r b a 0" "-u a a 1" "-fu a A 1" "-b b _a 1"; do
	read -r -a word <<<"$row"
	n=${#word[@]}
	printf '%s\n' "${word[@]:n - 3:2}" | tr _ ' ' | s6-sort -c "${word[@]:0:n - 3}"
	t_is "s6-sort -c: $row" "$?" "${word[n - 1]}"
done
t_is "s6-sort: what cannot be read" "$(s6-sort <. 2>&1; echo $?)" "s6-sort: fatal: unable to read from stdin: Is a directory
111"
said "s6-sort: an option that is none" "s6-sort: usage: s6-sort [ -0 ] [ -b ] [ -c ] [ -f ] [ -r ] [ -u ]"$'\n'"|100" s6-sort -n

mkdir d
touch d/b d/A d/.h d/a
said "s6-ls" "A"$'\n'"a"$'\n'"b"$'\n'"|0" s6-ls d
t_is "s6-ls -A" "$(given '' s6-ls -A d)" ".h,A,a,b,"
t_is "s6-ls -a" "$(given '' s6-ls -a d)" ".,..,.h,A,a,b,"
t_is "s6-ls -0" "$(given '' s6-ls -0 d)" "A;a;b;"
t_is "s6-ls -x" "$(given '' s6-ls -A -x a -x .h -x nosuch d)" "A,b,"
said "s6-ls: no directory" "s6-ls: fatal: unable to read directory d/a: Not a directory"$'\n'"|111" s6-ls d/a
said "s6-ls: nothing there" "s6-ls: fatal: unable to read directory no: No such file or directory"$'\n'"|111" s6-ls no
said "s6-ls: no name" "s6-ls: usage: s6-ls [ -0 ] [ -a | -A ] [ -x exclude ]... dir"$'\n'"|100" s6-ls -a

t_is "s6-seq: from 1" "$(given '' s6-seq 3)" "1,2,3,"
t_is "s6-seq: from another" "$(given '' s6-seq 8 10)" "8,9,10,"
t_is "s6-seq: by steps" "$(given '' s6-seq 1 3 9)" "1,4,7,"
t_is "s6-seq: down" "$(given '' s6-seq 5 -2 -- 1 2>&1; given '' s6-seq 5 -2 1)" \
	"s6-seq: usage: s6-seq [ -w ] [ -s sep ] [ first [ incr ] ] last,5,3,1,"
t_is "s6-seq: from below" "$(given '' s6-seq -- -2 0)" "-2,-1,0,"
t_is "s6-seq: none" "$(given '' s6-seq 3 1)" ""
t_is "s6-seq -s" "$(given '' s6-seq -s ': ' 3)" "1: 2: 3,"
t_is "s6-seq -w" "$(given '' s6-seq -w 9 11)" "09,10,11,"
t_is "s6-seq -w: with a sign" "$(given '' s6-seq -w -- -1 1)" "-1,00,01,"
t_is "s6-seq: many" "$(s6-seq 50000 | md5sum)" "$(md5sum <many)"
usage="s6-seq: usage: s6-seq [ -w ] [ -s sep ] [ first [ incr ] ] last"$'\n'"|100"
said "s6-seq: no step" "$usage" s6-seq 1 0 2
said "s6-seq: no number" "$usage" s6-seq 1x
said "s6-seq: too great a number" "$usage" s6-seq 9223372036854775807
said "s6-seq: nothing" "$usage" s6-seq
t_done
