#!/bin/bash
#
# Longruns of s6-rc.d: copies, readiness, limits, failures, pipelines.
# timeout: 240
# shellcheck disable=SC2016,SC2034 # NS_ENV is nsboot.sh's
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/boot.sh"
. "$(dirname "$0")/../lib/bootrc.sh"

rc_root
NS_ENV=(S6_VERBOSITY=0 FOO=bar)
longrun web 'echo "$0 $1 $#"; env | grep -v ^PWD= | sort; pwd; cat data/file; readlink /proc/self/fd/0; echo >/out/up; exec sleep 1000'
mk S/web/run "$(tail -n +1 "$R/etc/s6-overlay/s6-rc.d/web/run" | sed 's/\\/\\\\/g; s/%/%%/g')\n" 666
mk S/web/data/file 'data\n' 664
ln -s nowhere "$R/etc/s6-overlay/s6-rc.d/web/data/link"
mk S/web/down ''
mk S/web/log/run '#!/bin/sh\necho LOG\n'
mk S/web/other ''
mk S/web/max-death-tally '5\n'
chmod 777 "$R/etc/s6-overlay/s6-rc.d/web"
chmod 1777 "$R/out"
boot_life sh -c 'until [ -e /out/up ]; do sleep 0.02; done
	cd /run/s6-rc/servicedirs/web; stat -c "%n %a %U" . run data/file; readlink data/link; ls -d down log other 2>/dev/null
	readlink /run/service/web; s6-svstat -o up,normallyup .'
t_is "its context is a service's, its definition need not be executable, down and log do not count" \
	"$(sort <<<"$OUT")" "$(sort <<<"./run web 1
PATH=$NS_PATH
/run/s6-rc/servicedirs/web
data
/dev/null
. 755 root
run 755 root
data/file 644 root
nowhere
/run/s6-rc/servicedirs/web
true true")"

rc_root
longrun web 'id -u; exec sleep 1000'
chown "$NS_UID:$NS_UID" "$R/etc/s6-overlay/s6-rc.d/web/run"
boot_life sh -c 'stat -c "%U" /run/s6-rc/servicedirs/web /run/s6-rc/servicedirs/web/run; s6-svwait -u /run/service/web'
t_is "what somebody else could have written runs as him" "$(sort <<<"$OUT")" $'10000\napp\napp'

# The scan directory may be the application's: links of ours are followed all the same.
rc_root
printf '[app]\nuser = app\nhome = /home/app\n[supervisor]\nscandir_owner = app\n[profiles]\nenabled = no\n' >"$R/etc/hexad.ini"
longrun web 'echo RUNS; exec sleep 1000'
mk S/web/notification-fd '3\n'
mk S/web/run '#!/bin/sh\necho RUNS; echo >&3; exec sleep 1000\n'
boot_life stat -c %U /run/service
t_is "in a scan directory of the application" "$OUT" $'RUNS\napp'

rc_root
longrun l 'echo READY; echo >&3; exec 3>&-; exec sleep 1000'
mk S/l/notification-fd '3\n'
oneshot d 'echo DEP'
after d l
boot_life echo CMD
t_is "what depends on it waits until it is ready" "$OUT" $'READY\nDEP\nCMD'

rc_root
NS_ENV=(S6_VERBOSITY=1)
longrun l
mk S/l/notification-fd '3\n'
mk S/l/timeout-up '300\n'
boot_life sh -c 'echo CMD; s6-svc -wD -d /run/service/l; s6-svstat -o up,wantedup /run/service/l; s6-rc -a list | grep -c ^l$'
t_is "one that is not ready in time has failed and is told down" "$OUT" \
	$'s6-rc: warning: unable to start service l: command exited 99\nCMD\nfalse false\n0'

rc_root
longrun f 'exit 1'
mk S/f/finish '#!/bin/sh\nexit 125\n'
boot_life sh -c 's6-svwait -D /run/service/f; s6-svc -wD -d /run/service/f; s6-svstat -o up,wantedup /run/service/f
	s6-rc -a list | grep ^f$; s6-rc diff; echo $?'
t_is "one that dies at once has been up; what follows is no business of the graph" "$OUT" $'false false\nf\n-f\n1'

rc_root
longrun f 'exit 1'
mk S/f/finish '#!/bin/sh\nexit 125\n'
mk S/f/notification-fd '3\n'
NS_ENV=(S6_VERBOSITY=1)
boot_life echo CMD
t_is "one that fails for good before it is ready has failed" "$OUT" \
	$'s6-rc: warning: unable to start service f: command exited 1\nCMD'

rc_root
mk S/x/type longrun
mk S/x/run '#!/nonexistent\n'
mk U/x ''
NS_ENV=(S6_VERBOSITY=1)
boot_life echo CMD
t_is "one that cannot be executed does not keep the container waiting" "$(grep -v '^hexad: warning: x:' <<<"$OUT")" \
	$'s6-rc: warning: unable to start service x: unable to spawn ./run (waiting 60 seconds): No such file or directory\nCMD'

# Pipelines: the pipe outlives both ends.
rc_root
longrun p 'echo "data $$"; exec sleep 1000'
mk S/p/producer-for 'm\n'
longrun m 'exec sed -u s/^/M:/'
mk S/m/consumer-for 'p\n'
mk S/m/producer-for 'c\n'
longrun c 'while read -r line; do echo "C:$line" >>/out/c; done; echo END >>/out/c'
mk S/c/consumer-for 'm\n'
mk S/c/pipeline-name 'pipe\n'
rm "$R"/etc/s6-overlay/user-bundles.d/user/contents.d/*
mk U/pipe ''
chmod 1777 "$R/out"
boot_start
t_ok "from end to end" t_await_line "$R/out/c" '^C:M:data '
ns_exec /command/s6-svc -r /run/service/p
t_await 20 sh -c "[ \$(grep -c data '$R/out/c') = 2 ]"
ns_exec /command/s6-svc -wr -r /run/service/c
t_is "the reader's start anew loses nothing and ends nobody" "$(grep -c END "$R/out/c")" 0
pid=$(ns_exec /command/s6-svstat -o pid /run/service/m)
ns_exec /command/s6-svc -r /run/service/p
t_await 20 sh -c "[ \$(grep -c data '$R/out/c') = 3 ]"
t_is "the one in between runs on" "$(ns_exec /command/s6-svstat -o pid /run/service/m)" "$pid"
t_is "the bundle has a name" "$(ns_exec /command/s6-rc-db contents pipe)" $'c\nm\np'
t_is "and the pipes are known" "$(ns_exec /command/s6-rc-db pipeline p)" $'m/c\np/m'
ns_exec /command/s6-rc -d change pipe
t_is "going down its readers read to the end" "$(tail -n 1 "$R/out/c")" END
ns_exec /command/s6-rc -u change pipe
t_ok "up again it works again" t_await 20 sh -c "[ \$(grep -c data '$R/out/c') = 4 ]"
ns_signal TERM
boot_end
t_is "the last reader has the end when the container goes" "$CODE $(tail -n 1 "$R/out/c")" "0 END"
t_done
