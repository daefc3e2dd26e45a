#!/bin/bash
#
# services.d: copies, links, loggers, what keeps a service from starting, waiting for them, their stop.
# timeout: 240
# shellcheck disable=SC2016,SC2034 # NS_ENV is nsboot.sh's
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/boot.sh"
. "$(dirname "$0")/../lib/bootrc.sh"

rc_root
legacy a 'echo RUN $0 $1 $# $PWD; exec sleep 1000'
mk /etc/services.d/a/data/x 'x' 664
mk /etc/services.d/a/extra 'x' 666
mkfifo "$R/etc/services.d/a/pipe"
ln -s nowhere "$R/etc/services.d/a/link"
chmod 777 "$R/etc/services.d/a"
mk /etc/services.d/plain ''
mk /etc/services.d/.hidden/run '#!/bin/sh\necho HIDDEN\n'
legacy off 'echo OFF'
mk /etc/services.d/off/down ''
mk /opt/linked/run '#!/bin/sh\nexec sleep 1000\n'
ln -s /opt/linked "$R/etc/services.d/linked"
boot_life sh -c 's6-svwait -u /run/service/a /run/service/linked; cd /run/service; for s in *; do echo "$s $(readlink $s)"; done
	cd a; stat -c "%n %a %F" . data/x extra pipe; readlink link; s6-svstat -u ../off; readlink /run/s6/legacy-services/linked'
t_is "copied whole, linked, supervised; plain files and hidden ones are none" "$(sort <<<"$OUT")" "$(sort <<<"RUN ./run a 1 /run/s6/legacy-services/a
a /run/s6/legacy-services/a
linked /run/s6/legacy-services/linked
off /run/s6/legacy-services/off
. 755 directory
data/x 644 regular file
extra 644 regular file
pipe 644 fifo
nowhere
false
/opt/linked")"

rc_root
legacy a 'echo hello; echo >/out/up; exec sleep 1000'
mk /etc/services.d/a/log/run '#!/bin/sh\nexec sed -u s/^/LOG:/\n'
chmod 1777 "$R/out"
boot_life sh -c 'until [ -e /out/up ]; do sleep 0.02; done'
t_is "its logger gets what it writes, to the last line" "$OUT" LOG:hello

rc_root
oneshot bad 'exit 7'
legacy a 'echo STARTED; exec sleep 1000'
boot_life sh -c 'echo CMD; ls /run/service'
t_is "nothing of services.d when a service of user fails" "$OUT" CMD

rc_root
legacy a 'echo WAS-THERE; exec sleep 1000'
boot_script 1 'rm -r /etc/services.d/a; mkdir -p /etc/services.d/b; printf "#!/bin/sh\nexec sleep 1000\n" >/etc/services.d/b/run
	chmod 755 /etc/services.d/b/run'
boot_life sh -c 'ls /run/service'
t_is "a boot script decides what there is" "$OUT" b

rc_root
legacy a 'sleep 0.2; echo READY; echo >&3; exec 3>&-; exec sleep 1000'
mk /etc/services.d/a/notification-fd '3\n'
legacy b
NS_ENV=(S6_VERBOSITY=0 S6_CMD_WAIT_FOR_SERVICES=1)
boot_life echo CMD
t_is "the main program can wait for them" "$OUT" $'READY\nCMD'
legacy a
for b in 0 1 2; do
	NS_ENV=(S6_VERBOSITY=0 S6_CMD_WAIT_FOR_SERVICES=1 S6_CMD_WAIT_FOR_SERVICES_MAXTIME=300 "S6_BEHAVIOUR_IF_STAGE2_FAILS=$b")
	boot_life echo CMD
	t_like "but not for ever: behaviour $b" "$CODE $(grep -c CMD <<<"$OUT")" "$([ $b = 2 ] && echo '^[12] 0' || echo '^0 1')"
done

rc_root
longrun l
legacy v 'trap "echo told; exit 0" TERM; echo >/out/up; while :; do sleep 0.05; done'
mk /etc/services.d/v/log/run '#!/bin/sh\nexec sed -u s/^/LOG:/\n'
mk /etc/services.d/v/finish '#!/bin/sh\necho FIN $*\n'
chmod 1777 "$R/out"
boot_life sh -c 'until [ -e /out/up ]; do sleep 0.02; done; s6-rc -d change l; s6-rc -a list; echo ---; ls /run/service'
t_is "they go when what legacy-services needs goes, finish and logger to the end" \
	"$(grep -vE 'Terminated|audit:' <<<"$OUT" | sed 's/FIN 0 0 v [0-9]*/FIN/')" \
	$'LOG:told\nLOG:FIN\nfix-attrs\nlegacy-cont-init\n---\nl'

rc_root
NS_ENV=(S6_VERBOSITY=0 S6_RUNTIME_PROFILE=p)
legacy a 'echo DEFAULT'
mk /etc/cont-profile.d/p/services.d/b/run '#!/bin/sh\necho PROFILE; : >/out/up; exec sleep 1000\n'
boot_life sh -c 'until [ -e /out/up ]; do sleep 0.02; done; ls /run/service'
t_is "a profile has its own" "$OUT" $'PROFILE\nb'

# One that ends the container itself, as images do.
rc_root
legacy m 'exit 42'
mk /etc/services.d/m/finish '#!/bin/sh\necho $1 > /run/s6-linux-init-container-results/exitcode\nexec /run/s6/basedir/bin/halt\n'
boot_life
t_is "finish ends the container with its code" "$CODE" 42
t_done
