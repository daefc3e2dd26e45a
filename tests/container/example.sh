#!/bin/bash
#
# The example image of docs/examples/container: it builds, boots in the order it says, and stops in the reverse; each feature
# that its README names is seen at work.
# timeout: 200
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/engine.sh"

t_ok "it builds" c_build "hexad-test-example:$$" "$T_ROOT/docs/examples/container" --build-arg "IMAGE=$IMAGE"
export C_IMAGE=hexad-test-example:$$
# The lines in the order in which they must come; others may be between them. Lines with names come through another process
# than those without: an order is among the one kind or the other.
in_order() {
	local line n=0 at

	while IFS= read -r line; do
		at=$(tail -n "+$((n + 1))" "$T/lines" | grep -nFm1 -- "$line" | cut -d: -f1)
		if [ -z "$at" ]; then
			echo "not there, or too early: $line"
			return
		fi
		n=$((n + at))
	done
}
c_run -- /usr/local/bin/main once >"$T/out" 2>"$T/lines"
t_is "the main program's code, all output on standard error" "$? $(cat "$T/out")" "7 "
t_is "hook, fix-attrs, cont-init, profiles, services, main, and back" "$(in_order <<'END'
hook
s6-rc: info: service fix-attrs successfully started
cont-init: app 640
reconcile: profile=mail prior_state=running action=started
s6-rc: info: service legacy-cont-init successfully started
s6-rc: info: service database successfully started
schema: up, database up
s6-rc: info: service web successfully started
s6-rc: info: service legacy-services successfully started
announce: all services are up
main: hello from the hook, in /srv/www, database up, for app
s6-rc: info: service announce: stopping
s6-rc: info: service legacy-services: stopping
s6-rc: info: service web: stopping
schema: down, database up
s6-rc: info: service database: stopping
s6-rc: info: service database successfully stopped
cont-finish: database is down
END
)" ""
t_is "the logger of the pipeline is there before what it logs, and a service that needs nobody before the scripts" "$(in_order <<'END'
s6-rc: info: service metrics successfully started
s6-rc: info: service web-log successfully started
s6-rc: info: service legacy-cont-init successfully started
s6-rc: info: service web: starting
s6-rc: info: service web successfully stopped
s6-rc: info: service web-log: stopping
END
)" ""
t_is "lines with names: through a logger, of a start, and of an end by the service's own signal" "$(in_order <<'END'
database: database: starting
database: database: gone, 256 2
END
in_order <<<'web-log: web: serving a page of its own'
in_order <<<'gateway-mail: worker: mail is served by app')" ""

c_bg -- /usr/local/bin/main
t_await_line "$C_LOG" '^main: hello' 30
t_ok "svctl status as the application" c_exec svctl status
t_is "what is up, as s6-rc says it" "$(c_root s6-rc -a list | sort | tr '\n' ' ')" \
	"announce database fix-attrs legacy-cont-init legacy-services metrics schema web web-log "
t_is "the essential service stays" "$(c_root s6-rc -d change metrics 2>&1; c_root s6-svstat -o up /run/service/metrics)" \
	$'s6-rc: warning: service metrics is marked as essential, not stopping it\ntrue'
profile() {
	c_exec s6-svstat -o up "/run/service/gateway-$1"
}
t_is "of the profiles that runs which ran, and the files of all are the application's" \
	"$(profile mail) $(profile notes) $(c_exec stat -c %U /opt/data/profiles/notes/SOUL.md)" "true false app"
t_ok "who may start and stop them without being root" c_exec svctl start notes
t_is "and does" "$(profile notes)" true
ticks() {
	c_root sh -c 'test "$(stat -c %U /var/log/clock/current)" = nobody && grep -q tick /var/log/clock/current'
}
t_ok "the clock's logger writes as nobody" t_await 20 ticks
logged() {
	c_root sh -c 'test "$(stat -c %U /run/uncaught-logs/current)" = nobody &&
		grep -q "^20[0-9-]* [0-9:.]*  main: hello" /run/uncaught-logs/current'
}
t_ok "all output is logged, with stamps" t_await 20 logged
docker stop -t 20 "$C" >/dev/null
c_logs >"$T/lines"
t_is "docker stop" "$(c_state '{{.State.ExitCode}}') $(grep -c '^main: told to end' "$T/lines")" "0 1"
t_is "nobody had to be killed" "$(grep -c 'did not end in time' "$T/lines")" 0

c_bg -e S6_STAGE2_HOOK=false -- /usr/local/bin/main
c_wait 30
t_is "a failure ends the container, with its code and without the main program" "$C_CODE $(c_logs | grep -c '^main:')" "1 0"
t_done
