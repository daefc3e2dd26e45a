# shellcheck shell=bash disable=SC2034 # OUT, CODE and APP_USER are for those who source this
#
# lives.sh: whole lives of containers, several side by side. Source it after tap.sh and engine.sh. A test file consists
# of functions check_NAME, each of which makes the files it needs, lives, and judges; the last line but one is
#
#   lives_side_by_side          runs all check_* functions of the script, some at the same time, and shows their
#                               lines in the order of the script. Each has $T, $R, $C and $C_LOG of its own
#
# For such a function:
#
#   mk, oneshot, legacy, ...    make files below $R, see imagefiles.sh. owned_by_app PATH... gives them to the
#                               application's user
#   life [OPTION...] -- [WORD...]     a container with these files, from its start to its end: CODE, and OUT, what it
#                               printed, in the order in which it was printed; where there are no files, and
#                               /init is what the engine executes, standard error comes after standard output
#   life_starts [OPTION...] -- [WORD...]   the same without waiting for its end; its id in $C, its console in $C_LOG
#   life_ends                   waits for the end of that one: CODE, OUT
#   life_comes_to ERE           waits until the console has such a line; else the function's tests have failed
#   t_life DESC WANT            passes if "$CODE $OUT", without the lines of the audit, is WANT
#   "${as_app[@]}" WORD...      before a main program's words: it runs as the application's user
#
# LIFE_IMAGE names the image, with a user app (default: $IMAGE). LIFE_FIRST is shell text that is executed before /init.
# S6_VERBOSITY is 1 unless an option says otherwise: warnings show, infos do not.

. "$(dirname "${BASH_SOURCE[0]}")/imagefiles.sh"

LIVES_AT_ONCE=4
as_app=(s6-setuidgid app)

owned_by_app() {
	local path

	for path; do
		chown -R 10000:10000 "$R$path"
	done
}

# Sets args: what docker run gets. With files of its own the container begins with a shell that puts them in place. It joins
# the two outputs, which otherwise the engine brings along in any order.
life_args() {
	local -a options words=()

	c_split "$@"
	args=(-e S6_VERBOSITY=1 "${options[@]}")
	if [ -z "$(ls -A "$R")" ] && [ -z "${LIFE_FIRST:-}" ]; then
		args+=(-- "${words[@]}")
	else
		args+=(--entrypoint sh -v "$R:/life:ro" --
			-c "${LIFE_FIRST:-:}"$'\ncp -R --preserve=mode,ownership,links /life/. / && exec /init "$@" 2>&1' sh "${words[@]}")
	fi
}

life() {
	local -a args

	life_args "$@"
	C_IMAGE=${LIFE_IMAGE:-$IMAGE} c_run "${args[@]}" >"$T/stdout" 2>"$T/stderr"
	CODE=$?
	OUT=$(cat "$T/stdout" "$T/stderr")
}

life_starts() {
	local -a args

	life_args "$@"
	C_IMAGE=${LIFE_IMAGE:-$IMAGE} c_bg "${args[@]}"
}

life_comes_to() {
	t_await_line "$C_LOG" "$1" 30
}

life_ends() {
	c_wait 30
	CODE=${C_CODE:-alive}
	OUT=$(c_logs)
}

t_life() {
	t_is "$1" "$CODE $(grep -v '^hexad: info: audit: ' <<<"$OUT")" "$2"
}

# In a shell of its own. It ends as if it had not begun: the containers are gone.
lives_one() {
	T=$T/$1
	R=$T/files
	C_LOG=$T/console
	c_ids=()
	trap c_cleanup EXIT
	trap 'exit 143' TERM INT
	c_tags=()
	c_engine=
	umask 022
	mkdir -p "$R"
	: >"$C_LOG"
	"$1"
	[ "$t_n" != 0 ] || t_fail "$1 judged something"
	echo "lives: done"
}

# The lines of one function as if they were this script's own.
lives_show() {
	local line

	while IFS= read -r line; do
		case $line in
		"ok "*) t_n=$((t_n + 1)) ;;
		"not ok "*)
			t_n=$((t_n + 1))
			t_failed=$((t_failed + 1))
			;;
		"lives: done") continue ;;
		esac
		sed -E "s/^((not )?ok )[0-9]+/\1$t_n/" <<<"$line"
	done <"$1"
	grep -qx 'lives: done' "$1" || t_fail "${1##*/} came to its end"
}

lives_side_by_side() {
	local name pid
	local -a names=() pids=()

	mapfile -t names < <(sed -n 's/^\(check_[a-z0-9_]*\)() {$/\1/p' "$0")
	mkdir "$T/lives"
	for name in "${names[@]}"; do
		while [ "$(jobs -pr | wc -l)" -ge "$LIVES_AT_ONCE" ]; do
			wait -n
		done
		(lives_one "$name") >"$T/lives/$name" 2>&1 </dev/null &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid"
	done
	for name in "${names[@]}"; do
		lives_show "$T/lives/$name"
	done
}
