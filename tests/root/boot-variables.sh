#!/bin/bash
#
# The S6_* variables, set but empty or to what they cannot be: as s6-overlay, or one clear line and the default.
# timeout: 240
# shellcheck disable=SC2034,SC2016 # NS_ENV is nsboot.sh's; expanded inside
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/boot.sh"
. "$(dirname "$0")/../lib/bootrc.sh"

# Every row of the table of those that are numbers: NAME DEFAULT.
numbers=$(sed -n 's/^BOOT_VAR("\([A-Z0-9_]*\)", \([0-9]*\), .*/\1 \2/p' "$(dirname "$0")/../../supervisor/boot_vars.def")

rc_root
longrun l
NS_ENV=()
while read -r name _; do
	NS_ENV+=("$name=")
done <<<"$numbers"
boot_life sh -c 'echo CMD; exit 3'
want=$CODE$OUT
NS_ENV=()
boot_life sh -c 'echo CMD; exit 3'
t_is "numbers that are empty count as unset, and nothing is said" "$want" "$CODE$OUT"
want=
while read -r name dflt; do
	NS_ENV+=("$name=0x1")
	# Of these two it is the configuration that says what the default is, and what it is to be compared with.
	[ "$name" = S6_KILL_GRACETIME ] && dflt=8000
	want+="hexad: warning: $name is '0x1', which is not a number: it counts as $dflt"$'\n'
done <<<"$numbers"
boot_life sh -c 'echo CMD; exit 3'
t_is "what is no number has one line each, and the default" "$CODE $(grep 'not a number' <<<"$OUT" | sort)" "3 $(sort <<<"${want%$'\n'}")"
t_is "and nothing else comes of it" "$(grep -v 'not a number' <<<"$OUT" | grep -vE '^s6-rc: info: |^CMD$')" ""

# A place for scripts and services, all of which say where they are from.
profile() {
	local from=$1

	mk "$from/cont-init.d/1" "#!/bin/sh\necho init $from\n"
	mk "$from/cont-finish.d/1" "#!/bin/sh\necho finish $from\n"
	mk "$from/s6-overlay/s6-rc.d/o/type" 'oneshot\n'
	mk "$from/s6-overlay/s6-rc.d/o/up" "echo oneshot $from\n"
	mk "$from/s6-overlay/user-bundles.d/user/type" 'bundle\n'
	mk "$from/s6-overlay/user-bundles.d/user/contents.d/o" ''
}

rc_root
profile /etc
profile /etc/cont-profile.d/alt
profile /etc/cont-profile.d/alt/deeper
# what DESC VARIABLE=VALUE LINE...: these lines come of it, in any order
what() {
	NS_ENV=(S6_VERBOSITY=1 "$2")
	boot_life true
	t_is "$1" "$CODE $(sort <<<"$OUT")" "0 $(printf '%s\n' "${@:3}" | sort)"
}
etc=('init /etc' 'oneshot /etc' 'finish /etc')
alt=/etc/cont-profile.d/alt
what "no profile" PLAIN=1 "${etc[@]}"
what "a profile" S6_RUNTIME_PROFILE=alt "init $alt" "oneshot $alt" "finish $alt"
what "a profile in a directory of profiles" S6_RUNTIME_PROFILE=alt/deeper "init $alt/deeper" "oneshot $alt/deeper" "finish $alt/deeper"
what "an empty profile: scripts are of no profile's, services of /etc" S6_RUNTIME_PROFILE= 'oneshot /etc' \
	"hexad: warning: S6_RUNTIME_PROFILE is empty: scripts and services.d are looked for in '/etc/cont-profile.d/', s6-rc.d in '/etc/s6-overlay'"
what "a profile that is not there" S6_RUNTIME_PROFILE=none \
	"hexad: warning: S6_RUNTIME_PROFILE: there is no directory '/etc/cont-profile.d/none', nothing of the image is started"
