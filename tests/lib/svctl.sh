# shellcheck shell=bash
#
# svctl.sh: a tree to be looked at and changed with svctl. Sourced after tap.sh; it brings sv.sh along.
#
#   $HEXAD_SCANDIR         its scan directory, $T/scan, which is empty; svctl and t_tree know it
#   svctl_ini              takes its settings from standard input, for who does not want the defaults
#   svctl_says WORD...     runs svctl: its exit code and what it prints, in one text
#   svctl_as UID[:GROUP,...] WORD...   the same as somebody else, who has these groups alone. Needs root.

. "$T_ROOT/tests/lib/sv.sh"

export HEXAD_SCANDIR=$T/scan HEXAD_CONFIG
mkdir "$HEXAD_SCANDIR"
# Others than root must come to its socket.
[ "$(id -u)" != 0 ] || chmod 755 "$T" ${T_SCRATCH:+"$T_SCRATCH"}

svctl_ini() {
	HEXAD_CONFIG=$T/hexad.ini
	cat >"$HEXAD_CONFIG"
}

svctl_says() {
	local out

	out=$(svctl "$@" 2>&1)
	echo "$? $out"
}

svctl_as() {
	local out uid=${1%:*} groups=--clear-groups

	[ "$uid" = "$1" ] || groups=--groups=${1#*:}
	shift
	out=$(setpriv --reuid "$uid" --regid "$uid" "$groups" svctl "$@" 2>&1)
	echo "$? $out"
}
