#!/bin/bash
#
# After a restart of the container, on the same volume, exactly the profiles that should run do, and
# container-boot.log says for each what was found and what was done.
# timeout: 200
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/engine.sh"

home=$T/home
log=$home/logs/container-boot.log
profile() {
	mkdir -p "$home/profiles/$1"
	: >"$home/profiles/$1/SOUL.md"
	[ -z "${2:-}" ] || printf '%s' "$2" >"$home/profiles/$1/gateway_state.json"
}
profile running '{"gateway_state": "running", "desired_state": "running"}'
profile stopped '{"gateway_state": "stopped", "desired_state": "stopped"}'
profile draining '{"gateway_state": "draining", "active_agents": 2}'
profile degraded '{"gateway_state": "degraded"}'
profile corrupt '{"gateway_state": "running", "desired_st'
profile fresh
profile locked '{"gateway_state": "running"}'
profile wish '{"gateway_state": "running", "desired_state": "stopped"}'
profile Upper '{"gateway_state": "running"}'
mkdir -p "$home/profiles/notes"
echo 4711 >"$home/profiles/running/gateway.pid"
chown -R 10000:10000 "$home"
chown 0:0 "$home/profiles/locked/gateway_state.json"
chmod 600 "$home/profiles/locked/gateway_state.json"

# What the log says, without the moment: one line a profile, in the order written.
said() {
	sed -E 's/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[+-][0-9]{4} //' "$log" | tail -n "$1"
}
up() {
	c_exec sh -c 'for d in /run/service/gateway-*; do
		[ "$(s6-svstat -o up "$d")" = true ] && echo "${d##*/gateway-}"
	done | sort | tr "\n" " "'
}
slots() {
	c_exec sh -c 'cd /run/service && ls -d gateway-*' | tr '\n' ' '
}
# svctl answers when the slot was spawned, so what is wanted up has been started when it returns.
settled() {
	c_exec svctl start "$1" >/dev/null
}

want='profile=default prior_state=None action=registered prior_exit=unknown
profile=Upper prior_state=None action=skipped prior_exit=unknown
profile=corrupt prior_state=None action=registered prior_exit=unknown
profile=degraded prior_state=running action=started prior_exit=unknown
profile=draining prior_state=running action=started prior_exit=unknown
profile=fresh prior_state=None action=registered prior_exit=unknown
profile=locked prior_state=None action=registered prior_exit=unknown
profile=running prior_state=running action=started prior_exit=unknown
profile=stopped prior_state=stopped action=registered prior_exit=unknown
profile=wish prior_state=stopped action=registered prior_exit=unknown'
all='gateway-corrupt gateway-default gateway-degraded gateway-draining gateway-fresh gateway-locked '
all+='gateway-running gateway-stopped gateway-wish '

c_bg -v "$home:/opt/data"
t_is "the first start says why for each" "$(said 10)" "$want"
t_is "every profile has its slot, and nothing else has" "$(slots)" "$all"
settled running
t_is "exactly those run that should" "$(up)" "degraded draining running "
t_ok "the slots are the application's" test -z "$(c_exec find /run/service -maxdepth 1 ! -uid 10000)"
t_ok "a stale pid file is deleted" test ! -e "$home/profiles/running/gateway.pid"
t_is "the log is the application's" "$(stat -c %u "$log")" 10000
t_like "a line is stamped with the numeric offset" "$(head -n 1 "$log")" \
	'^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[+-][0-9]{4} profile=default '
t_like "the console has the same as reconcile lines" "$(c_logs)" \
	'reconcile: profile=stopped prior_state=stopped action=registered'

# What clients and the application do between two starts: one is stopped for good, one is wanted from now on,
# one slot belongs to no profile.
printf '{"gateway_state": "stopped", "desired_state": "stopped"}' >"$home/profiles/draining/gateway_state.json"
printf '{"gateway_state": "stopped", "desired_state": "running"}' >"$home/profiles/stopped/gateway_state.json"
rm -r "$home/profiles/fresh"
mkdir "$home/profiles/running/state"
printf '{"phase": "exited"}' >"$home/profiles/running/state/gateway.lifecycle.json"
mkdir "$home/profiles/degraded/state"
printf '{"phase": "running"}' >"$home/profiles/degraded/state/gateway.lifecycle.json"
chown -R 10000:10000 "$home/profiles/running" "$home/profiles/degraded"
c_exec sh -c 'mkdir /run/service/gateway-ghost && touch /run/service/gateway-ghost/left'
want='profile=default prior_state=None action=registered prior_exit=unknown
profile=Upper prior_state=None action=skipped prior_exit=unknown
profile=corrupt prior_state=None action=registered prior_exit=unknown
profile=degraded prior_state=running action=started prior_exit=unclean
profile=draining prior_state=stopped action=registered prior_exit=unknown
profile=locked prior_state=None action=registered prior_exit=unknown
profile=running prior_state=running action=started prior_exit=clean
profile=stopped prior_state=running action=started prior_exit=unknown
profile=wish prior_state=stopped action=registered prior_exit=unknown'

t_ok "docker restart" c_again restart -t 20
t_is "the second start says why for each" "$(said 9)" "$want"
t_is "no line was written twice or lost" "$(wc -l <"$log")" 19
t_is "the slots are rebuilt from the profiles" "$(slots)" "${all/gateway-fresh /}"
settled running
t_is "exactly those run that should now" "$(up)" "degraded running stopped "
t_done
