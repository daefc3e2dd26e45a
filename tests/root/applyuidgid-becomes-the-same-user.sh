#!/bin/bash
# s6-applyuidgid and s6-envuidgid as root: the same ids and groups as Debian's; many groups; groups of an own file.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/compat.sh"
compat_need

ids='grep -E "^(Uid|Gid|Groups):" /proc/self/status; env | grep -E "^(UID|GID|GIDLIST)=" | sort'
while IFS= read -r row; do
	words=()
	eval "words=($row)"
	compat_same "s6-applyuidgid $row" s6-applyuidgid "${words[@]}" sh -c "$ids"
done <<'ROWS'
-u 5
-u 0
-g 6
-u 5 -g 6
-u 5 -g 6 -G 7,8
-u 5 -g 6 -G ""
-G ""
-G 7
-G 7,0,8
-g 5 -G 7,5,8
-G 7,
-G 7,,8
-G "7 8"
-u 4294967295
-g 4294967295
-u 4294967294 -g 4294967294
-u 5 -u 6
-z -u 5
ROWS
export GID=6 GIDLIST=7,8
compat_same "-U without UID" s6-applyuidgid -U true
for options in -U -Uz -zU "-U -u 9" "-u 9 -U" "-U -G 3" "-G 3 -U" "-U -g 0"; do
	for list in 7,8 "" 6; do
		for who in debian ours; do
			prog=$B/bin/s6-applyuidgid
			[ $who = ours ] || prog=$DEBIAN_S6/s6-applyuidgid
			# shellcheck disable=SC2086
			env UID=5 GID=6 GIDLIST=$list "$prog" $options sh -c "$ids" >"$T/$who" 2>&1
		done
		t_is "s6-applyuidgid $options, GIDLIST=$list" "$(cat "$T/ours")" "$(cat "$T/debian")"
	done
done
unset GID GIDLIST

if ! unshare -m true 2>/dev/null; then
	t_skip "files of our own" "no mount namespace can be made here"
	t_done
fi

# A user of 200 groups, one who is a member of his own group.
{
	for i in $(seq 1 200); do
		echo "g$i:x:$((2000 + i)):many"
	done
	printf 'own:x:500:own,other\nextra:x:501:other,own\nextra2:x:502:own\n'
} >"$T/group"
printf 'root:x:0:0::/:/bin/sh\nmany:x:600:601::/:/bin/sh\nown:x:500:500::/:/bin/sh\nbroken:x:notanumber:5::/:/bin/sh\n' >"$T/passwd"
inside() {
	# shellcheck disable=SC2016
	unshare -m sh -c 'mount --bind "$1" /etc/passwd && mount --bind "$2" /etc/group && shift 2 && "$@"' - \
		"$T/passwd" "$T/group" "$@" 2>&1
}
for name in many own broken nosuch; do
	for prog in s6-envuidgid s6-setuidgid; do
		t_is "$prog $name" "$(inside "$B/bin/$prog" "$name" sh -c "$ids")" \
			"$(inside "$DEBIAN_S6/$prog" "$name" sh -c "$ids")"
	done
done
t_is "s6-envuidgid -g" "$(inside "$B/bin/s6-envuidgid" -g extra sh -c "$ids")" \
	"$(inside "$DEBIAN_S6/s6-envuidgid" -g extra sh -c "$ids")"
t_done
