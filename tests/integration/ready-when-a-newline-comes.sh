#!/bin/bash
# A service is ready when a newline comes from its notification descriptor, and never by less; one that
# writes without a newline does not make the supervisor wait.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

s=$T/scan
mkdir "$s"
mkfifo "$T/gate"
t_service "$s" web "printf abc >&3; read -r _ <$T/gate; echo >&3; exec sleep 1000"
t_service "$s" shy 'exec 3>&-; exec sleep 1000'
echo 3 >"$s/web/notification-fd"
echo 3 >"$s/shy/notification-fd"
sv_listen web "$s/web"
sv_listen shy "$s/shy"
t_tree "$s"

sv_letters web 2
t_is "it is up before it is ready" "$SV_GOT" su
t_is "up, wanted up, not ready" "$(sv_flags "$s/web")" 04
sv_tell "$s/web" p
t_ok "control works while the line is incomplete" sv_await 10 sv_has_flags "$s/web" 05
sv_tell "$s/web" c
t_ok "and again" sv_await 10 sv_has_flags "$s/web" 04
echo go >"$T/gate"
sv_letters web 1
t_is "the newline makes it ready" "$SV_GOT" U
t_is "up and ready" "$(sv_flags "$s/web")" 0c
sv_letters shy 2
t_is "one that closes the descriptor is up" "$SV_GOT" su
t_is "and not ready" "$(sv_flags "$s/shy")" 04
sv_tell "$s/web" d
sv_until web D
t_is "down" "${SV_GOT:0:1}" d
t_is "down is a state one can be ready in" "$(sv_flags "$s/web")" 08
t_done
