#!/bin/bash
#
# [log] prefix: lines of the hook, boot scripts, fix-attrs and oneshots begin with the name of their service.
# shellcheck disable=SC2034,SC2016 # NS_ENV is nsboot.sh's; expanded inside
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/boot.sh"
. "$(dirname "$0")/../lib/bootrc.sh"

image() {
	rc_root
	printf '[log]\nprefix = %s\n' "$1" >"$R/etc/hexad.ini"
	NS_ENV=(S6_VERBOSITY=1 "S6_STAGE2_HOOK=echo from the hook")
	boot_script 1 'echo first; echo second >&2; printf "no newline"'
	boot_script 2 'exec /nowhere'
	mk /etc/fix-attrs.d/1 '/nowhere false app 0644 0755\n' 644
	mk /etc/cont-finish.d/1 '#!/bin/sh\necho bye\n'
	oneshot up 'sh -c "echo comes; echo wrong >&2"' 'echo goes'
	oneshot sleeper 'sh -c "sleep 1000 & echo leaves one behind"'
}

image yes
boot_life sh -c 'echo from main; s6-rc -d change up; s6-rc -u change up; exit 4'
t_is "the hook" "$CODE $(grep 'from the hook' <<<"$OUT")" "4 hook: from the hook"
t_is "cont-init.d and cont-finish.d, to the last byte" "$(grep '^legacy-cont-init: ' <<<"$OUT" | sed 's/: [0-9]*: exec/: exec/' | sort)" \
	"$(printf 'legacy-cont-init: %s\n' '/etc/cont-init.d/2: exec: /nowhere: not found' bye first 'no newline' second)"
t_like "fix-attrs" "$(grep '^fix-attrs: ' <<<"$OUT")" "^fix-attrs: fix-attrs: warning: .*'/nowhere'"
t_is "oneshots: up, down, errors" "$(grep '^up: ' <<<"$OUT" | sort)" \
	"$(printf 'up: %s\n' comes goes wrong | sort)"
t_is "one that leaves somebody behind" "$(grep -c '^sleeper: leaves one behind$' <<<"$OUT")" 1
t_is "what a client runs is his, without a name" "$(grep -xcE 'comes|goes|wrong' <<<"$OUT")" 3
t_is "nothing else" \
	"$(grep -vE '^(hook|legacy-cont-init|fix-attrs|up|sleeper): |^(comes|goes|wrong|from main)$|: audit: ' <<<"$OUT")" ""

image no
boot_life true
t_is "without the option no line has a name" "$CODE $(grep -cE '^(hook|legacy-cont-init|up|sleeper): ' <<<"$OUT") $(grep -xcE \
	'from the hook|first|second|no newline.*|bye|comes|wrong|goes|leaves one behind' <<<"$OUT")" "0 0 9"
t_done
