# shellcheck shell=bash
#
# fourways.sh: one scene, played four times at once: {Debian's s6, hexad} as the supervisor x {Debian's clients, ours}.
# Sourced after tap.sh; it sources compat.sh and sv.sh.
#
# A scene is a function that prints what it observes, one "NAME: VALUE" line each. All four must print the same lines.
# What is meant to be different is stated beside it, with the words of the row in docs/compat.md that says so:
#
#   four_differs NAME WAY VALUE ROW   in ways that match WAY (hexad/*, */ours, ...), the line NAME has VALUE. NAME and VALUE
#                                     must be a real difference, and ROW must be in docs/compat.md
#   four_play SCENE                   plays it and compares
#
# In a scene ($W is its scratch directory, $SCAN its scan directory, $SUP and $CLIENTS are debian or hexad/ours):
#
#   see NAME VALUE...                 one observation; lines of VALUE are joined with " / "
#   tree [ARG...]                     starts the supervisor on $SCAN and waits until it takes commands; TREE_PID
#   tree_end                          ends it; prints nothing
#   cl NAME ARG...                    runs a client of the way, prints what it printed
#   cl_see NAME CMD...                observes exit code, output and messages of cl CMD...
#   up DIR, down DIR                  waits for the event that says so, from an sv_listen under the name of DIR's last part
#   modes PATH...                     mode and type of each, by its path below $SCAN
#
# $W, pids and seconds in what a client prints are written W, PID and N, and what 2.11 calls "fatal: : " is "fatal: ".

. "$T_ROOT/tests/lib/compat.sh"
. "$T_ROOT/tests/lib/sv.sh"

FOUR_WAYS="debian/debian debian/ours hexad/debian hexad/ours"
four_names=()
four_ways=()
four_values=()

four_differs() {
	four_names+=("$1")
	four_ways+=("$2")
	four_values+=("$3")
	grep -qF -- "$4" "$T_ROOT/docs/compat.md" || t_fail "docs/compat.md says why '$1' differs" "no row has: $4"
}

see() {
	local name=$1 value

	shift
	value=$*
	printf '%s: %s\n' "$name" "${value//$'\n'/ / }"
}

tree() {
	local prog=$B/bin/s6-svscan word

	[ "$SUP" = hexad ] || prog=$DEBIAN_S6/s6-svscan
	rm -f "$W/.ready"
	mkfifo "$W/.ready"
	"$prog" -d 3 "$@" "$SCAN" 3>"$W/.ready" >>"$W/tree.out" 2>>"$W/tree.err" </dev/null &
	TREE_PID=$!
	if read -r -t 20 word <"$W/.ready" || [ -n "$word" ]; then
		return 0
	fi
	see "the supervisor" "does not become ready: $(cat "$W/tree.err")"
	exit 1
}

tree_end() {
	t_end_pid "$TREE_PID"
	wait "$TREE_PID" 2>/dev/null
}

four_clean() {
	sed -E "s#$W#W#g; s/fatal: : /fatal: /; s/pid [0-9]+/pid PID/g; s/ [0-9]+ seconds/ N seconds/g"
}

cl() {
	local name=$1

	shift
	if [ "$CLIENTS" = ours ]; then
		"$B/bin/$name" "$@"
	else
		"$DEBIAN_S6/$name" "$@"
	fi
}

cl_see() {
	local name=$1 dir=$DEBIAN_S6 out code

	shift
	[ "$CLIENTS" = debian ] || dir=$B/bin
	out=$(timeout 30 "$dir/$1" "${@:2}" 2>&1 </dev/null)
	code=$?
	see "$name" "$code $(four_clean <<<"$out")"
}

up() { sv_until "$(basename "$1")" u >/dev/null; }
down() { sv_until "$(basename "$1")" D >/dev/null; }

modes() {
	local path

	for path; do
		see "${path#"$SCAN"/}" "$(stat -c '%a %F' "$path" 2>/dev/null || echo none)"
	done
}

# One way of a scene; called in a shell of its own.
four_way() {
	SUP=${2%/*}
	CLIENTS=${2#*/}
	W=$T/$1/${2//\//-}
	SCAN=$W/scan
	TREE_PID=
	mkdir -p "$SCAN"
	trap '[ -z "$TREE_PID" ] || t_end_pid "$TREE_PID" >/dev/null' EXIT
	trap 'exit 143' TERM INT
	"$1"
}

# What the reference printed, with the differences of this way put in.
four_expected() {
	local way=$1 file=$2 line name i

	while IFS= read -r line; do
		name=${line%%: *}
		for i in "${!four_names[@]}"; do
			# shellcheck disable=SC2053 # the right side is a pattern
			if [ "${four_names[i]}" = "$name" ] && [[ $way == ${four_ways[i]} ]]; then
				line="$name: ${four_values[i]}"
				break
			fi
		done
		printf '%s\n' "$line"
	done <"$file"
}

four_play() {
	local scene=$1 way file pids=() ref=$T/$1/debian-debian.seen i

	mkdir "$T/$scene"
	for way in $FOUR_WAYS; do
		file=$T/$scene/${way//\//-}
		four_way "$scene" "$way" >"$file.seen" 2>"$file.err" &
		pids+=($!)
	done
	wait "${pids[@]}"
	t_ok "$scene: something is observed" test -s "$ref"
	for way in $FOUR_WAYS; do
		file=$T/$scene/${way//\//-}
		if diff <(four_expected "$way" "$ref") "$file.seen" >"$T/.diff"; then
			t_pass "$scene: $way"
		else
			t_fail "$scene: $way" "< expected, > seen"$'\n'"$(tail -n 40 "$T/.diff" "$file.err" "$file/tree.err" 2>/dev/null)"
		fi
	done
	for i in "${!four_names[@]}"; do
		grep -qxF -- "${four_names[i]}: ${four_values[i]}" "$ref" &&
			t_fail "$scene: '${four_names[i]}' differs, as is stated" "it is ${four_values[i]} in all ways"
	done
	four_names=()
	four_ways=()
	four_values=()
}
