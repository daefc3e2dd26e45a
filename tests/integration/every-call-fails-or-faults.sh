#!/bin/bash
# sanitizer: no, some hundred runs take too long
# timeout: 300
# Each system call of one scenario fails in turn, and then each is a SIGSEGV of hexad's own: hexad lives, services that
# are not concerned keep their pids, what failed comes about when asked for again, TERM ends everything. See lib/everycall.c.
. "$(dirname "$0")/../lib/tap.sh"

if [ ! -x "$B/fault/hexad" ]; then
	t_fail "there is a hexad to inject faults into" "no $B/fault/hexad: make tests-built"
	t_done
fi
# A tmpfs, as /run is: on a disk a thousand small trees take minutes.
W=$T
if [ -w /dev/shm ] && cp "$B/fault/everycall" "$T/probe" && W=$(mktemp -d /dev/shm/hexad-test.XXXXXX); then
	trap 'rm -rf -- "$W"; t_cleanup' EXIT
	cp "$T/probe" "$W/probe"
	"$W/probe" >/dev/null 2>&1
	[ $? = 100 ] || { rm -rf -- "$W"; W=$T; } # noexec
fi
# every DESC [-s]
every() {
	local desc=$1 code last

	shift
	"$B/fault/everycall" "$@" "$B/fault/hexad" "$W" >"$T/report" 2>&1
	code=$?
	last=$(tail -n 1 "$T/report")
	t_comment "figure: $last"
	if [ "$code" = 0 ]; then
		t_pass "$desc"
	else
		t_fail "$desc" "$(head -n 300 "$T/report")"$'\n'"$last"
	fi
	# A scenario whose calls are not counted would pass for nothing.
	t_ok "and there were many" test "$(awk '{ print $1 + 0 }' <<<"$last")" -ge 200
}

every "every call of the scenario may fail"
every "a fault may come at every call" -s
t_done
