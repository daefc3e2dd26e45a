#!/bin/bash
#
# No script gives shellcheck anything to say.
# timeout: 300
. "$(dirname "$0")/../lib/tap.sh"
cd "$T_ROOT" || exit 1

if ! command -v shellcheck >/dev/null; then
	t_skip "shellcheck is silent" "shellcheck is not installed"
	t_done
fi
scripts() {
	grep -rlIE '^#!(/bin/|/usr/bin/env )(ba)?sh|^# shellcheck shell=' --exclude-dir=build --exclude-dir=.git .
}

t_is "shellcheck is silent" "$(scripts | xargs -n 8 -P 2 shellcheck 2>&1)" ""
t_ok "and saw the scripts" test "$(scripts | wc -l)" -gt 10
t_done