what "no bundle directory" S6_RUNTIME_BUNDLEDIR= "${etc[@]}"
what "a bundle directory that is not there" S6_RUNTIME_BUNDLEDIR=/none 'init /etc' 'finish /etc' \
	"hexad: warning: S6_RUNTIME_BUNDLEDIR: there is no directory '/none', bundles user and user2 are empty"
what "an empty hook" S6_STAGE2_HOOK= "${etc[@]}"
what "a hook of blanks alone" 'S6_STAGE2_HOOK=  ' "${etc[@]}"
what "words before no main program" S6_CMD_ARG0= "${etc[@]}"
rm -rf "$R"/etc/cont-* "$R"/etc/s6-overlay

NS_ENV=(S6_VERBOSITY=1 S6_LOGGING=1 S6_CATCHALL_USER= S6_LOGGING_SCRIPT=)
boot_life sh -c 'echo CMD; stat -c %U /run/uncaught-logs'
t_is "a logger of nobody's is ours, without stamps" "$CODE $OUT" $'0 CMD\nroot'
NS_ENV=(S6_VERBOSITY=1 S6_LOGGING=1 'S6_LOGGING_SCRIPT=nonsense -! /tmp')
boot_life sh -c 'echo CMD'
t_is "of a script for the logger only the stamps count" "$CODE $OUT" '0 CMD'
NS_ENV=(S6_VERBOSITY=1 S6_LOGGING=1 S6_CATCHALL_USER=nosuch)
boot_life echo CMD
t_is "an unknown user for it is no start" "$CODE $OUT" "100 hexad: fatal: S6_CATCHALL_USER: there is no user 'nosuch'"

# What scripts write into the environment directory. The last script is run or not by what the first one wrote.
late() {
	rc_root
	profile /etc
	NS_ENV=(S6_VERBOSITY=1 S6_BEHAVIOUR_IF_STAGE2_FAILS=2)
	mk /hook "#!/bin/sh\ncd /run/s6/container_environment; $2\n"
	NS_ENV+=(S6_STAGE2_HOOK=/hook)
	boot_script 2 'exit 1'
	boot_life echo CMD
	t_is "$1" "$CODE $(grep -vE '^(init|finish|oneshot) ' <<<"$OUT")" "$3"
}
failed=$'1 s6-rc: warning: unable to start service legacy-cont-init: command exited 1\nhexad: warning: some services could not be brought up
hexad: fatal: stopping the container'
some='hexad: fatal: some scripts of cont-init.d failed, stopping the container'
late "a file of it that is left alone" : "${failed/s6-rc/$some$'\n's6-rc}"
late "an empty file: unset" ': >S6_BEHAVIOUR_IF_STAGE2_FAILS' '0 CMD'
late "an empty line: empty" 'echo >S6_BEHAVIOUR_IF_STAGE2_FAILS' '0 CMD'
late "no file: unset" 'rm S6_BEHAVIOUR_IF_STAGE2_FAILS' '0 CMD'
late "no newline at its end" 'printf 0 >S6_BEHAVIOUR_IF_STAGE2_FAILS' '0 CMD'
late "a second line: no number" 'echo >>S6_BEHAVIOUR_IF_STAGE2_FAILS' \
	"0 hexad: warning: S6_BEHAVIOUR_IF_STAGE2_FAILS is '2\\x0a', which is not a number: it counts as 0"$'\nCMD'
late "a NUL: no number" 'printf "2\\0002" >S6_BEHAVIOUR_IF_STAGE2_FAILS' \
	"0 hexad: warning: S6_BEHAVIOUR_IF_STAGE2_FAILS is '2\\x0a2', which is not a number: it counts as 0"$'\nCMD'
late "longer than any number" 'head -c 100 /dev/zero | tr "\\000" 0 >S6_BEHAVIOUR_IF_STAGE2_FAILS' \
	"0 hexad: warning: S6_BEHAVIOUR_IF_STAGE2_FAILS is longer than 63 bytes: it counts as not set"$'\nCMD'
late "a directory: unset" 'rm S6_BEHAVIOUR_IF_STAGE2_FAILS; mkdir S6_BEHAVIOUR_IF_STAGE2_FAILS' '0 CMD'
t_done
