#!/bin/bash
# restart_throttle = s6: a service that never was ready is back a second after it is down, finish and all, however long it ran;
# one that was ready is back a second after that, which may be at once.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

s=$T/scan
mkdir "$s"
printf '[supervisor]\nrestart_throttle = s6\n' >"$T/hexad.ini"
t_service "$s" plain
printf '#!/bin/sh\nexec sleep 0.5\n' >"$s/plain/finish"
chmod 755 "$s/plain/finish"
t_service "$s" ready "read -r _ <>$T/gate; echo >&3; exec sleep 1000"
mkfifo "$T/gate"
exec 7<>"$T/gate"
echo 3 >"$s/ready/notification-fd"
sv_listen plain "$s/plain"
sv_listen ready "$s/ready"
t_tree "$s" --config "$T/hexad.ini"
sv_until plain u
sv_until ready u
echo >&7
sv_until ready U

# stamp NAME OFFSET: a stamp of the status file in milliseconds. 0: the last that came up or died, 12: that was ready or down.
stamp() {
	local hex

	hex=$(sv_bytes "$s/$1" "$2" 12)
	echo $(((16#${hex:0:16} - 16#4000000000000000) * 1000 + 16#${hex:16:8} / 1000000))
}

# back NAME: kills it and waits until it is up again; PAUSE is how long it was down, as the supervisor noted it.
back() {
	sv_tell "$s/$1" k
	sv_until "$1" u
	PAUSE=$(($(stamp "$1" 0) - $(stamp "$1" 12)))
}
back plain
t_ok "young and never ready: a second from the end of finish ($PAUSE ms)" test "$PAUSE" -ge 999
back plain
t_ok "the same again ($PAUSE ms)" test "$PAUSE" -ge 999

# Two seconds and more have gone by.
back ready
t_ok "ready for longer than a second: at once ($PAUSE ms)" test "$PAUSE" -lt 900
echo >&7
sv_until ready U
was_ready=$(stamp ready 12)
back ready
t_ok "ready a moment ago: a second after that ($(($(stamp ready 0) - was_ready)) ms)" \
	test $(($(stamp ready 0) - was_ready)) -ge 999

# plain has run for longer than that by now: no credit for it.
back plain
t_ok "old and never ready: a second from the end of finish ($PAUSE ms)" test "$PAUSE" -ge 999
t_done
