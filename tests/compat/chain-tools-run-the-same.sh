#!/bin/bash
# s6-envdir, s6-envuidgid, s6-setsid, s6-softlimit, s6-setlock, s6-applyuidgid: the same environment, limits, locks, codes and
# messages as Debian's, for good, odd and bad words. What needs root is in tests/root.
#
# Known differences, and therefore not in the tables: docs/compat.md.
#
# timeout: 180
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/compat.sh"
compat_need
cd "$T" || exit 1
unset GID GIDLIST

# Usage texts are of different versions.
COMPAT_WHEN='fatal: : |: usage: '
COMPAT_SED='s/fatal: : /fatal: /; s/: usage: .*/: usage/'

# A row of a table: words as the shell reads them.
rows() {
	local name=$1 row
	local -a words

	while IFS= read -r row; do
		[ -n "$row" ] || continue
		eval "words=($row)"
		compat_same "$name $row" "$name" "${words[@]}"
	done
}

# --- s6-envdir ---

mkdir e e/.hidden noread nofile nofile/sub path
printf 'v  \t\nsecond\n' >e/X
: >e/GONE
printf '\n' >e/EMPTY
printf 'a\0b\0\nc' >e/NUL
printf x >'e/A=B'
printf 'abc' >e/PLAIN
printf '  \n' >e/BLANK
printf 'cr\r\n' >e/CR
printf '\n\n' >e/TWO
printf 'a\n\n' >e/AN
printf '\0' >e/ONUL
printf 'x \0 \n' >e/XNUL
for n in 4094 4095 4096 5000; do
	head -c $n /dev/zero | tr '\0' q >e/BIG$n
	{ head -c $((n - 1)) /dev/zero | tr '\0' q; echo; } >e/BIGN$n
done
chmod 0 noread
echo /nonexistent >path/PATH
export GONE=here
show='sort -z | tr "\0\n" "\n|" | grep -E "^(X|GONE|EMPTY|NUL|A|PLAIN|BLANK|CR|TWO|AN|ONUL|XNUL|BIG.*|.hidden)="'
for options in "" -n -f -nf "-c :" "-c xy" "-fnc :" -i -I; do
	# shellcheck disable=SC2086
	compat_same "s6-envdir $options" s6-envdir $options e sh -c "env -0 | $show"
done
for n in 4094 4095 4096 5000; do
	compat_same "s6-envdir, $n bytes" s6-envdir -f e sh -c "echo \${#BIG$n} \${#BIGN$n}"
done
compat_same "s6-envdir -fL has no limit" s6-envdir -fL e sh -c 'echo ${#BIG5000} ${#BIGN5000}'
rows s6-envdir <<'ROWS'
-z e true
e
""

-I
/nonexistent true
-I /nonexistent echo ok
-I -i /nonexistent echo ok
e/X true
-I e/X true
noread true
nofile true
"" true
-c "" e true
-c
e /nonexistent
e /etc/passwd
-- e echo ok
path true
path sh -c 'echo $PATH'
e sh -c 'exit 9'
ROWS

# --- s6-envuidgid ---

member=$(awk -F: '$4 != "" { split($4, u, ","); print u[1]; exit }' /etc/group)
ids='sh -c "env | grep -E \"^(UID|GID|GIDLIST)=\" | sort"'
export GID=oldgid GIDLIST=oldlist
rows s6-envuidgid < <(
	for account in root daemon "${member:-games}" nosuch "" 77 : daemon: :daemon daemon:nosuch nosuch:daemon a:b:c :7 +7 --; do
		for options in "" -u -g -B -n -un -ng "-D 3:4:5,6" "-nBD 3:4:5,6" "-u -D 3:4:5" "-D 3:4:5 -i"; do
			echo "$options -- '$account' $ids"
		done
	done
	for account in daemon:daemon 5:6 5:daemon; do
		for options in -B -n -nBD3:4; do
			echo "$options $account $ids"
		done
	done
	for defaults in x "" 1 1: 1:2 1:2: 1:2:x :5 ::7,8 '1:2:3,4,' 99999999999 1:2:3:4 "1:2:3 4" 1:y; do
		echo "-D '$defaults' nosuch $ids"
	done
)
rows s6-envuidgid <<'ROWS'

root
-D
-z root true
root /nonexistent
root /etc/passwd
ROWS
unset GID GIDLIST

# --- s6-applyuidgid, as far as an ordinary user gets ---

rows s6-applyuidgid <<'ROWS'

