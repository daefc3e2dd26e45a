#!/bin/bash
# s6-svstat and s6-svok: the same lines, fields and exit codes as Debian's, in every state a service can be in.
#
# Where 2.11 and 2.15 differ ours is 2.15's, and the row says so: the exit code before the first start is -1,
# "paused" is false without a process, a service not started yet is called that.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/compat.sh"
compat_need

fields=(up wantedup normallyup ready paused pid signum signal updownsince readysince)

compare() {
	local dir=$1 state=$2 f

	compat_same "$COMPAT_KIND: $state: the line" s6-svstat "$dir"
	compat_same "$COMPAT_KIND: $state: the line with numbers" s6-svstat -n "$dir"
	for f in "${fields[@]}" exitcode; do
		compat_same "$COMPAT_KIND: $state: $f" s6-svstat -o "$f" "$dir"
	done
	compat_same "$COMPAT_KIND: $state: letters" s6-svstat -uwNrps "$dir"
	compat_same "$COMPAT_KIND: $state: supervised" s6-svok "$dir"
}

drive() {
	"$DEBIAN_S6/s6-svc" "$@"
}

for kind in $(compat_trees); do
	s=$T/$kind
	mkdir "$s"
	t_service "$s" up
	t_service "$s" ends 'exit 3'
	t_service "$s" fresh
	t_service "$s" ready "echo >&4; exec sleep 1000"
	echo 4 >"$s/ready/notification-fd"
	touch "$s/fresh/down" "$s/ends/down"
	compat_tree "$kind" "$s"
	"$DEBIAN_S6/s6-svwait" -u -t 10000 "$s/up"
	"$DEBIAN_S6/s6-svwait" -U -t 10000 "$s/ready"

	compare "$s/up" up
	compare "$s/ready" "up and ready"
	drive -o "$s/ends"
	t_await 10 sh -c "[ \"\$('$DEBIAN_S6/s6-svstat' -o exitcode '$s/ends')\" = 3 ]"
	"$DEBIAN_S6/s6-svwait" -D -t 10000 "$s/ends"
	compare "$s/ends" "down after exit 3"
	drive -p "$s/up"
	t_await 10 sh -c "'$DEBIAN_S6/s6-svstat' -o paused '$s/up' | grep -q true"
	compare "$s/up" paused
	drive -c "$s/up"
	drive -wD -T 10000 -d "$s/up"
	compare "$s/up" "down after SIGTERM"
	drive -wu -T 10000 -o "$s/up"
	compare "$s/up" "up, down wanted"
	drive -wD -T 10000 -dk "$s/up"
	compare "$s/up" "down after a kill"
	touch "$s/up/down"
	drive -wu -T 10000 -u "$s/up"
	compare "$s/up" "up, normally down"
	rm "$s/up/down"
	compat_run ours s6-svstat "$s/fresh"
	t_like "$kind: fresh: the line" "$C_OUT" '^down \((exitcode 0\) N seconds, ready N seconds|not started yet\) )$'
	compat_run ours s6-svstat -o up,wantedup,normallyup,ready,paused,pid,pgid "$s/fresh"
	t_is "$kind: fresh: the fields" "$C_OUT" "false false false false false -1 -1"
	compat_run ours s6-svstat -o pid,pgid,up,updownfor,readyfor "$s/ready"
	t_like "$kind: pgid is the pid" "$C_OUT" '^([0-9]+) \1 true [0-9]+ [0-9]+$'
	compat_tree_end
done

d=$T/debian/up
compat_same "nobody supervises: svstat" s6-svstat "$d"
compat_same "nobody supervises: svok" s6-svok "$d"
compat_same "no directory: svstat" s6-svstat "$T/none"
compat_same "no directory: svok" s6-svok "$T/none"
compat_same "a file: svstat" s6-svstat /etc/passwd
compat_same "a file: svok" s6-svok /etc/passwd
compat_same "an unknown field" s6-svstat -o nothing "$d"
compat_same "a null field" s6-svstat -o up,,pid "$d"
compat_same "17 fields" s6-svstat -uwNrpuwNrpuwNrpuw "$d"
compat_run ours s6-svstat
t_is "no operand is a usage error" "$C_CODE" 100
# 2.11 takes the first name that fits, 2.15 none; ours takes a beginning that fits one name alone.
compat_run ours s6-svstat -o sign "$d"
t_is "an ambiguous beginning" "$C_CODE $C_ERR" "100 s6-svstat: fatal: invalid option field: sign"
compat_run ours s6-svstat -o wan "$d"
t_is "a plain beginning" "$C_CODE" 1
t_done
