# shellcheck shell=bash
#
# compat.sh: the same command with Debian's s6 program and with ours, compared. Sourced after tap.sh.
#
#   compat_need              ends the script with a skip where Debian's s6 is not installed
#   compat_trees             the supervisors to test under: debian, and hexad where it is built
#   compat_tree KIND DIR     starts that supervisor on DIR and waits until every service in it is supervised;
#                            sets COMPAT_KIND
#   compat_tree_end          ends it
#   compat_same DESC CMD...  runs CMD (an s6 name and arguments) both ways: same output, exit code and messages
#   compat_run debian|ours CMD...   sets C_OUT, C_ERR, C_CODE
#   compat_files DESC SETUP CMD...  the same as compat_same, each time in a fresh directory that SETUP (words of a shell
#                            command) fills; what lies there afterwards is the same too: names, types, modes, owners,
#                            links, contents (those themselves with COMPAT_SHOW=texts, see dirs.c). The command must name
#                            files relative to there
#   compat_files_but DESC SED SETUP CMD...  the same, with a sed script that makes of Debian's whole result what ours is to be
#
# Messages are compared without the "fatal: : " of 2.11, a slip that 2.15 mended, and without the seconds
# in lines that count them.

compat_need() {
	[ -n "$DEBIAN_S6" ] && return 0
	t_skip "as Debian's s6" "Debian's s6 is not installed"
	t_done
}

compat_trees() {
	echo debian
	[ ! -x "$B/hexad" ] || echo hexad
}

compat_tree() {
	local kind=$1 dir=$2 sv

	# shellcheck disable=SC2034 # for descriptions
	COMPAT_KIND=$kind
	if [ "$kind" = hexad ]; then
		t_tree "$dir" || return 1
	else
		"$DEBIAN_S6/s6-svscan" "$dir" >>"$TREE_LOG" 2>&1 </dev/null &
		TREE_PID=$!
		t_trees+=("$TREE_PID")
	fi
	for sv in "$dir"/*/; do
		[ -d "$sv" ] || continue
		t_await 10 "$DEBIAN_S6/s6-svok" "${sv%/}" || return 1
		t_await 10 test -s "${sv}supervise/status" || return 1
	done
}

compat_tree_end() {
	t_tree_end
}

# What is of no account in what they say: where COMPAT_WHEN matches, sed -E COMPAT_SED.
COMPAT_WHEN='fatal: : | [0-9]+ seconds'
COMPAT_SED='s/fatal: : /fatal: /; s/ [0-9]+ seconds/ N seconds/g'

# The stamps of a log, for sed -E.
# shellcheck disable=SC2034 # for who compares logs
COMPAT_STAMPS='s/@4[0-9a-f]{23}/STAMP/g; s/[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}\.[0-9]{9}/TIME/g'

# VAR FILE: the text of the file without that.
compat_clean() {
	t_text "$1" "$2"
	if [[ ${!1} =~ $COMPAT_WHEN ]]; then
		printf -v "$1" %s "$(sed -E "$COMPAT_SED" <<<"${!1}")"
	fi
}

compat_run() {
	local who=$1 name=$2

	shift 2
	if [ "$who" = debian ]; then
		set -- "$DEBIAN_S6/$name" "$@"
	else
		set -- "$B/bin/$name" "$@"
	fi
	spawn -t 20 "$@" >"$T/.stdout" 2>"$T/.stderr" </dev/null
	C_CODE=$?
	# Two that hang are not the same.
	[ "$C_CODE" != 124 ] || C_CODE="124: $1 does not end"
	compat_clean C_OUT "$T/.stdout"
	compat_clean C_ERR "$T/.stderr"
}

compat_same() {
	local desc=$1 want

	shift
	compat_run debian "$@"
	want="code $C_CODE"$'\n'"$C_OUT"$'\n'"$C_ERR"
	compat_run ours "$@"
	t_is "$desc" "code $C_CODE"$'\n'"$C_OUT"$'\n'"$C_ERR" "$want"
}

COMPAT_SHOW=show

# Runs CMD in a fresh directory after SETUP; the whole result into C_ALL.
compat_try() {
	local who=$1 setup=$2

	shift 2
	spawn "$B/dirs" fresh "$T/w"
	(
		cd "$T/w" || exit
		eval "$setup"
		compat_run "$who" "$@"
		printf 'code %s\n%s\n%s\n' "$C_CODE" "$C_OUT" "$C_ERR"
		spawn "$B/dirs" "$COMPAT_SHOW" "$T/w"
	) >"$T/.all" 2>&1
	t_text C_ALL "$T/.all"
}

compat_files_but() {
	local desc=$1 sed=$2 want

	shift 2
	compat_try debian "$@"
	want=$C_ALL
	[ -z "$sed" ] || want=$(sed -E "$sed" <<<"$want")
	compat_try ours "$@"
	t_is "$desc" "$C_ALL" "$want"
}

compat_files() {
	local desc=$1

	shift
	compat_files_but "$desc" "" "$@"
}
