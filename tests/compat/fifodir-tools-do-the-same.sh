#!/bin/bash
# timeout: 180
# s6-mkfifodir, s6-cleanfifodir and s6-ftrig-notify: the same directories, codes and messages as Debian's.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/compat.sh"
compat_need

have="mkdir -m 755 plain; touch file; ln -s plain link; ln -s nowhere dangling; mkdir -m 500 closed"
gid=$(id -g)
for args in "new" "-f new" "-g $gid new" "-f -g $gid new" "-fg$gid new" "-g$gid -- new" "plain" "-f plain" "-f -g $gid plain" \
	"-g $gid plain" "link" "-f link" "dangling" "file" "-f file" "/etc" "-f /etc" "/etc/passwd" "no/such" "closed/new" \
	"new other" "-g abc new" "-g 99999999999 new" "-g -1 new" "-g 4294967295 new" "" "-x new" "--force new" "-g" \
	"- -f" "-- -f" "-f"; do
	read -ra words <<<"$args"
	compat_files "mkfifodir $args" "$have" s6-mkfifodir "${words[@]}"
done
compat_files "mkfifodir with an empty name" "$have" s6-mkfifodir ""
compat_files "mkfifodir, umask 077" "umask 077" s6-mkfifodir new
# Debian's leaves the directory behind where the group cannot be given to it.
compat_files_but "mkfifodir with a group one is not in" '/^new d /d' "$have" s6-mkfifodir -g 1 new
compat_files "mkfifodir -f with a group one is not in" "$have" s6-mkfifodir -f -g 1 plain

for args in "" "none" "file" "plain" "link" "/root" "-x" "--" "-- plain" "plain none"; do
	read -ra words <<<"$args"
	compat_files "cleanfifodir $args" "$have" s6-cleanfifodir "${words[@]}"
	compat_files "ftrig-notify $args" "$have" s6-ftrig-notify "${words[@]}"
	[ -z "$args" ] || compat_files "ftrig-notify $args with a message" "$have" s6-ftrig-notify "${words[0]}" abc
done

# Fills a fifodir with listeners and with what only looks like some.
listener=ftrig1:@400000006000000000000000:
others=("${listener}12345" "${listener}1234567" ftrig2:@400000006000000000000000:123456 plain)
fill() {
	local name

	mkdir fd
	mkfifo "fd/${listener}reader" "fd/${listener}nobody"
	for name in "${others[@]}"; do
		mkfifo "fd/$name"
	done
	touch "fd/${listener}a_file"
}
names() {
	ls -A fd
}
(
	mkdir "$T/live" && cd "$T/live" || exit
	fill
)
cd "$T/live" || exit
exec 4<>"fd/${listener}reader"
got() {
	local text=

	echo >&4
	read -r -u 4 text
	echo "$text"
}
for message in a abc "" "a b" "$(printf 'x%.0s' {1..300})"; do
	compat_run debian s6-ftrig-notify fd "$message"
	want="$C_CODE $(got)"
	compat_run ours s6-ftrig-notify fd "$message"
	t_is "a message of ${#message} bytes arrives" "$C_CODE $(got)" "$want"
done
t_is "the listener nobody reads from is gone, the others are there" "$(names)" \
	"$(printf '%s\n' "${others[@]}" "${listener}reader" "${listener}a_file" | LC_ALL=C sort)"
mkfifo "fd/${listener}nobody" "fd/${listener}second"
compat_run ours s6-cleanfifodir fd
t_is "cleanfifodir: its code" "$C_CODE $C_ERR" "0 "
t_is "cleanfifodir removes what nobody reads from and nothing else" "$(names)" \
	"$(printf '%s\n' "${others[@]}" "${listener}reader" "${listener}a_file" | LC_ALL=C sort)"
t_is "and writes nothing" "$(got)" ""
# More foreign entries than a supervisor would pass over.
(cd fd && for i in {1..400}; do echo >"0-$i"; done)
mkfifo "fd/${listener}zzzzzz"
compat_run ours s6-cleanfifodir fd
t_is "however much else lies there" "$C_CODE $(find fd -name '*zzzzzz')" "0 "
# Debian's writes through a link that is named as a listener.
ln -s "${listener}reader" "fd/${listener}linked"
compat_run ours s6-ftrig-notify fd once
t_is "a link is no listener" "$C_CODE $(got)" "0 once"
exec 4<&-
t_done
