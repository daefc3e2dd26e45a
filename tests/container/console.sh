#!/bin/bash
#
# After services ran as another user, PID 1's own files in /proc still belong to root: what images write to
# /proc/1/fd/1 comes out, with the engine's default capabilities.
# timeout: 120
# shellcheck disable=SC2119 # options are optional
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/engine.sh"

c_bg
c_exec sh -c 'mkdir /run/service/web && printf "#!/bin/sh\necho web: as \$(id -u)\nexec sleep 100000\n" >/run/service/web/run &&
	chmod 755 /run/service/web/run && s6-svscanctl -a /run/service && s6-svwait -u -t 10000 /run/service/web'
t_ok "a service runs as uid 10000" t_await_line "$C_LOG" '^web: as 10000$' 10
t_ok "it is stopped and started through its FIFO" \
	c_exec sh -c 's6-svc -wD -T 10000 -d /run/service/web && s6-svc -wu -T 10000 -u /run/service/web'
t_ok "root writes to /proc/1/fd/1" c_root sh -c 'echo from the exec >/proc/1/fd/1'
t_ok "and it is on the console" t_await_line "$C_LOG" '^from the exec$' 10
t_ok "so does /proc/1/fd/2" c_root sh -c 'echo from the other >/proc/1/fd/2'
t_ok "and that too" t_await_line "$C_LOG" '^from the other$' 10
t_done
