#!/bin/bash
# rm -rf of a running service's directory is noticed without a command: process and logger go; a new
# directory of the same name is a new service at the next scan, with a clean past.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

s=$T/scan
mkdir "$s"
t_service "$s" web
t_service "$s" web/log 'exec cat'
t_service "$s" other
sv_listen web "$s/web"
sv_listen log "$s/web/log"
sv_listen other "$s/other"
t_tree "$s"
sv_until web u
sv_until log u
sv_until other u
web=$(sv_pid "$s/web")
log=$(sv_pid "$s/web/log")
other=$(sv_pid "$s/other")

t_ok "the directory can be removed while the service runs" rm -rf "$s/web"
t_ok "its process ends" t_await_exit "$web"
t_ok "its logger ends" t_await_exit "$log"
t_fails "nothing is made in its place" test -e "$s/web"
t_ok "the other service is left alone" sv_alive "$other"

t_service "$s" web "echo new >>$T/new; exec sleep 1000"
sv_listen new "$s/web"
sv_scan "$s" a
sv_until new u
t_is "a new directory of that name is a new service" "$SV_GOT" su
t_ok "which runs its own run" t_await_line "$T/new" '^new$'
t_is "with an empty tally" "$(stat -c %s "$s/web/supervise/death_tally")" 0

# Removed and made again before hexad can look: two lives must not mix.
new=$(sv_pid "$s/web")
rm -rf "$s/web"
t_service "$s" web "echo newer >>$T/new; exec sleep 1000"
sv_listen newer "$s/web"
sv_scan "$s" an
t_ok "the older process ends" t_await_exit "$new"
sv_until newer u
t_ok "the newer one runs" t_await_line "$T/new" '^newer$'
t_is "the other service is the same all the time" "$(sv_pid "$s/other")" "$other"
t_done
