#!/bin/bash
#
# s6-rc, s6-rc-db, s6-rc-update as image scripts and docker exec use them.
# timeout: 240
# shellcheck disable=SC2016
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/boot.sh"
. "$(dirname "$0")/../lib/bootrc.sh"

start() {
	boot_start
	t_await 20 ns_exec /command/s6-rc list
}

finish() {
	ns_signal TERM
	boot_end
}

rc() {
	ns_exec "/command/s6-rc" "$@"
}

rc_root
longrun web
oneshot a 'echo A-UP' 'echo A-DOWN'
oneshot b 'echo B-UP' 'echo B-DOWN'
after b a
mk S/extra/type 'oneshot\n'
mk S/extra/up 'echo TO-CALLER\n'
mk S/group/type 'bundle\n'
mk S/group/contents.d/a ''
mk S/group/contents.d/b ''
start
t_is "list of nothing is nothing" "$(rc list)" ""
t_is "what is up" "$(rc -a list)" $'web\na\nb\nfix-attrs\nlegacy-cont-init\nlegacy-services'
t_is "what is down" "$(rc -da list)" extra
t_is "a bundle is what is in it" "$(rc list group)" $'a\nb'
t_is "all that it needs" "$(rc listall b)" $'a\nb'
t_is "all that need it" "$(rc -d listall a)" $'a\nb\nlegacy-services'
t_is "anybody may look" "$(ns_app /command/s6-rc -a list | head -n 1)" web
t_code "nobody but root may change" 111 ns_app /command/s6-rc -d change a
t_is "and is told so" "$(cat "$T/.out")" "s6-rc: fatal: unable to take locks: Permission denied"
t_is "the output of a script is its caller's" "$(rc -u change extra 2>/dev/null)" TO-CALLER
t_is "it is up now" "$(rc -da list)" ""
t_is "down in order, with what depends on it" "$(rc -d change a 2>/dev/null)" $'B-DOWN\nA-DOWN'
t_is "legacy-services went with it" "$(rc -a list)" $'web\nextra\nfix-attrs\nlegacy-cont-init'
t_is "words of a change" "$(rc -v2 start b 2>&1)" "s6-rc: info: service a: starting
A-UP
s6-rc: info: service a successfully started
s6-rc: info: service b: starting
B-UP
s6-rc: info: service b successfully started"
t_is "-p: nothing else" "$(rc -p -u change web 2>/dev/null)" $'B-DOWN\nA-DOWN'
t_is "only that is up" "$(rc -a list)" web
pid=$(ns_exec /command/s6-svstat -o pid /run/service/web)
t_ok "a longrun down" rc -d change web
t_is "has no process and a down file" "$(ns_exec /command/s6-svstat -o up,wantedup,normallyup /run/service/web)" \
	"false false false"
rc -u change web
t_is "and up again" "$(ns_exec /command/s6-svstat -o up,wantedup,normallyup /run/service/web)" "true true true"
t_fails "with another pid" ns_exec test "$pid" = "$(ns_exec /command/s6-svstat -o pid /run/service/web)"
t_code "nothing differs" 0 rc diff
ns_exec /command/s6-svc -wD -d /run/service/web
t_code "a service that somebody stopped by hand differs" 1 rc diff
t_is "is named" "$(cat "$T/.out")" "-web"
t_is "and is up as far as the graph knows" "$(rc -a list)" web

t_code "an unknown name is 3" 3 rc change nosuch
t_is "and named" "$(cat "$T/.out")" "s6-rc: fatal: nosuch is not a recognized identifier"
t_code "an unknown command is 100" 100 rc bogus
t_code "help is 0" 0 rc help
db() {
	ns_exec /command/s6-rc-db "$@"
}
t_is "db: type" "$(db type top; db type web; db type a)" $'bundle\nlongrun\noneshot'
t_is "db: contents" "$(db contents group)" $'a\nb'
t_code "db: contents of a service is 5" 5 db contents fix-attrs
t_code "db: an unknown name is 3" 3 db type nosuch
t_is "db: dependencies" "$(db dependencies legacy-cont-init b)" $'a\nfix-attrs'
t_is "db: dependents" "$(db -d dependencies a)" $'b\nlegacy-services'
t_is "db: script" "$(db script extra | tr '\0' '|')" 'echo|TO-CALLER|'
t_is "db: timeout, flags" "$(db timeout a; db flags a)" $'0\n00000000'
t_is "db: lists" "$(db list longruns; db list bundles | tr '\n' ' ')" $'web\ngroup user user2 base top '
t_code "db: check" 0 db check
finish
t_is "the container ends" "$CODE" 0

