# shellcheck shell=bash
#
# said.sh: sourced after tap.sh by scripts about commands that do their work at once.
#
#   said DESC WANT CMD...   passes if what CMD writes, standard error with it, and "|CODE" behind it is WANT

said() {
	local desc=$1 want=$2 got

	shift 2
	t_run "$@"
	echo "|$?" >>"$T/.out"
	t_text got "$T/.out"
	t_is "$desc" "$got" "$want"
}
