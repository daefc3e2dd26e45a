#!/bin/bash
#
# Services of an image where /init is not root, or cannot write in /run: they run as far as anything can.
# timeout: 240
# shellcheck disable=SC2016,SC2034 # NS_ENV is nsboot.sh's
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/boot.sh"
. "$(dirname "$0")/../lib/bootrc.sh"

image() {
	rc_root
	oneshot o 'echo ONESHOT' 'echo ONESHOT-DOWN'
	longrun l 'echo LONGRUN $(id -u); echo >&3; exec 3>&-; exec sleep 1000'
	mk S/l/notification-fd '3\n'
	after l o
	mk /etc/services.d/s/run '#!/bin/sh\necho SERVICE; : >/out/s; exec sleep 1000\n'
	chmod 1777 "$R/out"
}

main='until [ -e /out/s ]; do sleep 0.02; done; exit 7'
shown() {
	grep -v '^hexad: ' <<<"$OUT" | sort | tr '\n' ' '
}
want='7 LONGRUN %s ONESHOT ONESHOT-DOWN SERVICE '

image
boot_before 'exec setpriv --reuid 10000 --regid 10000 --clear-groups "$@"'
boot_life sh -c "$main"
# shellcheck disable=SC2059
t_is "as another user, with a /run that is not his" "$CODE $(shown)" "$(printf "$want" 10000)"
image
boot_before 'chown 10000:10000 /run; exec setpriv --reuid 10000 --regid 10000 --clear-groups "$@"'
boot_life sh -c "$main"
# shellcheck disable=SC2059
t_is "as another user, with a /run of his own" "$CODE $(shown)" "$(printf "$want" 10000)"
image
boot_before 'mount -o remount,ro /run; exec "$@"'
boot_life sh -c "$main"
# shellcheck disable=SC2059
t_is "with a read-only /run" "$CODE $(shown)" "$(printf "$want" 0)"
t_done
