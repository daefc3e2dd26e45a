#!/bin/bash
#
# cont-init.d: order, context, failures, and what a failure means for the container.
# shellcheck disable=SC2034 # NS_ENV is nsboot.sh's
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/boot.sh"

boot_root
NS_ENV=(S6_VERBOSITY=1)
for name in a9 20 100 B10 'two words' 'c~'; do
	boot_script "$name" "echo '$name'"
done
boot_script .hidden 'echo hidden'
boot_life echo main
t_is "every visible entry in byte order, then the main program" "$OUT" $'100\n20\nB10\na9\nc~\ntwo words\nmain'

boot_root
NS_ENV=(S6_VERBOSITY=1 FOO=bar)
boot_script 1 'env | grep -v ^PWD= | sort; pwd; echo "$#"; cat /run/s6/container_environment/FOO; ls -d /run/s6/basedir'
boot_life true
t_is "context: RC_NAME and PATH, no words, the environment in its directory" "$OUT" \
	"PATH=$NS_PATH"$'\nRC_NAME=legacy-cont-init\n/\n0\nbar\n/run/s6/basedir'
boot_script 1 'cat /proc/1/comm'
boot_life true
t_is "PID 1 has its name already" "$OUT" s6-svscan

fails() {
	boot_root
	boot_script 1 'exit 3'
	boot_script 2 'kill -9 $$'
	boot_script 3 'echo three'
	echo text >"$R/etc/cont-init.d/4"
	mkdir "$R/etc/cont-init.d/5"
	printf '#!/nonexistent\n' >"$R/etc/cont-init.d/6"
	chmod 755 "$R/etc/cont-init.d/6"
	echo 'echo "plain $0"' >"$R/etc/cont-init.d/7"
	chmod 755 "$R/etc/cont-init.d/7"
	NS_ENV=("$@")
	boot_life echo main
}

D=/etc/cont-init.d
fails
t_is "by default failures are told and boot goes on" "$CODE" 0
t_is "one line before and one after each" "$(grep '^cont-init: ' <<<"$OUT")" "cont-init: info: running $D/1
cont-init: info: $D/1 exited 3
cont-init: info: running $D/2
cont-init: info: $D/2 exited 137
cont-init: info: running $D/3
cont-init: info: $D/3 exited 0
cont-init: info: running $D/4
cont-init: info: $D/4 exited 126
cont-init: info: running $D/5
cont-init: info: $D/5 exited 126
cont-init: info: running $D/6
cont-init: info: $D/6 exited 127
cont-init: info: running $D/7
cont-init: info: $D/7 exited 0"
t_is "what cannot be executed is named" "$(grep 'unable to exec' <<<"$OUT")" \
	"hexad: fatal: unable to exec '$D/4': Permission denied
hexad: fatal: unable to exec '$D/5': Permission denied
hexad: fatal: unable to exec '$D/6': No such file or directory"
t_is "the others ran, and the main program" \
	"$(grep -E '^(three|plain|main)' <<<"$OUT")" $'three\nplain '"$D/7"$'\nmain'
fails S6_BEHAVIOUR_IF_STAGE2_FAILS=1 S6_VERBOSITY=1
t_is "behaviour 1: a warning" "$CODE $(grep -c 'warning: some scripts' <<<"$OUT")" "0 1"
fails S6_BEHAVIOUR_IF_STAGE2_FAILS=2 S6_VERBOSITY=1
t_is "behaviour 2: all scripts run, no main program, 1" \
	"$CODE $(grep -cE '^(three|plain)' <<<"$OUT") $(grep -c main <<<"$OUT")" "1 2 0"

boot_root
NS_ENV=(S6_VERBOSITY=1 S6_RUNTIME_PROFILE=p)
mkdir -p "$R/etc/cont-profile.d/p/cont-init.d"
boot_script 1 'echo default'
printf '#!/bin/sh\necho profile\n' >"$R/etc/cont-profile.d/p/cont-init.d/1"
chmod 755 "$R/etc/cont-profile.d/p/cont-init.d/1"
boot_life true
t_is "S6_RUNTIME_PROFILE has scripts of its own" "$OUT" profile
rm -rf "$R/etc/cont-init.d"
NS_ENV=()
boot_life echo main
t_is "no cont-init.d is fine" "$CODE $OUT" "0 main"

# A script stopped from outside: no other one and no main program begin.
boot_root
boot_script 1 'trap "echo told; exit 0" TERM; echo up >/out/up; while :; do sleep 0.05; done'
boot_script 2 'echo second'
boot_start echo main
t_await 10 test -e "$R/out/up"
ns_signal TERM
boot_end
t_is "SIGTERM during boot ends the script and begins nothing else" \
	"$CODE $(grep -cE '^(told|second|main)' <<<"$OUT") $(grep -c ^told <<<"$OUT")" "0 1 1"
t_done
