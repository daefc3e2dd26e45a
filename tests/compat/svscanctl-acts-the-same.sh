#!/bin/bash
# s6-svscanctl: scans, prunes and stops a tree, with Debian's codes and messages where it cannot.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/compat.sh"
compat_need

for kind in $(compat_trees); do
	s=$T/$kind
	mkdir "$s"
	t_service "$s" old
	compat_tree "$kind" "$s"
	compat_same "$kind: only listening" s6-svscanctl "$s"
	compat_same "$kind: reap" s6-svscanctl -z "$s"

	t_service "$T" "new-$kind"
	mv "$T/new-$kind" "$s/new"
	compat_run ours s6-svscanctl -a "$s"
	t_is "$kind: scan" "$C_CODE $C_ERR" "0 "
	if [ "$kind" = hexad ]; then
		t_ok "$kind: the new slot is supervised on return" "$DEBIAN_S6/s6-svok" "$s/new"
	else
		t_ok "$kind: the new slot comes" t_await 10 "$DEBIAN_S6/s6-svok" "$s/new"
	fi
	mv "$s/old" "$T/old-$kind"
	compat_run ours s6-svscanctl -an "$s"
	t_is "$kind: prune" "$C_CODE $C_ERR" "0 "
	gone() {
		! "$DEBIAN_S6/s6-svok" "$1"
	}
	t_ok "$kind: the old one is let go" t_await 10 gone "$T/old-$kind"
	compat_run ours s6-svscanctl -t "$s"
	t_is "$kind: stop" "$C_CODE $C_ERR" "0 "
	t_ok "$kind: the tree ends" t_await_exit "$TREE_PID" 10
	compat_same "$kind: nobody listens" s6-svscanctl -a "$s"
	compat_same "$kind: nobody to stop" s6-svscanctl -t "$s"
done

mkdir -p "$T/plain" "$T/half/.s6-svscan"
compat_same "never supervised" s6-svscanctl -a "$T/plain"
compat_same "no FIFO" s6-svscanctl -an "$T/half"
compat_same "no directory" s6-svscanctl -t "$T/none"
compat_same "a file" s6-svscanctl -a /etc/passwd
compat_same "no operand" s6-svscanctl -a
compat_same "an unknown letter" s6-svscanctl -p "$T/plain"
compat_same "65 letters" s6-svscanctl "-$(printf 'a%.0s' {1..65})" "$T/plain"
t_done
