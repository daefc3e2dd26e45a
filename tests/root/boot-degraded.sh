#!/bin/bash
#
# Where /init cannot have what it wants it says what is lost, one line each, and the main program runs.
# shellcheck disable=SC2034 # NS_ENV is nsboot.sh's
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/boot.sh"

boot_root
boot_before 'exec setpriv --reuid 10000 --regid 10000 --clear-groups "$@"'
boot_life sh -c 'id -u; exit 7'
t_is "as another user, with a /run that is not his: the main program runs" "$CODE $(tail -n 1 <<<"$OUT")" "7 10000"
for lost in /run/s6 /run/hexad /run/service /run/s6-linux-init-container-results; do
	t_is "one line about $lost" "$(grep -c "unable to create '$lost'" <<<"$OUT")" 1
done
t_like "the scan directory is another one" "$OUT" "the scan directory is '/tmp/hexad-10000'"
boot_life sh -c 'stat -c %u /tmp/hexad-10000/.s6-svscan/control'
t_is "his, and that of the start before is no hindrance" "$(tail -n 1 <<<"$OUT")" 10000
mkdir -m 777 "$R/tmp/hexad-0"
chown 4711 "$R/tmp/hexad-0"

boot_before 'mount -o remount,ro /run; exec "$@"'
boot_life sh -c 'exit 7'
t_is "with a read-only /run" "$CODE" 7
t_like "a directory that somebody else has put there is not used" "$OUT" "directory is '/[a-z/]*/hexad-0(\.1)?'"
t_is "nor touched" "$(stat -c '%u %a' "$R/tmp/hexad-0")" "4711 777"

boot_root
boot_before 'chown 10000:10000 /run; exec setpriv --reuid 10000 --regid 10000 --clear-groups "$@"'
boot_life sh -c 'stat -c "%u %a" /run/service /run/s6/container_environment; exit 7'
t_is "as another user, with a /run of his own: nothing is lost" "$CODE $OUT" $'7 10000 755\n10000 755'

boot_root
NS_ENV=(S6_KILL_GRACETIME=500)
boot_before 'umount /proc; exec "$@"'
boot_life sh -c '(trap "" TERM; exec sleep 1000) & (trap "" TERM; setsid sleep 1001) & exit 7'
t_is "without /proc: everybody is killed at the end" "$CODE" 7
boot_life sh -c '(exec sleep 1000) & exit 7'
t_is "and there is no wait for nobody" "$CODE" 7

boot_root
NS_ENV=(S6_KILL_GRACETIME=300 S6_SERVICES_GRACETIME=300)
# PID 1 is another program, as with docker run --init.
boot_before '"$@" & wait $!; c=$?; ps -e -o comm= | grep sleep; exit $c'
boot_life sh -c '(trap "" TERM; setsid sleep 1000) & exit 7'
t_is "not PID 1: the code arrives" "$CODE" 7
t_is "once said" "$(grep -c 'not process 1' <<<"$OUT")" 1
t_is "descendants are ended" "$(grep -c '^sleep' <<<"$OUT")" 0
boot_before 'sleep 1000 & "$@" & wait $!; c=$?; ps -e -o comm= | grep sleep; kill %1; exit $c'
boot_life sh -c 'exit 7'
t_is "others are left alone" "$CODE $(grep -c '^sleep' <<<"$OUT")" "7 1"
t_done
