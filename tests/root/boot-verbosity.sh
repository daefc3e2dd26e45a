#!/bin/bash
#
# S6_VERBOSITY: what /init itself says about a boot and a stop. 0: what cannot be done; 1: warnings too; 2: all.
# shellcheck disable=SC2034,SC2016 # NS_ENV is nsboot.sh's; expanded inside
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/boot.sh"
. "$(dirname "$0")/../lib/bootrc.sh"

rc_root
mkdir -p "$R/var/run"
boot_before 'chown app /run; chmod 700 /run; exec "$@"'
oneshot bad 'false'
oneshot good ''
boot_script 1 'exit 3'
mk /etc/fix-attrs.d/1 '# nothing\n' 644
mk /etc/cont-finish.d/1 '#!/bin/sh\nexec sleep 1000\n'
printf '#!/bin/sh\necho HOOK; exit 5\n' >"$R/hook"
chmod 755 "$R/hook"

# at LEVEL: one life at that level; what was said, without the lines of s6-rc
at() {
	rm -rf "$R/var/run"
	mkdir -p "$R/var/run"
	NS_ENV=("S6_VERBOSITY=$1" S6_STAGE2_HOOK=/hook S6_KEEP_ENV=x S6_KILL_FINISH_MAXTIME=300 S6_BEHAVIOUR_IF_STAGE2_FAILS=1)
	boot_life echo CMD
}
warnings="hexad: warning: S6_KEEP_ENV is 'x', which is not a number: it counts as 0
hexad: warning: '/var/run' is not '/run', it is replaced by a link
hexad: warning: the hook failed, going on
hexad: warning: some scripts of cont-init.d failed, going on
hexad: warning: '/etc/cont-finish.d/1' did not end in time, killing it
fix-attrs: warning: '/etc/fix-attrs.d' is deprecated: set owners and modes when the image is built
s6-rc: warning: unable to start service bad: command exited 1"
infos="hexad: info: '/run' belonged to uid 10000, it was taken over
cont-init: info: running /etc/cont-init.d/1
cont-init: info: /etc/cont-init.d/1 exited 3
cont-finish: info: running /etc/cont-finish.d/1
s6-rc: info: service good successfully started"
# Asked for by S6_BEHAVIOUR_IF_STAGE2_FAILS=1, whatever the verbosity.
programs=$'HOOK\nhexad: warning: some services could not be brought up\nCMD'
at 0
t_is "0: nothing but what programs say and was asked for" "$CODE $OUT" "0 $programs"
at 1
t_is "1: warnings" "$CODE $(sort <<<"$OUT")" "0 $(sort <<<"$programs"$'\n'"$warnings")"
at 2
missed=
while read -r line; do
	grep -qxF "$line" <<<"$OUT" || missed+="$line"$'\n'
done <<<"$programs"$'\n'"$warnings"$'\n'"$infos"
t_is "2: infos" "$CODE $missed" "0 "

# What cannot be done is said whatever the verbosity.
rc_root
NS_ENV=(S6_VERBOSITY=0)
boot_before 'mount -o remount,ro /run; exec "$@"'
boot_life sh -c 'exit 4'
t_is "a /run that cannot be written" "$CODE $(grep -c "^hexad: warning: unable to create '/run/" <<<"$OUT")" "4 4"
rc_root
NS_ENV=(S6_VERBOSITY=0 S6_BEHAVIOUR_IF_STAGE2_FAILS=2)
boot_script 1 'exit 3'
boot_life true
t_is "why the container stops" "$CODE $OUT" "1 hexad: fatal: some scripts of cont-init.d failed, stopping the container
hexad: warning: some services could not be brought up
hexad: fatal: stopping the container"
NS_ENV=(S6_VERBOSITY=0)
boot_life /nowhere
t_is "a main program that is not there" "$CODE $OUT" "127 hexad: fatal: unable to run the main program '/nowhere': No such file or directory"
t_done
