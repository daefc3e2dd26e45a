#!/bin/bash
# s6-log: generated scenes of lines, signals, kills and restarts leave the same directories as Debian's, up to stamps.
#
# timeout: 180
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/compat.sh"
compat_need
cd "$T" || exit 1
mkfifo in ready
exec 8<>in
RANDOM=4711

pick() {
	echo "${@:RANDOM % $# + 1:1}"
}

# A scene: options, a script, and steps. Lines with "drop" in them are not wanted by some scripts.
scene() {
	local i

	OPTIONS=("$(pick -q -v -b -p -bp -qb)" -l "$(pick 0 60 8192)")
	SCRIPT=("n$(pick 1 3 10)" "s$(pick 4096 6000 20000)" "l$(pick 0 500 2000)" "S$(pick 0 0 40000)" "$(pick -drop +. pfix p)"
		"$(pick t T r100 E5)" ./dir)
	STEPS=()
	for ((i = 0; i < 9; i++)); do
		STEPS+=("$(pick "lines $(pick 1 5 30 60)" "lines 20" "lines 60" rotate rotate "end TERM" "end HUP" "end KILL" "part HUP")")
	done
	STEPS+=("lines 3")
}

begin() {
	"$PROG" -d 4 "${OPTIONS[@]}" -- "${SCRIPT[@]}" <&8 4>ready 2>>err &
	PID=$!
	read -r <ready
}

finish() {
	wait $PID 2>/dev/null
	echo "code $?" >>err
}

# At most a page in one write, and seen before the next step: where a file is rotated does not depend on the time then.
lines() {
	local i text='' words=(drop keep keep)

	seq=$((seq + 1))
	for ((i = 1; i < $1; i++)); do
		text+="$seq.$i ${words[i % 3]} and some words more"$'\n'
	done
	printf '%s' "$text$seq end of these"$'\n' >&8
	t_await 10 written "$seq end of these"
}

written() { spawn grep -rqs "$1" dir; }

rotated() {
	[ ! -s dir/current ] && [ -e dir/current ] && [ ! -e dir/previous ] && [ "$(stat -c %A dir/current)" = -rw-r--r-- ]
}

step() {
	case $1 in
	lines) lines "$2" ;;
	rotate)
		kill -ALRM $PID
		t_await 10 rotated
		;;
	end)
		# An empty file is an archive in 2.11 only.
		[ "$2" != KILL ] || [ -s dir/current ] || lines 2
		# With -p SIGTERM is no end.
		case "$2 ${OPTIONS[0]}" in
		"TERM "*p*) kill -HUP $PID ;;
		*) kill "-$2" $PID ;;
		esac
		finish
		begin
		;;
	part)
		# Whether it has read the beginning by then or not: the line is whole, here or in its successor's file.
		printf 'begun ' >&8
		kill "-$2" $PID
		printf 'and ended\n' >&8
		finish
		begin
		t_await 10 written 'begun and ended'
		;;
	esac
}

show() {
	spawn "$B/dirs" texts dir >all
	spawn sed -E "$COMPAT_STAMPS" all
}

run_scene() {
	local s

	rm -rf dir err
	seq=0
	begin
	for s in "${STEPS[@]}"; do
		# shellcheck disable=SC2086 # two words
		step $s
	done
	kill -HUP $PID
	finish
	show
}

for i in $(seq 1 8); do
	scene
	PROG=$DEBIAN_S6/s6-log
	run_scene >want
	mv err want.err
	PROG=$B/bin/s6-log
	run_scene >got
	name="${OPTIONS[*]} -- ${SCRIPT[*]}: ${STEPS[*]/%/,}"
	t_is "$name" "$(cat got)" "$(cat want)"
	t_is "  messages and codes" "$(cat err)" "$(cat want.err)"
done
t_done
