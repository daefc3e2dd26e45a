#!/bin/bash
#
# Where /init has its scan directory elsewhere, since nothing in /run can be written, clients find it without being told.
# shellcheck disable=SC2034,SC2016 # NS_ENV is nsboot.sh's; expanded inside
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/boot.sh"
. "$(dirname "$0")/../lib/bootrc.sh"

# elsewhere BEFORE: a container that stays, started by that line
elsewhere() {
	rc_root
	oneshot o 'echo UP' 'echo DOWN'
	longrun l
	chmod 1777 "$R/out"
	boot_before "$1"
	boot_start sh -c ': >/out/main; exec sleep 1000'
	t_await 20 test -e "$R/out/main"
}

as_user='exec setpriv --reuid 10000 --regid 10000 --clear-groups "$@"'

elsewhere "$as_user"
t_is "s6-rc of /init's user" "$(ns_app s6-rc -a list)" $'l\no\nfix-attrs\nlegacy-cont-init\nlegacy-services'
t_is "it changes services, and gets what their scripts say" "$(ns_app s6-rc -d change o) $?" "DOWN 0"
t_is "s6-rc of root" "$(ns_exec s6-rc -a list | head -n 1)" l
t_is "s6-rc-db" "$(ns_app s6-rc-db type o)" oneshot
t_is "svctl" "$(ns_app svctl --json status l | grep -c '"state": "up"\|"up": true')" 1
ns_app halt
boot_end
t_is "halt" "$CODE" 0

# A directory of that name that is somebody else's, with a socket of his.
rc_root
elsewhere 'mkdir -m 755 -p /tmp/hexad-0/.s6-svscan; chown -R app /tmp/hexad-0; mount -o remount,ro /run
setpriv --reuid 10000 --regid 10000 --clear-groups python3 -c "
import socket, os
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.bind(\"/tmp/hexad-0/.s6-svscan/hexad\")
s.listen(5)
open(\"/out/planted\", \"w\").close()
if os.fork(): os._exit(0)
s.accept()
open(\"/out/fooled\", \"w\").close()
" >/dev/null 2>&1
exec "$@"'
t_ok "a socket is planted" test -e "$R/out/planted"
t_is "another one's is not believed, ours is found" "$(ns_exec s6-rc -a list | head -n 1)" l
t_is "nor by svctl" "$(ns_exec svctl --json status l | grep -c '"up": true\|"state": "up"')" 1
t_fails "nobody has connected to it" test -e "$R/out/fooled"
t_is "one that is named and not there is no other" "$(ns_exec HEXAD_SCANDIR=/nowhere s6-rc -a list 2>&1) $?" \
	"s6-rc: fatal: unable to take locks: No such file or directory 111"
ns_exec halt
boot_end
t_is "and can be stopped" "$CODE" 0

rc_root
t_is "no container: as ever" "$(unshare --mount sh -c 'mount -t tmpfs none /run && exec "$0" s6-rc -a list' "$B/hexad-shim" 2>&1) $?" \
	"s6-rc: fatal: unable to take locks: No such file or directory 111"
t_done
