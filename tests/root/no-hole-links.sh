#!/bin/bash
# Links in a scan directory that an application owns: only to its own directories, and then as itself.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"
. "$T_ROOT/tests/lib/hostile.sh"

somebody="refused: the link leads to a directory of somebody else than the scan directory's owner"
mkdir -m 1777 "$T/tmp"
h_begin

h_service "$T/tmp" made-by-app
chown -R 10000:10000 "$T/tmp/made-by-app"
h_service "$T/tmp" made-by-other
chown -R 10001:10001 "$T/tmp/made-by-other"
h_service "$T" static
mkdir "$T/open"
h_service "$T/open" open
chmod 777 "$T/open/open"
app ln -s "$T/tmp/made-by-app" "$S/own"
app ln -s "$T/tmp/made-by-other" "$S/other"
app ln -s "$T/static" "$S/static"
app ln -s "$T/open/open" "$S/open"
app ln -s / "$S/top"
app ln -s /etc "$S/etc"
sv_scan "$S" a
t_ok "a link to a directory of his own is followed" t_await_line "$IDS/made-by-app" '^10000 '
for name in other static open top etc; do
	h_refused "a link to '$name' is refused" "$name: $somebody"
	t_fails "'$name' was not run" test -e "$IDS/$name"
done
t_fails "nothing was made in the directory of another" test -e "$T/tmp/made-by-other/supervise"
t_fails "nor in root's" test -e "$T/static/supervise"

# A link that was good and is pointed elsewhere: what runs goes on, what is new is judged anew.
pid=$(sv_pid "$T/tmp/made-by-app")
app ln -sfn "$T/static" "$S/own"
sv_scan "$S" a
h_refused "a repointed link is refused" "own: $somebody"
t_ok "what it led to runs on" sv_alive "$pid"
sv_scan "$S" n
t_await_exit "$pid"
t_fails "until it is pruned" sv_alive "$pid"

# A directory that is exchanged for a link, back and forth, while scans go on.
for _ in 1 2 3 4 5 6 7 8 9 10; do
	h_app_service "$S" swap
	sv_scan "$S" a
	app mv "$S/swap" "$S/.swapped"
	app ln -s "$T/static" "$S/swap"
	sv_scan "$S" a
	app rm "$S/swap"
	rm -rf "$S/.swapped"
done
# A link inside his own slot, where a logger would be.
h_app_service "$S" logged
app ln -s "$T/static" "$S/logged/log"
sv_scan "$S" a
t_await_line "$IDS/logged" '^10000 '
t_fails "a link is no logger" test -e "$T/static/supervise"
t_fails "and root's directory was never run" test -e "$IDS/static"
h_end
t_done
