#!/bin/bash
#
# Definitions with errors: every one is named, nothing is started, the container stays or stops as it was told.
# timeout: 240
# shellcheck disable=SC2034 # NS_ENV is nsboot.sh's
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/boot.sh"
. "$(dirname "$0")/../lib/bootrc.sh"

bad() {
	rc_root
	oneshot a 'echo A'
	after a nosuch
	oneshot b 'echo B'
	after b c
	oneshot c 'foreground { x'
	after c b
	mk S/d/type 'nonsense\n'
	mk U/gone ''
	longrun good 'echo GOOD'
	boot_script 1 'echo CONT-INIT'
	NS_ENV=(S6_VERBOSITY=0 "$@")
}
S=/etc/s6-overlay/s6-rc.d
ERRORS="s6-rc-compile: fatal: syntax error in $S/c/up: unmatched {
s6-rc-compile: fatal: invalid $S/d/type: must be oneshot, longrun, or bundle
s6-rc-compile: fatal: during resolution of bundle user: undefined service name gone
s6-rc-compile: fatal: during dependency resolution for service a: undefined service name nosuch
s6-rc-compile: fatal: cyclic service dependency reached from c and involving b
hexad: fatal: the service definitions have errors: no service is started"

bad
boot_start echo CMD
t_ok "it is told that nothing is started" t_await_line "$NS_LOG" 'no service is started'
t_is "the container stays: somebody can look" "$(ns_exec cat /proc/1/comm)" s6-svscan
ns_signal WINCH
ns_signal TERM
boot_end
t_is "and can be stopped" "$CODE" 0
t_is "every error is told, nothing has run" "$OUT" "$ERRORS"

bad S6_BEHAVIOUR_IF_STAGE2_FAILS=2
boot_life echo CMD
t_is "behaviour 2 ends it" "$CODE" 1
t_is "with the same words" "$OUT" "$ERRORS"

# No directories at all: nothing to start, and nothing wrong.
rc_root
rm -rf "$R/etc/s6-overlay"
boot_life sh -c 'echo CMD; exit 3'
t_is "without any directory" "$CODE $OUT" "3 CMD"
rc_root
NS_ENV=(S6_VERBOSITY=1 S6_RUNTIME_PROFILE=none)
boot_life echo CMD
t_is "with a profile that is not there" "$CODE $OUT" \
	"0 hexad: warning: S6_RUNTIME_PROFILE: there is no directory '/etc/cont-profile.d/none', nothing of the image is started"$'\nCMD'

rc_root
mk S/base/type 'oneshot\n'
mk S/base/up ''
mk S/s6rc-x/type 'oneshot\n'
NS_ENV=(S6_VERBOSITY=0 S6_BEHAVIOUR_IF_STAGE2_FAILS=2)
boot_life echo CMD
t_is "names that are ours" "$CODE $OUT" "1 s6-rc-compile: fatal: in $S: identifier s6rc-x starts with reserved prefix
s6-rc-compile: fatal: duplicate service definition: base defined in the built-in services is already defined in $S
hexad: fatal: the service definitions have errors: no service is started"
t_done
