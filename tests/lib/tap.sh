# shellcheck shell=bash
#
# tap.sh: what every test script sources first. Output is TAP; a command's own output is shown only when
# its check failed. See CONTRIBUTING.md for how to add a script.
#
#   $B         build directory (hexad, svctl, hexad-shim); $B/bin, first on PATH, has every name we answer to
#   $T_SAN     1 with a sanitizer build, else 0: what is raced for often is the same code there, at a tenth of the speed
#   $T         scratch directory, removed at the end unless T_KEEP is set
#   $DEBIAN_S6 directory of Debian's s6 programs, empty where they are not installed
#
#   t_ok DESC CMD...            passes if CMD succeeds
#   t_fails DESC CMD...         passes if CMD fails by itself: 126, 127 and death by signal do not count
#   t_code DESC CODE CMD...     passes if CMD ends with CODE
#   t_is DESC GOT WANT          passes if the two are the same
#   t_like DESC GOT ERE         passes if a line of GOT matches
#   t_pass DESC, t_fail DESC [DETAIL], t_skip DESC REASON
#   t_service DIR NAME [BODY]   makes DIR/NAME/run: a shell script with BODY (default: sleeps for long)
#   t_tree DIR [ARG...]         starts hexad on DIR, waits until it is ready; TREE_PID, log in $TREE_LOG. Where it does
#                               not become ready the script ends with that failure
#   t_tree_end                  ends that tree and waits for it
#   t_await_line FILE ERE [S]   waits until FILE has such a line (10 s)
#   t_await S CMD...            waits until CMD succeeds, tried at each change below $T; the last resort
#   t_await_exit PID [S]        waits until the process is gone (10 s)
#   t_text VAR FILE             VAR gets what is in the file, as "$(cat FILE)" has it, without a process
#   t_let_others_in             lets other users through to $T, whoever they are
#   t_at_exit CMD               has the shell run CMD when the script ends, before hexad is ended
#   t_debian CMD...             runs CMD with Debian's s6 programs, not ours, on PATH
#   t_done                      last line of every script
#   spawn [-t S] PROGRAM...     as PROGRAM..., without a copy of the shell (spawn.c): for what runs a program often

T_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
B=${B:-$T_ROOT/build}
B=$(cd "$B" && pwd) || exit 1
T_SAN=0
[ "${B##*/}" != san ] || T_SAN=1
DEBIAN_S6=
[ -x /usr/bin/s6-supervise ] && DEBIAN_S6=/usr/bin
T=$(mktemp -d "${T_SCRATCH:-${TMPDIR:-/tmp}}/hexad-test.XXXXXX") || exit 1
# The system's own programs. What somebody's PATH has in front of them (a python3 that is a script, say) may take longer than the
# tests.
T_PLAIN_PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
PATH=$B/bin:$T_PLAIN_PATH
TREE_PID=
TREE_LOG=$T/tree.log
t_n=0
t_failed=0
t_trees=()
t_exits=()
export B T T_SAN PATH DEBIAN_S6 TREE_PID TREE_LOG
enable -f "$B/spawn.so" spawn || exit 1

# Ends what the script started, also when it dies half-way. A background job that gets a signal before it has become its program
# would run this, too: what it removes would be the script's.
t_cleanup() {
	local code=$? pid cmd

	[ "$BASHPID" = "$$" ] || exit "$code"
	trap '' TERM INT
	for cmd in "${t_exits[@]}"; do
		eval "$cmd"
	done
	for pid in "${t_trees[@]}"; do
		t_end_pid "$pid"
	done
	if [ -n "${T_KEEP:-}" ]; then
		echo "# kept: $T"
	else
		rm -rf -- "$T"
	fi
	exit "$code"
}
trap t_cleanup EXIT
trap 'exit 143' TERM INT

t_let_others_in() {
	chmod 711 "$T" ${T_SCRATCH:+"$T_SCRATCH"}
}

t_at_exit() {
	t_exits+=("$*")
}

