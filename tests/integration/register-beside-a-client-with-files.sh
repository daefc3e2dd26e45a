#!/bin/bash
# timeout: 120
# Two who do not know of each other, one through the socket and one with files and s6 commands, make and remove the same
# slots at the same time: every step ends in a way that its author expects, nothing half-made stays, nothing else is touched.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/svctl.sh"

s=$HEXAD_SCANDIR
svctl_ini <<'END'
[profiles]
command = sleep 1000
command_default = sleep 1000
END
t_service "$s" web
t_tree "$s"
sv_up "$s/web"
web=$(sv_pid "$s/web")
RUN=$'#!/bin/sh\nexec sleep 1000\n'
LOG=$'#!/bin/sh\nexec cat >/dev/null\n'
client() {
	spawn python3 -I "$T_ROOT/tests/lib/client.py" --scandir "$s" --bin "$B/bin" --hurry --run "$RUN" --log "$LOG" "$@"
}

# In turns: what one has made the other removes.
t_ok "the client registers" client register mail
t_is "svctl sees it" "$(svctl list)" mail
t_is "svctl registers it again" "$(svctl register mail)" "gateway-mail is registered already"
t_fails "the client does not register again" client register mail
t_is "svctl unregisters what the client made" "$(svctl unregister mail)" "gateway-mail is unregistered"
t_is "svctl registers" "$(svctl register mail --down)" "gateway-mail is registered, down"
t_is "the client sees it" "$(client list)" mail
t_ok "the client unregisters what svctl made" client unregister mail
t_is "nothing is left" "$(svctl list; ls -A "$s")" $'.s6-svscan\nweb'

# A staging directory of the client's is his: a registration of ours does not touch it.
mkdir "$s/.gateway-mail.tmp"
echo half >"$s/.gateway-mail.tmp/run"
svctl register mail --down >/dev/null
t_is "a client's staging directory stays" "$(cat "$s/.gateway-mail.tmp/run")" half
rm -r "$s/.gateway-mail.tmp"
svctl unregister mail >/dev/null

# A slot that another one took the place of while the first was being removed.
svctl register slow --down >/dev/null
printf '#!/bin/sh\ntrap "read x <%s/go; exit 0" TERM\necho >%s/trapped\nwhile :; do sleep 1000 & wait; done\n' "$T" "$T" >"$s/gateway-slow/run"
mkfifo "$T/go"
svctl start slow >/dev/null
t_await 10 test -e "$T/trapped"
svctl unregister slow >"$T/unregistered" 2>&1 &
pid=$!
is_told() { [ "$(s6-svstat -o wantedup "$HEXAD_SCANDIR/gateway-slow")" = false ]; }
t_await 10 is_told
mv "$s/gateway-slow" "$s/.away"
cp -a "$s/.away" "$s/.copy"
rm -rf "$s/.copy/supervise" "$s/.copy/event" "$s/.copy/log" "$s/.copy/down"
printf '%s' "$RUN" >"$s/.copy/run"
mv "$s/.copy" "$s/gateway-slow"
echo >"$T/go"
wait $pid
t_is "the removal of the old one ends well" "$(cat "$T/unregistered")" "gateway-slow is unregistered"
t_ok "the new one of that name is there" test -x "$s/gateway-slow/run"
s6-svscanctl -a "$s"
t_ok "and lives" sv_up "$s/gateway-slow"
rm -rf "$s/.away"
svctl unregister slow >/dev/null

# At the same time, over and over.
n=$((T_SAN ? 10 : 40))
for ((i = 0; i < n; i++)); do
	client register p$((i % 3)) && client start p$((i % 3))
	client unregister p$((i % 3))
done >"$T/files" 2>&1 &
pid=$!
odd=0
for ((i = 0; i < 3000; i++)); do
	kill -0 $pid 2>/dev/null || break
	spawn svctl register p$((i % 3)) --down || odd=$((odd + 1))
	spawn svctl unregister p$((i % 3)) || odd=$((odd + 1))
done >"$T/socket" 2>&1
wait $pid
t_comment "figure: $odd of $((2 * i)) requests were refused because the other one was at work"
t_is "svctl hears only what is true of a slot that somebody else makes and removes" "$(grep -vE \
	'is registered, down$|is registered already$|is unregistered$|no such profile|is there already, but is not supervised|is being unregistered' \
	"$T/socket")" ""
t_is "the client too" "$(grep -vE \
	'already registered|s6-svc: exit code (102|111|1)|Traceback|File|^ |FileNotFoundError|FileExistsError|NotADirectoryError|OSError' "$T/files")" ""
for p in p0 p1 p2; do
	client unregister $p
	svctl unregister $p
done >"$T/end" 2>&1
t_is "when both are done nothing is left" "$(svctl list; ls -A "$s")" $'.s6-svscan\nweb'
t_is "no other service was touched" "$(sv_pid "$s/web")" "$web"
t_is "nobody is left running" "$(svctl status | awk 'NR > 1 { print $1, $2 }')" "web up"
t_done
