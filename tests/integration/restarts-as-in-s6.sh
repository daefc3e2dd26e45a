#!/bin/bash
# timeout: 90
# restart_throttle = s6: a second after it was completely down, however long it ran; one that was ready, a second after it
# became so.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

s=$T/scan
mkdir "$s"
printf '[supervisor]\nrestart_throttle = s6\n' >"$T/hexad.ini"
t_service "$s" clock 'exit 0'
t_service "$s" plain
t_service "$s" was-ready 'echo >&3; exec sleep 1000'
t_service "$s" soon-dead 'echo >&3; exec sleep 1000'
echo 3 >"$s/was-ready/notification-fd"
echo 3 >"$s/soon-dead/notification-fd"
for name in clock plain was-ready soon-dead; do
	sv_listen $name "$s/$name"
done
t_tree "$s" --config "$T/hexad.ini"
sv_until plain u
sv_until was-ready U
# Three starts: more than two seconds.
for _ in 1 2 3; do
	sv_until clock u
done

kill -KILL "$(sv_pid "$s/plain")" "$(sv_pid "$s/was-ready")"
sv_until plain u
gap=$(sv_gap "$s/plain")
t_ok "never ready, old: up again after $((gap / 1000)) ms" test "$gap" -ge 990000
sv_until was-ready u
gap=$(sv_gap "$s/was-ready")
t_ok "ready for more than a second: after $((gap / 1000)) ms" test "$gap" -lt 900000

# Ready, then dead within the second: the pause is counted from the readiness, so it is shorter than a second.
sv_until soon-dead U
sv_tell "$s/soon-dead" r
sv_until soon-dead U
ready=$(sv_bytes "$s/soon-dead" 12 12)
kill -KILL "$(sv_pid "$s/soon-dead")"
sv_until soon-dead u
up=$(sv_bytes "$s/soon-dead" 0 12)
gap=$(((16#${up:0:16} - 16#${ready:0:16}) * 1000 + (16#${up:16:8} - 16#${ready:16:8}) / 1000000))
t_ok "ready and soon dead: $gap ms after it was ready" test "$gap" -ge 990

# u does not wait. Where the machine does, one of a few times tells.
for _ in 1 2 3 4 5 6; do
	kill -KILL "$(sv_pid "$s/plain")"
	sv_until plain D
	sv_tell "$s/plain" u
	sv_until plain u
	gap=$(sv_gap "$s/plain")
	[ "$gap" -ge 900000 ] || break
done
t_ok "u: after $((gap / 1000)) ms" test "$gap" -lt 900000
t_done
