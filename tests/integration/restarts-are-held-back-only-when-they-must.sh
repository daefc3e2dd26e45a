#!/bin/bash
# A service that was up for a second is back at once; one that ends at once never starts twice within a second.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

s=$T/scan
mkdir "$s"
mkfifo "$T/starts"
t_service "$s" web
t_service "$s" loop "date +%s%N >$T/starts"
exec 7<>"$T/starts"
sv_listen web "$s/web"
sv_listen loop "$s/loop"
t_tree "$s"
sv_until web u

# Four starts of the loop take more than three seconds, which is what makes web old enough.
last=0
least=9999
for _ in 1 2 3 4; do
	read -r -t 10 ns <&7
	[ "$last" = 0 ] || [ $(((ns - last) / 1000000)) -ge "$least" ] || least=$(((ns - last) / 1000000))
	last=$ns
done
# The program notes its own begin, which may come late once and early the next time: 50 ms for that.
t_ok "least time between two starts of a loop: $least ms" test "$least" -ge 950
t_ok "and not much more" test "$least" -le 1900
t0=$(sv_now)
kill -KILL "$(sv_pid "$s/web")"
sv_letters web 3
t1=$(sv_now)
t_is "died and came up" "$SV_GOT" dDu
t_ok "at once: after $(((t1 - t0) / 1000)) ms" test $(((t1 - t0) / 1000)) -lt 500
t0=$(sv_now)
kill -KILL "$(sv_pid "$s/web")"
sv_letters web 3
t1=$(sv_now)
t_ok "young, it waits: $(((t1 - t0) / 1000)) ms" test $(((t1 - t0) / 1000)) -ge 500
t_done
