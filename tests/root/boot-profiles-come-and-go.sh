#!/bin/bash
# timeout: 120
# While a container runs: a profile that appears gets its slot, down; one that vanishes has its slot stopped and removed; a
# volume that is not there removes nothing. One supervisor writes a volume; another one observes. A fault forgets nothing.
# shellcheck disable=SC2034 # NS_ENV is nsboot.sh's
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/boot.sh"

H=$R/home/app
profile() {
	mkdir -p "$H/profiles/$1"
	[ -z "${2:-}" ] || echo "{\"gateway_state\":\"$2\"}" >"$H/profiles/$1/gateway_state.json"
	chown -R 10000:10000 "$H/profiles"
}
new_home() {
	boot_root
	NS_ENV=(S6_VERBOSITY=1)
	boot_app_ini <<-INI
		[profiles]
		command = /usr/local/bin/gateway -p %p run
		command_default = /usr/local/bin/gateway run
		watch_ms = 100
		${1:-}
	INI
	mkdir -p "$R/usr/local/bin"
	printf '#!/bin/sh\nexec sleep 1000\n' >"$R/usr/local/bin/gateway"
	chmod 755 "$R/usr/local/bin/gateway"
}
says() { "$B/await" line 15 "$NS_LOG" "$1" >/dev/null; }
# is UP,WANTED PROFILE: what s6 says of its slot
is() { [ "$(ns_app s6-svstat -o up,normallyup "/run/service/gateway-$2" 2>/dev/null)" = "$1" ]; }
slots() { ns_app svctl list | xargs; }
begin() {
	boot_start sleep 1000
	says '^reconcile: profile=default '
	t_await 15 ns_app s6-svok /run/service/gateway-default
}

new_home
profile old running
touch "$H/profiles/old/SOUL.md"
begin
t_is "at boot" "$(slots)" "default old"

profile fresh running
t_ok "a directory without its marker" is 'false false' default
touch "$H/profiles/fresh/SOUL.md"
t_ok "is a profile when that comes: said" says "^hexad: info: profile 'fresh' has appeared: its slot is registered, down"
t_ok "and there, down, whatever its state says" t_await 10 is 'false false' fresh
mkdir "$R/moved" && touch "$R/moved/SOUL.md" && chown -R 10000:10000 "$R/moved" && mv "$R/moved" "$H/profiles/moved"
t_ok "one that is moved in" says "^hexad: info: profile 'moved' has appeared"
t_is "is there" "$(t_await 10 is 'false false' moved; slots)" "default fresh moved old"
ns_app svctl start fresh >/dev/null
pid=$(ns_app s6-svstat -o pid /run/service/gateway-fresh)
ns_app svctl register unseen --down >/dev/null
rm -rf "$H/profiles/fresh"
t_ok "one that vanishes: said" says "^hexad: info: profile 'fresh' has gone: its slot is stopped and removed"
gone() { ! ns_exec test -e "/run/service/gateway-$1"; }
t_ok "its slot is removed" t_await 15 gone fresh
t_fails "and its process is gone" ns_exec kill -0 "$pid"
t_is "a slot that never had a profile stays" "$(slots)" "default moved old unseen"
ns_app svctl start moved >/dev/null
pid=$(ns_app s6-svstat -o pid /run/service/gateway-moved)
ns_app touch /home/app/profiles/moved/new
ns_app mv /home/app/profiles/moved/new /home/app/profiles/moved/SOUL.md
profile marked
touch "$H/profiles/marked/SOUL.md"
says "^hexad: info: profile 'marked' has appeared"
t_is "a marker that another one takes the place of is one" "$(ns_app s6-svstat -o pid /run/service/gateway-moved)" "$pid"
rm "$H/profiles/moved/SOUL.md"
t_ok "a profile that only loses its marker vanishes too" says "^hexad: info: profile 'moved' has gone: its slot is stopped and removed"
t_ok "and its slot" t_await 15 gone moved
t_ok "which is a stop that is meant" grep -q "\"target_pid\": $pid," "$H/profiles/moved/.gateway-planned-stop.json"
mv "$H/profiles/marked/SOUL.md" "$H/profiles/marked/not"
t_ok "or whose marker gets another name" says "^hexad: info: profile 'marked' has gone"
touch "$H/profiles/moved/SOUL.md"
t_ok "when it has one again it is back" t_await 15 is 'false false' moved
for i in 1 2 3 4 5 6 7 8; do
	profile "many$i"
	touch "$H/profiles/many$i/SOUL.md"
done
t_ok "many at once" says "^hexad: info: profile 'many8' has appeared"

mv "$H/profiles" "$H/away"
profile dummy
rmdir "$H/profiles/dummy" "$H/profiles"
ns_app svctl reconcile --dry-run >/dev/null
t_ok "a profiles directory that is gone takes no slot with it" is 'true true' old
mv "$H/away" "$H/profiles"
profile late
touch "$H/profiles/late/SOUL.md"
t_ok "when it is back it is watched again" says "^hexad: info: profile 'late' has appeared"

ns_signal SEGV
says '^hexad: warning: took over after a fault'
profile after
touch "$H/profiles/after/SOUL.md"
t_ok "after a fault too" says "^hexad: info: profile 'after' has appeared"
pid=$(ns_app s6-svstat -o pid /run/service/gateway-old)
mv "$H/profiles/old" "$R/old"
t_ok "and what vanishes then is noticed" says "^hexad: info: profile 'old' has gone"
ns_stop

# The marker is for an operator's stop alone.
new_home
profile a running
touch "$H/profiles/a/SOUL.md"
begin
t_await 10 is 'true true' a
ns_stop
t_is "the stop of the container writes neither marker nor wish" \
	"$(find "$H" -name '.gateway-planned*' -o -name '.hexad-intent*')" ""

# Somebody else has the lock.
coproc LOCK { python3 -c 'import fcntl, struct, sys
f = open(sys.argv[1], "r+")
fcntl.fcntl(f, 37, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0))
print("held", flush=True)
sys.stdin.read()' "$H/.hexad.lock"; }
read -r -t 10 word <&"${LOCK[0]}"
t_is "another one holds the lock" "$word" held
echo x >"$H/gateway.pid"
boot_start sleep 1000
t_ok "this one observes, and says so" says '^hexad: warning: another supervisor writes this volume: this one observes'
t_await 15 ns_exec test -S /run/hexad/control
t_is "it makes no slots" "$(slots)" ""
t_ok "deletes nothing" test -e "$H/gateway.pid"
t_like "and refuses to register" "$(ns_app svctl register x 2>&1)" 'refused: another supervisor writes this volume'
fd=${LOCK[1]}
lock=$LOCK_PID
exec {fd}>&-
t_await_exit "$lock"
raw() {
	ns_app python3 -c 'import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.connect("/run/hexad/control")
s.send(b"1\0reconcile\0now\0")
while True:
    r = s.recv(4096).decode().split("\0")[:-1]
    print("|".join(r))
    if r[0] != "row":
        break'
}
t_is "when the other one has gone, a reconcile makes them" "$(raw)" "row|default||registered|unknown|
row|a|running|registered|unknown|
ok|"
t_ok "which is said" says '^hexad: info: the volume is ours to write now'
t_ok "they are there" t_await 10 is 'false false' a
ns_stop

new_home 'watch_ms = 0'
sed -i '/watch_ms = 100/d' "$R/etc/hexad.ini"
begin
profile x
touch "$H/profiles/x/SOUL.md"
t_is "switched off: only when asked" "$(raw)" "row|x||registered|unknown|
ok|"
ns_stop
t_done
