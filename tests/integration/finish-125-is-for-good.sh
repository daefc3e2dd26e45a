#!/bin/bash
# A finish that ends with 125 says that the service has failed for good: it stays down until it is asked for.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

s=$T/scan
mkdir "$s"
t_service "$s" web 'exit 1'
printf '#!/bin/sh\nexit 125\n' >"$s/web/finish"
chmod 755 "$s/web/finish"
sv_listen web "$s/web"
t_tree "$s"

sv_until web D
t_is "the listener is told" "$SV_GOT" sudOD
t_ok "down, and down is wanted" sv_is_down "$s/web"
t_fails "no down file is made" test -e "$s/web/down"
sv_tell "$s/web" u
sv_until web D
t_is "it starts again when asked" "$SV_GOT" udOD
t_done
