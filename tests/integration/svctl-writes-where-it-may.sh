#!/bin/bash
# What svctl prints and cannot write is a failure that is told; closed descriptors do no harm to what it asks for.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/svctl.sh"

s=$HEXAD_SCANDIR
t_service "$s" web
t_service "$s" off
: >"$s/off/down"
sv_listen web "$s/web"
t_tree "$s"
sv_until web u

for cmd in status 'status --json' 'why web' doctor events 'events --json' config 'list --json' manager version help --help -V --version \
		'completion bash' 'completion names' 'start web' 'start --json web' install 'wait up web'; do
	# shellcheck disable=SC2086 # words are meant
	t_is "a full disk: $cmd" "$(svctl $cmd 2>&1 >/dev/full; echo $?)" \
		"svctl: fatal: standard output cannot be written: No space left on device"$'\n'111
	# shellcheck disable=SC2086 # words are meant
	t_is "a closed output: $cmd" "$(svctl $cmd 2>&1 >&-; echo $?)" \
		"svctl: fatal: standard output cannot be written: Bad file descriptor"$'\n'111
done
for cmd in status 'start web' -V; do
	mkfifo "$T/pipe"
	exec 9<>"$T/pipe"
	exec 8>"$T/pipe" 9<&-
	# shellcheck disable=SC2086 # words are meant
	t_is "nobody reads, which is told by the exit code alone: $cmd" "$(svctl $cmd 2>&1 >&8 8>&-; echo $?)" 111
	exec 8>&-
	rm "$T/pipe"
done

# The socket would be what is closed here, and get the message about the first name.
svctl start nosuch off 2>&- >&-
t_is "output and messages closed: the exit code" $? 2
t_ok "the second name is answered" grep -q 'verb=start service=off result=ok$' "$TREE_LOG"
svctl stop nosuch off <&- 2>&-
t_is "input and messages closed: the exit code" $? 2
t_ok "the second name is answered too" grep -q 'verb=stop service=off result=ok$' "$TREE_LOG"
t_done
