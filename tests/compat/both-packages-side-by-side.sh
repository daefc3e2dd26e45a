#!/bin/bash
# Debian's s6 and ours in one system: ours are links in /command, made by asking the program for its names; no file of Debian's is
# touched; the order of PATH decides, and what only one has is found in any order. Every command of Debian's has its row in
# docs/compat.md.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/compat.sh"
compat_need

root=$T/root
mkdir -p "$root/usr"
B=$B DESTDIR=$root sh "$T_ROOT/rootfs/install"
ours=$root/command
mapfile -t names < <("$B/hexad-shim" --list)
mapfile -t debian < <(cd "$DEBIAN_S6" && printf '%s\n' s6-*)

t_is "the list is sorted" "$(printf '%s\n' "${names[@]}")" "$(printf '%s\n' "${names[@]}" | LC_ALL=C sort -u)"
t_is "nothing is put where Debian's are" "$(find "$root" -path '*/bin/*')" ""
t_is "every name is a link to the program" \
	"$(for n in "${names[@]}"; do readlink "$ours/$n"; done | sort -u)" hexad-shim
t_is "no other link is" "$(find "$ours" -lname hexad-shim | wc -l)" "${#names[@]}"

# which DIRS...: where each of Debian's names and ours is found.
found() {
	local n

	for n in "${names[@]}" "${debian[@]}" s6-svscan s6-supervise; do
		(PATH=$1 && command -v "$n") || echo "nowhere: $n"
	done | sort -u
}
theirs=$(comm -13 <(printf '%s\n' "${names[@]}" s6-svscan s6-supervise | LC_ALL=C sort) \
	<(printf '%s\n' "${debian[@]}" | LC_ALL=C sort))
t_is "first on PATH, ours are found, and Debian's where there is no other" "$(found "$ours:$DEBIAN_S6" | grep -v "^$ours/")" \
	"$(while read -r n; do echo "$DEBIAN_S6/$n"; done <<<"$theirs")"
t_is "last on PATH, only what Debian has not" \
	"$(found "$DEBIAN_S6:$ours" | grep "^$ours/s6-" | sed "s|^$ours/||" | LC_ALL=C sort)" \
	"$(printf '%s\n' "${names[@]}" | grep ^s6- | LC_ALL=C sort | comm -23 - <(printf '%s\n' "${debian[@]}" | LC_ALL=C sort))"

# Debian's socket programs start whatever PATH says, and work with ours around them.
PATH=$ours:$T_PLAIN_PATH
cd "$T" || exit
s6-ipcserver ./sock s6-setuidgid "$(id -u):$(id -g)" echo through >ipc.log 2>&1 &
server=$!
t_trees+=("$server")
t_await 10 test -S sock
t_is "one of theirs executes one of ours" "$(s6-ipcclient ./sock sh -c 'cat <&6')" through
kill "$server"
wait "$server" 2>/dev/null
t_is "by name in the first word" "$("$ours/hexad-shim" s6-svok "$T"; echo $?)" 1
t_is "and by a path" "$("$ours/hexad-shim" /usr/bin/s6-svok "$T"; echo $?)" 1
"$ours/hexad-shim" s6-sudo true 2>err
t_is "what is not in it" "$? $(cat err)" "100 hexad-shim: fatal: there is no command 's6-sudo' in this program"

# Each command by its name, or by a row's pattern.
rows=$(sed -n '/^| command | | tested by/,/^$/p' "$T_ROOT/docs/compat.md" | cut -d'|' -f2)
patterns=$(grep -o '`[^`]*`' <<<"$rows" | tr -d '`')
undocumented=
for n in "${names[@]}"; do
	while IFS= read -r pattern; do
		# shellcheck disable=SC2254 # they are patterns
		case $n in $pattern) continue 2 ;; esac
	done <<<"$patterns"
	undocumented+="$n "
done
t_is "every command has a row" "$undocumented" ""
files=$(sed -n '/^| command | | tested by/,/^$/p' "$T_ROOT/docs/compat.md" | cut -d'|' -f4 | grep -o '[a-z0-9./_-]*\.\(sh\|c\)' | sort -u)
t_is "every test that is named is there" \
	"$(for f in $files; do [ -n "$(find "$T_ROOT/tests" -path "*/${f#tests/}")" ] || echo "$f"; done)" ""
# Debian's own are said to be so, and nothing else is.
t_is "the rows say which are Debian's" \
	"$(while IFS= read -r n; do
		for pattern in $(grep "| Debian's |" "$T_ROOT/docs/compat.md" | cut -d'|' -f2 | grep -o '`[^`]*`' | tr -d '`'); do
			# shellcheck disable=SC2254
			case $n in $pattern) continue 2 ;; esac
		done
		echo "$n"
	done <<<"$theirs")" ""
t_done