# A child of this shell? One that has ended may have left its number to a stranger.
t_is_child() {
	local stat

	read -r stat 2>/dev/null <"/proc/$1/stat" || return 1
	stat=${stat##*) }
	stat=${stat#* }
	[ "${stat%% *}" = "$BASHPID" ]
}

t_end_pid() {
	t_is_child "$1" || return 0
	kill -TERM "$1" 2>/dev/null || return 0
	"$B/await" exit 10 "$1" && return 0
	echo "# hexad, pid $1, did not end within 10 s after SIGTERM"
	kill -KILL "$1" 2>/dev/null
}

t_comment() {
	local line

	while IFS= read -r line; do
		printf '# %s\n' "$line"
	done <<<"$1"
}

# There are thousands of calls.
t_text() {
	local part='' text=''

	while IFS= read -r -d '' part; do
		text+=$part
	done <"$2"
	text+=$part
	while [[ $text == *$'\n' ]]; do
		text=${text%$'\n'}
	done
	printf -v "$1" %s "$text"
}

t_pass() {
	t_n=$((t_n + 1))
	echo "ok $t_n - $1"
}

t_fail() {
	t_n=$((t_n + 1))
	t_failed=$((t_failed + 1))
	echo "not ok $t_n - $1"
	[ -z "${2:-}" ] || t_comment "$2"
}

t_skip() {
	t_n=$((t_n + 1))
	echo "ok $t_n - $1 # SKIP $2"
}

# Runs a command with its output kept aside. The last command's output stays readable in $T/.out.
t_run() {
	local kind=

	type -t -- "$1" >"$T/.out" 2>&1 && read -r kind <"$T/.out"
	if [ "$kind" = file ]; then
		spawn "$@" >"$T/.out" 2>&1
	else
		"$@" >"$T/.out" 2>&1
	fi
}

t_ok() {
	local desc=$1 code

	shift
	t_run "$@"
	code=$?
	if [ "$code" = 0 ]; then
		t_pass "$desc"
	else
		t_fail "$desc" "\$ $*"$'\n'"exit code $code"$'\n'"$(cat "$T/.out")"
	fi
}

t_fails() {
	local desc=$1 code

	shift
	t_run "$@"
	code=$?
	if [ "$code" != 0 ] && [ "$code" -lt 126 ]; then
		t_pass "$desc"
	else
		t_fail "$desc" "\$ $*"$'\n'"exit code $code, a failure was expected"$'\n'"$(cat "$T/.out")"
	fi
}

t_code() {
	local desc=$1 want=$2 code

	shift 2
	t_run "$@"
	code=$?
	if [ "$code" = "$want" ]; then
		t_pass "$desc"
	else
		t_fail "$desc" "\$ $*"$'\n'"exit code $code, not $want"$'\n'"$(cat "$T/.out")"
	fi
}

t_is() {
	if [ "$2" = "$3" ]; then
		t_pass "$1"
	else
		t_fail "$1" "got:"$'\n'"$2"$'\n'"want:"$'\n'"$3"
	fi
}

t_like() {
	local line

	while IFS= read -r line; do
		if [[ $line =~ $3 ]]; then
			t_pass "$1"
			return
		fi
	done <<<"$2"
	t_fail "$1" "got:"$'\n'"$2"$'\n'"want a line like:"$'\n'"$3"
}

t_service() {
	mkdir -p -- "$1/$2"
	printf '#!/bin/sh\n%s\n' "${3:-exec sleep 1000}" >"$1/$2/run"
	chmod 755 "$1/$2/run"
}

# The FIFO gives end of file when hexad dies before it is ready, so this cannot hang on a dead process.
t_tree() {
	local dir=$1 word

	shift
	rm -f "$T/.ready"
	mkfifo "$T/.ready"
	"$B/hexad" -d 3 "$@" "$dir" 3>"$T/.ready" >>"$TREE_LOG" 2>&1 </dev/null &
	TREE_PID=$!
	t_trees+=("$TREE_PID")
	# Opened for reading and writing it would never give end of file; the writer's open waits for ours.
	if read -r -t 10 word <"$T/.ready" || [ -n "$word" ]; then
		return 0
	fi
	# Nothing after this could tell more; it would only wait in vain.
	t_fail "hexad becomes ready on $dir" "$(cat "$TREE_LOG")"
	t_done
}

t_tree_end() {
	t_end_pid "$TREE_PID"
	wait "$TREE_PID"
}

t_await_line() {
	"$B/await" line "${3:-10}" "$1" "$2" && return 0
	echo "# no line like '$2' in $1 within ${3:-10} s"
	return 1
}

t_await() {
	local s=$1

	shift
	"$@" >/dev/null 2>&1 </dev/null && return 0
	while read -r; do
		"$@" >/dev/null 2>&1 </dev/null && return 0
	done < <("$B/await" pulse "$s" "$T")
	echo "# not within $s s: $*"
	return 1
}

t_await_exit() {
	"$B/await" exit "${2:-10}" "$1"
}

t_debian() {
	PATH=$T_PLAIN_PATH "$@"
}

t_done() {
	echo "1..$t_n"
	[ "$t_failed" != 0 ] || exit 0
	if [ -s "$TREE_LOG" ]; then
		echo "# last lines of hexad's output:"
		t_comment "$(tail -n 40 "$TREE_LOG")"
	fi
	exit 1
}
