#!/bin/bash
# A down file is looked at once, when supervision begins; D makes it and U removes it.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

s=$T/scan
mkdir "$s"
t_service "$s" web
t_service "$s" other
touch "$s/web/down"
sv_listen web "$s/web"
sv_listen other "$s/other"
t_tree "$s"

sv_until other u
sv_letters web 1
t_is "supervised and not started" "$SV_GOT" s
t_is "no pid, down wanted, never started" "$(sv_pid "$s/web") $(sv_flags "$s/web")" "0 09"
sv_tell "$s/web" u
sv_letters web 1
t_is "u starts it" "$SV_GOT" u
t_ok "and leaves the file" test -e "$s/web/down"
sv_tell "$s/web" U
t_ok "U removes the file" t_await 10 test ! -e "$s/web/down"
pid=$(sv_pid "$s/web")
sv_tell "$s/web" Q
t_ok "Q makes the file" t_await 10 test -e "$s/web/down"
t_ok "and leaves run alone" sv_alive "$pid"
sv_tell "$s/web" U
t_await 10 test ! -e "$s/web/down"
sv_tell "$s/web" D
sv_until web D
t_ok "D stops it and makes the file" test -e "$s/web/down"
sv_tell "$s/web" o
sv_until web u
kill -9 "$(sv_pid "$s/web")"
sv_until web D
t_ok "o starts it once" sv_is_down "$s/web"
t_done
