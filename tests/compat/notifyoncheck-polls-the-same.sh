#!/bin/bash
# timeout: 240
# s6-notifyoncheck: with the same options and checks the helper ends with the same code after the same number of checks, and the
# service becomes ready or does not, as with Debian's, in trees of s6 and of hexad.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/compat.sh"
compat_need

# The program is the helper's parent and tells what became of it. perl's wait takes any child.
cat >"$T/parent" <<'END'
#!/usr/bin/perl
$| = 1;
print "fd ", (-e "/proc/self/fd/7" ? "open" : "closed"), "\n";
my $r = wait;
print $r < 0 ? "no child\n" : "code " . ($? >> 8) . "\n";
sleep 1000;
END
chmod 755 "$T/parent"

# service DIR PROGRAM CHECK OPTION...: a service that starts PROGRAM's s6-notifyoncheck.
service() {
	local dir=$1 program=$2 check=$3 option words=

	for option in "${@:4}"; do
		words+=" $(printf %q "$option")"
	done
	t_service "$(dirname "$dir")" "$(basename "$dir")" "exec $program$words $T/parent >>log 2>&1"
	# Quoted by bash.
	sed -i '1s|.*|#!/bin/bash|' "$dir/run"
	echo 7 >"$dir/notification-fd"
	touch "$dir/down"
	mkdir "$dir/data"
	printf '#!/bin/sh\necho >>checks\n%s\n' "$check" >"$dir/data/check"
	chmod 755 "$dir/data/check"
}

program_of() {
	if [ "$1" = debian ]; then
		echo "$DEBIAN_S6/s6-notifyoncheck"
	else
		echo "$B/bin/s6-notifyoncheck"
	fi
}

names=()
add() {
	local name=$1 who

	names+=("$name")
	for who in debian ours; do
		service "$s/$name-$who" "$(program_of $who)" "${@:2}"
	done
}

# What became of one: its program's log, how often it was checked, whether it is ready.
outcome() {
	local dir=$1

	t_await_line "$dir/log" '^(code|no child|s6-notify)' 20 || echo late
	case $1 in
	*/good* | */third* | */inline* | */kept* | */orphan*) "$DEBIAN_S6/s6-svwait" -U -t 10000 "$dir" || echo late ;;
	esac
	# The helper and the program write at the same time.
	sed 's/^s6-notifyoncheck: //' "$dir/log" | sort
	# How many fit into a time is nobody's promise.
	[[ $dir == */all-debian || $dir == */all-ours ]] || echo "checks $(wc -l 2>/dev/null <"$dir/checks")"
	"$DEBIAN_S6/s6-svstat" -o up,ready "$dir"
}

for kind in $(compat_trees); do
	s=$T/$kind
	mkdir "$s"
	names=()
	third='[ "$(wc -l <checks)" -ge 3 ]'
	add good 'exit 0'
	add third "$third" -w 10 -s 1
	add three 'exit 1' -n 3 -w 10
	add default 'exit 1' -w 1
	add longer "[ \$(wc -l <checks) -ge 12 ]" -w 1 -n 0
	add all 'exit 1' -T 300 -n 0 -w 10
	add all-in-pause 'exit 1' -T 3000 -n 2 -w 100000
	add one 'exec sleep 1000' -t 1500 -n 2 -w 10
	add one-of-all 'exec sleep 1000' -T 3000
	add inline 'exit 1' -c 'test -e data/check'
	add killed 'kill -9 $$' -n 1
	add none 'exit 0' -n 2 -w 1
	rm "$s"/none-*/data/check
	add kept 'exit 0' -3 7
	rm "$s"/kept-*/notification-fd
	for who in debian ours; do
		echo 7 >"$s/kept-$who/notification-fd"
	done
	add orphan 'exit 0' -d
	add wrong 'exit 0' -3 9
	add bad 'exit 0'
	for who in debian ours; do
		service "$s/dies-$who" "$(program_of $who)" 'exit 1' -w 100000
		sed -i "s|$T/parent.*|true|" "$s/dies-$who/run"
		echo 7x >"$s/bad-$who/notification-fd"
	done
	compat_tree "$kind" "$s"
	for name in "${names[@]}" dies; do
		"$DEBIAN_S6/s6-svc" -o "$s/$name-debian"
		"$DEBIAN_S6/s6-svc" -o "$s/$name-ours"
	done
	for name in "${names[@]}"; do
		t_is "$kind: $name" "$(outcome "$s/$name-ours")" "$(outcome "$s/$name-debian")"
	done
	# The time between checks is a long one; the helper ends because the service does, and takes its listener with it.
	empty() {
		[ -z "$(ls "$1")" ]
	}
	t_ok "$kind: dies: the helper goes with its service" t_await 10 empty "$s/dies-ours/event"
	t_ok "$kind: no listener is left behind" empty "$s/three-ours/event"
	compat_tree_end
done

# Outside of a service directory, and what is no option.
mkdir "$T/plain"
cd "$T/plain" || exit
compat_same "nobody supervises" s6-notifyoncheck true
for args in "-3 x true" "-x true" "-s 1s true" "" "-n" "-n -1 true" "-T 99999999999 true"; do
	read -ra words <<<"$args"
	compat_run debian s6-notifyoncheck "${words[@]}"
	want=$C_CODE
	compat_run ours s6-notifyoncheck "${words[@]}"
	t_is "wrong words: $args" "$C_CODE" "$want"
done
compat_run ours s6-notifyoncheck --tries=x true
t_is "a long name" "$C_CODE $C_ERR" "100 s6-notifyoncheck: fatal: number of tries must be an unsigned integer"
compat_run ours s6-notifyoncheck --doublefork --tries=3 --initial-sleep=1 true
t_is "long names" "$C_CODE $C_ERR" "100 s6-notifyoncheck: fatal: s6-supervise not running."
t_done
