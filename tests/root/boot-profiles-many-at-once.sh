#!/bin/bash
# timeout: 240
# Hundreds of profiles that appear at once do not keep anybody waiting until the last of their slots is there, and hundreds that
# vanish at once are removed to the last one; one of them that comes back meanwhile, or is registered, keeps its slot.
# shellcheck disable=SC2034 # NS_ENV is nsboot.sh's
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/boot.sh"

H=$R/home/app
N=150
boot_root
NS_ENV=(S6_VERBOSITY=1)
boot_app_ini <<-INI
	[profiles]
	command = /bin/sleep 1000
	command_default = /bin/sleep 1000
	watch_ms = 100
INI
mkdir -p "$H/profiles" "$R/many"
for ((i = 0; i < N; i++)); do
	mkdir "$R/many/p$i"
	touch "$R/many/p$i/SOUL.md"
done
chown -R 10000:10000 "$H/profiles" "$R/many"
# How many slots there are, each time another number, until there are so many.
cat >"$R/counts.py" <<'END'
import socket, sys
want = int(sys.argv[1])
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.settimeout(60)
s.connect("/run/hexad/control")
last, seen = -1, 0
while last != want:
    s.send(b"1\0list\0")
    n = 0
    while s.recv(4096).startswith(b"row\0"):
        n += 1
    seen += n != last
    last = n
print(seen, flush=True)
END
slots() { ns_app svctl list | wc -l; }
none_is_left() { [ "$(ns_exec sh -c 'ls -d /run/service/gateway-p* 2>/dev/null | wc -l')" = "$1" ]; }

boot_start sleep 1000
"$B/await" line 15 "$NS_LOG" '^reconcile: profile=default ' >/dev/null
t_await 15 ns_app s6-svok /run/service/gateway-default
mv "$R"/many/* "$H/profiles/"
seen=$(ns_app python3 /counts.py $((N + 1)))
t_ok "a client is answered again and again meanwhile" test "${seen:-0}" -ge 20
t_is "all are there" "$(slots)" $((N + 1))

rm -rf "$H"/profiles/p*
t_ok "all that vanish are removed" t_await 100 none_is_left 0
t_is "the others stay" "$(ns_app svctl list)" default
t_is "nothing is said to stay" "$(grep -c 'cannot be removed' "$NS_LOG")" 0
ns_stop 60
t_is "the container stops" "$NS_CODE" 0

# Removals that take their time: those behind them wait, and are looked at again when their turn comes.
boot_app_ini <<-INI
	[profiles]
	command = /bin/stubborn
	command_default = /bin/sleep 1000
	watch_ms = 100
	[shutdown]
	grace_ms = 60000
INI
mkdir -p "$R/usr/local/bin"
printf '#!/bin/sh\ntrap "" TERM\nwhile :; do sleep 1000; done\n' >"$R/usr/local/bin/stubborn"
chmod 755 "$R/usr/local/bin/stubborn"
sed -i 's|/bin/stubborn|/usr/local/bin/stubborn|' "$R/etc/hexad.ini"
for i in 10 11 12 13 14 15 16 17 18 19 20 21; do
	mkdir "$H/profiles/q$i"
	touch "$H/profiles/q$i/SOUL.md"
	echo '{"gateway_state":"running"}' >"$H/profiles/q$i/gateway_state.json"
done
chown -R 10000:10000 "$H/profiles"
boot_start sleep 1000
is_up() { [ "$(ns_app s6-svstat -o up /run/service/gateway-q10)" = true ]; }
# Until it is gone: it is started again where its stop has not begun yet.
killed() {
	ns_exec sh -c 'while [ -e "/run/service/gateway-$1" ]; do s6-svc -k "/run/service/gateway-$1" && s6-svwait -D -t 200 "/run/service/gateway-$1"; done' \
		sh "$1" 2>/dev/null
}
says() { "$B/await" line 20 "$NS_LOG" "$1" >/dev/null; }
t_ok "stubborn ones are up" t_await 20 is_up
mkdir "$R/back"
mv "$H"/profiles/q* "$R/back/"
t_ok "they vanish" says "^hexad: info: profile 'q14' has gone"
t_is "one is registered by somebody" "$(ns_app svctl register q10)" "gateway-q10 is registered already"
mv "$R/back/q11" "$H/profiles/"
ns_app svctl reconcile >/dev/null
for i in 21 20 19 18 17 16 15 14; do
	killed q$i
done
t_ok "the last of them is removed" says "^hexad: info: profile 'q12' has gone"
killed q13
killed q12
left() { [ "$(ns_app svctl list | xargs)" = "$1" ]; }
t_ok "but not the one that was registered, nor the one that is back" t_await 30 left "default q10 q11"
t_like "which run as they did" "$(ns_app svctl status q10 q11 | awk 'NR > 1 { print $2 }' | xargs)" '^up up$'
ns_end
t_done