-u
-u x true
-u -1 true
-u 99999999999 true
-g x true
-G x true
-G ,7 true
-z
-q true
echo ok
-z echo ok
-- echo ok
-U true
-u 5 true
-g 5 true
-G 5 true
-G "" true
-u 4294967295 true
-g 4294967295 true
/nonexistent
ROWS
export GID=x GIDLIST=7
compat_same "s6-applyuidgid -U, no UID" s6-applyuidgid -U true
compat_same "s6-applyuidgid -z removes them" s6-applyuidgid -z sh -c 'echo ${GID-no} ${GIDLIST-no}'
for values in "x 5 7" "5 x 7" "5 6 x" "5 6 ,7" "5 6 7,8"; do
	read -r uid gid list <<<"$values"
	for who in debian ours; do
		prog=$B/bin/s6-applyuidgid
		[ $who = ours ] || prog=$DEBIAN_S6/s6-applyuidgid
		env UID="$uid" GID="$gid" GIDLIST="$list" "$prog" -U true >"u.$who" 2>&1
		echo "code $?" >>"u.$who"
	done
	t_is "s6-applyuidgid -U with $values" "$(cat u.ours)" "$(sed -E "$COMPAT_SED" u.debian)"
done
unset GID GIDLIST

# --- s6-setsid ---

groups='sh -c "ps -o pid=,pgid=,sid= -p \$\$ | awk \"{ print (\\\$1 == \\\$2), (\\\$1 == \\\$3) }\""'
rows s6-setsid < <(
	for options in "" -s -b -i -bi -q -sq "-d 0" -I; do
		echo "$options $groups"
	done
)
rows s6-setsid <<'ROWS'

-s
/nonexistent
/etc/passwd
sh -c 'exit 5'
-- echo ok
ROWS
lead() {
	local who=$1

	shift
	if [ "$who" = debian ]; then
		setsid -w "$DEBIAN_S6/s6-setsid" "$@"
	else
		setsid -w "$B/bin/s6-setsid" "$@"
	fi >"lead.$who" 2>&1
	echo "code $?" >>"lead.$who"
}
for options in "" -i -I -q -b "-f -d 0" "-fi -d 0" "-gq -d 9" "-gi -d 9"; do
	for who in debian ours; do
		# shellcheck disable=SC2086
		lead $who $options echo over </dev/null
	done
	t_is "s6-setsid $options of a session leader" "$(cat lead.ours)" "$(cat lead.debian)"
done

# --- s6-softlimit ---

limits='sh -c "cat /proc/self/limits | sed -E \"s/ +/ /g\""'
ulimit -Sn 100
ulimit -Hn 200
rows s6-softlimit < <(
	for options in "" "-o 50" "-o =" "-o 5000" "-o 0" "-H -o 150" "-h -o 150" "-h -o 50" "-H -o =" "-h -o =" "-H -o 300" \
		"-c 0" "-c =" "-H -c 512" "-a 100000000000" "-d 100000000" "-f 100000" "-l 4096" "-m 2000000000" "-p 3000" \
		"-r 100000000" "-s 9000000" "-t 100" "-m =" "-o 60 -h -o 150 -H -c 0" "-o 18446744073709551615" \
		"-o 18446744073709551614" "-h -o 150 -H -f 100000"; do
		echo "$options $limits"
	done
)
rows s6-softlimit <<'ROWS'
-o x true
-o -1 true
-o "" true
-o 50x true
-o 18446744073709551616 true
-o
-H -o 50x true
/nonexistent
-- echo ok
ROWS

# --- s6-setlock ---

echo x >./readonly
chmod 444 readonly
rows s6-setlock <<'ROWS'

L
-n L
-t x L true
-x L true
L echo ok
-n L echo ok
-w L echo ok
-N L echo ok
-r L echo ok
-rn L echo ok
-t 100 L echo ok
"" true
nodir/x true
. true
-r . echo ok
-n readonly true
-rn readonly echo ok
-r new1 echo ok
L /nonexistent
L /etc/passwd
L sh -c 'exit 6'
ROWS
mkfifo hold
for how in -w -r; do
	"$B/bin/s6-setlock" $how L sh -c 'echo locked >hold; exec cat hold' >/dev/null &
	holder=$!
	read -r <hold
	rows s6-setlock <<'ROWS'
-n L echo ok
-rn L echo ok
-nr L echo ok
-t 100 -n L echo ok
ROWS
	for options in "-t 200" "-n -t 200" "-rt 200"; do
		# shellcheck disable=SC2086
		compat_run debian s6-setlock $options L echo ok
		want="$C_CODE $C_OUT"
		# shellcheck disable=SC2086
		compat_run ours s6-setlock $options L echo ok
		t_is "s6-setlock $options against $how" "$C_CODE $C_OUT" "$want"
		[ "$C_CODE" = 0 ] || t_is "  and the message is 2.15's" "$C_ERR" "s6-setlock: fatal: lock L: timed out"
	done
	echo >hold
	wait "$holder"
done
t_is "a lock file is made as by s6" "$(stat -c '%a %s' L)" "644 0"
t_is "-d: the lock is on that descriptor" "$("$B/bin/s6-setlock" -d 7 L readlink /proc/self/fd/7)" "$T/L"
t_is "the alarm is as it was" "$("$B/bin/s6-setlock" -t 1000 L grep SigIgn /proc/self/status)" "$(grep SigIgn /proc/self/status)"
t_done
