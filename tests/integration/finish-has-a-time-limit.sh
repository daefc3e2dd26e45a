#!/bin/bash
# A finish that takes longer than timeout-finish is killed; an invalid file is named and 5 seconds count.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

s=$T/scan
mkdir "$s"
for name in web odd; do
	t_service "$s" $name
	printf '#!/bin/sh\nexec sleep 1000\n' >"$s/$name/finish"
	chmod 755 "$s/$name/finish"
	sv_listen $name "$s/$name"
done
echo 300 >"$s/web/timeout-finish"
echo 5x >"$s/odd/timeout-finish"
t_tree "$s"

sv_letters web 2
sv_letters odd 2
sv_tell "$s/odd" d
before=$(sv_now)
sv_tell "$s/web" d
sv_letters web 1
t_is "finish runs" "$SV_GOT" d
t_is "its pid is shown as finishing" "$(sv_flags "$s/web")" 02
t0=$(sv_now)
sv_letters web 1
t1=$(sv_now)
t_is "finish was ended" "$SV_GOT" D
t_ok "not before its time" test $(((t1 - before) / 1000)) -ge 300
t_ok "soon after its time" test $(((t1 - t0) / 1000)) -le 2000
t_ok "the log says so" t_await_line "$TREE_LOG" \
	'warning: web: finish script lifetime reached maximum value - sending it a SIGKILL$'
t_ok "an invalid limit is named" t_await_line "$TREE_LOG" 'warning: odd: invalid timeout-finish$'
t_is "and the other finish goes on" "$(sv_flags "$s/odd")" 02
kill -9 "$(sv_pid "$s/odd")"
t_done
