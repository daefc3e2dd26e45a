#!/bin/bash
# s6-svc: each client drives a service of its own through the same calls; codes and states are the same.
# Then the failures: ours has 2.15's codes and says "warning" where 2.11 says "fatal" (it goes on to the next
# directory), and is compared with Debian's in all else.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/compat.sh"
compat_need

# What the service is afterwards, without pids and times.
state() {
	"$DEBIAN_S6/s6-svstat" -o up,wantedup,normallyup,paused,exitcode,signal "$1"
}

# What nobody waits for (-D of what is down already) may be done after the look at it: -D is said of what is up.
calls=(
	"-u" "-wu -T 10000" "-wd -T 10000 -o -t" "-wD -T 10000 -d" "-wu -T 10000 -u" "-wr -T 10000 -r"
	"-wr -T 10000 -t" "-wr -T 10000 -ti" "-wD -T 10000 -dk" "-wD -T 10000 -d" "-wu -T 10000 -o" "-wD -T 10000 -dc"
	"-wu -T 10000 -u" "-wD -T 10000 -D" "-wu -T 10000 -U" "" "-T 300 -wD" "-wD -T 300 -h" "-wD -T 10000 -d1"
)

drive() {
	local who=$1 dir=$2 call words

	for call in "${calls[@]}"; do
		read -ra words <<<"$call"
		compat_run "$who" s6-svc "${words[@]}" "$dir"
		echo "[$call] code $C_CODE: $(state "$dir") $(test -e "$dir/down" && echo down-file)"
	done
}

for kind in $(compat_trees); do
	s=$T/$kind
	mkdir "$s"
	# Signals that the service does not end by are ignored, so that their arrival changes nothing.
	for name in debian ours; do
		t_service "$s" $name "trap '' HUP; exec sleep 1000"
	done
	compat_tree "$kind" "$s"
	for name in debian ours; do
		"$DEBIAN_S6/s6-svwait" -u -t 10000 "$s/$name"
	done
	t_is "$kind: the same states" "$(drive ours "$s/ours")" "$(drive debian "$s/debian")"
	compat_run ours s6-svc -wU -T 10000 -u "$s/ours"
	t_is "$kind: without notification-fd -wU is -wu" "$C_CODE $C_ERR" \
		"0 s6-svc: warning: $s/ours/notification-fd not present - ignoring request for readiness notification"
	compat_run ours s6-svc -wu -T 10000 -u "$s/ours" "$s/debian"
	t_is "$kind: several directories" "$C_CODE $(state "$s/debian" | cut -d' ' -f1)" "0 true"
	compat_run ours s6-svc -wr -T 10000 -s TERM "$s/ours"
	t_is "$kind: a signal by name" "$C_CODE" 0
	compat_run ours s6-svc -u "$T/none" "$s/ours"
	t_is "$kind: the others are still tried" "$C_CODE" 111
	t_is "$kind: no listener is left behind" "$(ls -A "$s/ours/event")" ""
	compat_tree_end
done

same_but() {
	local desc=$1 code=$2 err

	shift 2
	compat_run debian s6-svc "$@"
	err=${C_ERR/fatal:/warning:}
	compat_run ours s6-svc "$@"
	t_is "$desc" "$C_CODE $C_ERR" "$code $err"
}
mkdir -p "$T/plain" "$T/half/supervise" "$T/odd/supervise/control" "$T/stale/supervise"
mkfifo "$T/stale/supervise/control"
same_but "a stopped tree's slot" 102 -u "$T/debian/ours"
same_but "a FIFO that nobody reads" 102 -u "$T/stale"
same_but "never supervised" 102 -u "$T/plain"
same_but "no control FIFO" 1 -u "$T/half"
same_but "a directory for a FIFO" 1 -u "$T/odd"
same_but "no directory" 111 -u "$T/none"
same_but "a file" 111 -u /etc/passwd
compat_same "an empty path" s6-svc -u ""
compat_same "63 letters" s6-svc -"$(printf 'u%.0s' {1..63})" "$T/plain"
echo >"$T/half/supervise/control"
compat_run ours s6-svc -u "$T/half"
t_is "a file for a FIFO is not written to" "$C_CODE $(wc -c <"$T/half/supervise/control")" "1 1"
compat_run ours s6-svc -wu -T 10000 -u "$T/debian/ours"
t_is "it does not wait for who cannot hear" "$C_CODE $C_ERR" \
	"102 s6-svc: warning: unable to control $T/debian/ours: supervisor not listening"
compat_run ours s6-svc -s CHLD "$T/plain"
t_is "a signal that has no letter" "$C_CODE $C_ERR" \
	"100 s6-svc: fatal: CHLD is not in the list of user-available signals"
compat_run ours s6-svc -s nonsense "$T/plain"
t_is "no signal" "$C_CODE $C_ERR" "100 s6-svc: fatal: invalid signal: nonsense"
compat_run ours s6-svc -wX "$T/plain"
t_is "an unknown wait" "$C_CODE" 100
t_done