# One change at a time.
rc_root
oneshot slow '/slow'
rm "$R"/etc/s6-overlay/user-bundles.d/user/contents.d/slow
mk /slow '#!/bin/sh\n/command/s6-rc -b -a list >/out/inner 2>&1; echo $? >>/out/inner; mkfifo /out/f; read x </out/f\n'
boot_script 1 's6-rc -a list; echo rc=$?'
boot_start
t_await_line "$NS_LOG" '^rc='
t_is "in a boot script it is busy" "$(grep -v 'cont-init' "$NS_LOG")" \
	$'s6-rc: fatal: unable to take locks: Resource busy\nrc=111'
t_await 20 rc list
rc start slow &
changing=$!
t_await 20 test -p "$R/out/f"
t_code "while a change goes on it is busy" 111 rc -a list
t_is "from within it is busy, though it would wait" "$(cat "$R/out/inner")" \
	$'s6-rc: fatal: unable to take locks: Resource busy\n111'
rc -b -a list >"$T/waited" &
waiting=$!
echo go >"$R/out/f"
wait $changing $waiting
t_is "-b waits for its end" "$(head -n 1 "$T/waited")" slow
finish

# Essential services; limits; failures.
rc_root
oneshot e '' 'echo EDOWN'
mk S/e/flag-essential ''
oneshot bad 'sh -c "exit 7"'
rm "$R"/etc/s6-overlay/user-bundles.d/user/contents.d/bad
oneshot needs 'echo NEEDS'
after needs bad
rm "$R"/etc/s6-overlay/user-bundles.d/user/contents.d/needs
longrun never
rm "$R"/etc/s6-overlay/user-bundles.d/user/contents.d/never
mk S/never/notification-fd '3\n'
start
t_is "an essential service is not stopped" "$(rc -d change e 2>&1; echo $?)" \
	$'s6-rc: warning: service e is marked as essential, not stopping it\n0'
t_is "but by -D" "$(rc -D change e; echo $?)" $'EDOWN\n0'
t_code "a script that fails is 1" 1 rc -u change needs
t_is "with its code, and what needs it is not tried" "$(cat "$T/.out")" \
	"s6-rc: warning: unable to start service bad: command exited 7"
t_code "the time is over: 2" 2 rc -t 300 -u change never
t_is "its state is the old one" "$(rc -a list | grep -c never)" 0
mk S/never/timeout-up '300\n'
finish
start
t_code "the service's own limit: 1" 1 rc -u change never
t_is "it is told down" "$(cat "$T/.out"; ns_exec /command/s6-svc -wD -d /run/service/never
	ns_exec /command/s6-svstat -o up,wantedup /run/service/never)" \
	$'s6-rc: warning: unable to start service never: command exited 99\nfalse false'
finish

# Other definitions while running.
rc_root
longrun keep 'echo one >>/out/keep; exec sleep 1000'
longrun gone
chmod 1777 "$R/out"
start
t_await 20 test -e "$R/out/keep"
pid=$(ns_exec /command/s6-svstat -o pid /run/service/keep)
ns_exec sh -c 'cd /etc/s6-overlay/s6-rc.d && rm -r gone && rm ../user-bundles.d/user/contents.d/gone &&
	mkdir new && echo oneshot >new/type && echo "echo NEW" >new/up && echo "echo two >>/out/keep; exec sleep 1000" >>keep/run'
ns_exec sh -c 'sed -i "/echo one/d" /etc/s6-overlay/s6-rc.d/keep/run'
compile() {
	ns_exec /command/s6-rc-compile "$1" /etc/s6-overlay/s6-rc.d /etc/s6-overlay/user-bundles.d \
		/package/admin/s6-overlay/etc/s6-rc/sources
}
t_ok "s6-rc-compile" compile /run/s6/db2
t_code "not over what is there" 111 compile /run/s6/db2
t_is "s6-rc-db reads it" "$(ns_exec /command/s6-rc-db -c /run/s6/db2 contents user)" keep
t_ok "s6-rc-update" ns_exec /command/s6-rc-update /run/s6/db2
t_is "what stayed has its process" "$(ns_exec /command/s6-svstat -o pid /run/service/keep)" "$pid"
t_is "what went is gone" "$(ns_exec ls /run/service)" keep
t_is "what is new can be started" "$(rc -u change new)" NEW
ns_exec /command/s6-svc -r /run/service/keep
t_ok "the next start is the new script's" t_await_line "$R/out/keep" '^two'
t_code "not one that is not below /run or /etc" 100 ns_exec /command/s6-rc-update /tmp/db
t_code "nor one that is not there" 4 ns_exec /command/s6-rc-update /run/s6/nosuch
t_code "s6-rc-init has been done" 0 ns_exec /command/s6-rc-init /run/service
t_is "reload: a longrun gets SIGHUP" "$(rc reload keep; echo $?)" 0
finish
t_is "the container ends" "$CODE" 0
t_done
