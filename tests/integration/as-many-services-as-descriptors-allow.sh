#!/bin/bash
# The limit of open files bounds the tree: three for each service, one more where it tells its readiness. What is taken can
# be started, all of it at once and again; the others are named.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

s=$T/scan
mkdir "$s"

# tree WHAT LEAST: 256 descriptors have room for LEAST services at least, and not for all.
tree() {
	(
		ulimit -n 256
		exec "$B/hexad" "$s" >"$TREE_LOG" 2>&1 </dev/null
	) &
	TREE_PID=$!
	t_trees+=("$TREE_PID")
	t_await_line "$TREE_LOG" 'more: too many services$'
	t_ok "$1: a scan ends" s6-svscanctl -a "$s"
	taken=("$s"/s*/supervise/lock)
	taken=("${taken[@]%/supervise/lock}")
	echo "# figure: $1: ${#taken[@]} services with 256 descriptors"
	t_ok "$1: at least $2 services" test "${#taken[@]}" -ge "$2"
	t_ok "$1: and not all of them" test "${#taken[@]}" -lt 100
	t_ok "$1: the supervisor has three for each and its own" \
		test "$(find "/proc/$TREE_PID/fd" -mindepth 1 | wc -l)" -le $((${#taken[@]} * 3 + 30))
}

for i in $(seq 100); do
	t_service "$s" "s$i"
done
tree plain 58
t_ok "plain: all that were taken are up" t_debian s6-svwait -u -a -t 20000 "${taken[@]}"
t_tree_end

rm -r "$s"/s*
for i in $(seq 100); do
	t_service "$s" "s$i" 'echo >&3; exec sleep 1000'
	echo 3 >"$s/s$i/notification-fd"
done
tree readiness 43
t_ok "readiness: all that were taken are ready" t_debian s6-svwait -U -a -t 20000 "${taken[@]}"
# shellcheck disable=SC2016 # the words are that shell's
for way in D:d U:u; do
	t_ok "all of them at once: ${way#*:}" t_debian s6-svlisten "-${way%:*}" -a -t 50000 "${taken[@]}" "" \
		sh -c 'o=$1; shift; for d; do s6-svc "-$o" "$d"; done' - "${way#*:}" "${taken[@]}"
done
t_is "no start failed" "$(grep -cE 'unable to (spawn|open|make)' "$TREE_LOG")" 0
t_done
