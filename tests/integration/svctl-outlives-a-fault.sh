#!/bin/bash
# sanitizer: leaks, of svctl's commands
# A supervisor that renews itself while svctl waits: svctl asks again and gets its answer; nothing is done twice.
# timeout: 90
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/svctl.sh"

s=$HEXAD_SCANDIR
svctl_ini <<'END'
[profiles]
command = sleep 1000
command_default = sleep 1000
log_script = T
END
t_service "$s" web
printf '#!/bin/sh\nread -r _ <"%s"\n' "$T/gate" >"$s/web/finish"
chmod 755 "$s/web/finish"
echo 0 >"$s/web/timeout-finish"
mkfifo "$T/gate"
sv_listen web "$s/web"
t_tree "$s"
sv_until web u

fault() {
	kill -SEGV "$TREE_PID"
	t_await_line "$TREE_LOG" "took over after a fault .*fault $1\\)"
}

svctl stop web >"$T/out" 2>&1 &
client=$!
sv_until web d
t_ok "a fault while stop waits for finish" fault 1
t_ok "svctl still waits" kill -0 "$client"
echo >"$T/gate"
wait "$client"
t_is "and ends well" "$? $(cat "$T/out")" "0 web is down"

svctl start web >/dev/null
sv_until web u
svctl restart web >"$T/out" 2>&1 &
client=$!
sv_until web d
t_ok "a fault while restart waits" fault 2
wait "$client"
t_is "a restart is not asked for twice" "$? $(cat "$T/out")" "111 svctl: fatal: restart 'web': the supervisor was \
renewed before it answered; look at the status and ask again"
echo >"$T/gate"
t_ok "it is done all the same" sv_until web u

svctl register mail --down >/dev/null
printf '#!/bin/sh\nexec sleep 1000\n' >"$s/gateway-mail/run"
printf '#!/bin/sh\nread -r _ <"%s"\n' "$T/gate" >"$s/gateway-mail/finish"
chmod 755 "$s/gateway-mail/finish"
sv_listen mail "$s/gateway-mail"
svctl start mail >/dev/null
sv_until mail u
svctl unregister mail >"$T/out" 2>&1 &
client=$!
sv_until mail d
t_ok "a fault in the middle of unregister" fault 3
echo >"$T/gate"
wait "$client"
t_is "it is unregistered" "$? $(cat "$T/out")" "0 gateway-mail is unregistered"
t_fails "its directory is gone" test -e "$s/gateway-mail"
t_is "a socket is there as before" "$(svctl list)" ""
t_is "svctl answers" "$(svctl version | tail -n 1)" "hexad $(cat "$T_ROOT/VERSION")"

# What an instance before began to remove and did not finish is removed by the next one.
rm "$s/web/finish"
t_tree_end
mkdir -p "$s/.hexad-gone-1/supervise"
: >"$s/.hexad-gone-1/supervise/status"
t_tree "$s"
cleaned() {
	[ ! -e "$HEXAD_SCANDIR/.hexad-gone-1" ]
}
t_ok "a removal left half-done is finished at the next start" t_await 10 cleaned
t_done
