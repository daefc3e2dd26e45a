#!/bin/bash
#
# The example image of docs/examples/container: it builds, boots in the order it says, and stops in the reverse.
# timeout: 200
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/engine.sh"

t_ok "it builds" c_build "hexad-test-example:$$" "$T_ROOT/docs/examples/container" --build-arg "IMAGE=$IMAGE"
export C_IMAGE=hexad-test-example:$$
# The lines in the order in which they must come; others may be between them.
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
c_run -- /usr/local/bin/main once >"$T/lines" 2>&1
t_is "the main program's code" $? 7
t_is "hook, fix-attrs, cont-init, database, schema, pipeline, main, and back" "$(in_order <<'END'
hook
s6-rc: info: service fix-attrs successfully started
cont-init: app 640
s6-rc: info: service legacy-cont-init successfully started
database: database: starting
s6-rc: info: service database successfully started
schema: up, database up
s6-rc: info: service web successfully started
s6-rc: info: service legacy-services successfully started
main: hello from the hook, in /srv/www, database up
s6-rc: info: service legacy-services: stopping
schema: down, database up
database: database: gone
s6-rc: info: service database successfully stopped
cont-finish: database is down
END
)" ""
t_like "the pipeline's lines come through its logger, with a name" "$(cat "$T/lines")" '^web-log: web: serving$'

c_bg -- /usr/local/bin/main
t_await_line "$C_LOG" '^main: hello' 30
t_ok "svctl status as the application" c_exec svctl status
t_is "what is up, as s6-rc says it" "$(c_root s6-rc -a list | sort | tr '\n' ' ')" \
	"database fix-attrs legacy-cont-init legacy-services schema web web-log "
ticks() {
	c_root sh -c 'test "$(stat -c %U /var/log/clock/current)" = nobody && grep -q tick /var/log/clock/current'
}
t_ok "the clock's logger writes as nobody" t_await 20 ticks
docker stop -t 20 "$C" >/dev/null
c_logs >"$T/lines"
t_is "docker stop" "$(c_state '{{.State.ExitCode}}') $(grep -c '^main: told to end' "$T/lines")" "0 1"
t_is "nobody had to be killed" "$(grep -c 'did not end in time' "$T/lines")" 0
t_done
