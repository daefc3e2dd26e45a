#!/bin/bash
#
# cppcheck has nothing to say about the sources.
# timeout: 400
. "$(dirname "$0")/../lib/tap.sh"
cd "$T_ROOT" || exit 1

if ! command -v cppcheck >/dev/null; then
	t_skip "cppcheck is silent" "cppcheck is not installed"
	t_done
fi
check() {
	cppcheck -q -j2 --std=c11 --language=c --error-exitcode=1 --inline-suppr \
		--enable=warning,performance,portability --suppress=missingIncludeSystem \
		-D_GNU_SOURCE -DHEXAD_VERSION='"0"' -Icommon "$@"
}
for dir in common supervisor svctl shim tests/lib tests/bench; do
	[ -n "$(find "$dir" -maxdepth 1 -name '*.c' 2>/dev/null)" ] || continue
	t_ok "cppcheck is silent about $dir" check -I"$dir" "$dir"
done
t_done
