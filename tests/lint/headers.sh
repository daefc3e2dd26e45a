#!/bin/bash
#
# Every header compiles alone.
# timeout: 120
. "$(dirname "$0")/../lib/tap.sh"
cd "$T_ROOT" || exit 1

alone() {
	printf '#include "%s"\n' "$1" | ${CC:-cc} -std=c11 -D_GNU_SOURCE -Wall -Wextra -Wundef -Werror \
		-Icommon -Isupervisor -I"$(dirname "$1")" -I. -fsyntax-only -x c -
}
for header in common/*.h supervisor/*.h svctl/*.h shim/*.h; do
	[ -e "$header" ] && t_ok "$header" alone "$header"
done
t_done
