#!/bin/bash
# Root's own service directories: run as root only where nobody but root can write what runs.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"
. "$T_ROOT/tests/lib/hostile.sh"

h_begin
export refused="refused to run run as root"
why="is not root's or others can write it"

h_service "$S" dir-world
chmod 777 "$S/dir-world"
h_service "$S" dir-group
chgrp 10000 "$S/dir-group"
chmod 775 "$S/dir-group"
h_service "$S" run-world
chmod 777 "$S/run-world/run"
h_service "$S" run-group
chgrp 10000 "$S/run-group/run"
chmod 775 "$S/run-group/run"
h_service "$S" run-his
chown 10000 "$S/run-his/run"
h_service "$S" run-link
rm "$S/run-link/run"
h_program run-link >"$T/program"
chown 10000 "$T/program"
chmod 755 "$T/program"
ln -s "$T/program" "$S/run-link/run"
# A target of root's in a directory where he can put another in its place.
h_service "$S" run-swap
rm "$S/run-swap/run"
mkdir "$T/his"
h_program run-swap >"$T/his/program"
chmod 755 "$T/his/program"
chown 10000 "$T/his"
ln -s "$T/his/program" "$S/run-swap/run"
# Links of root's through directories of root's, one after another.
h_service "$S" run-far
mkdir "$S/run-far/lib"
mv "$S/run-far/run" "$S/run-far/lib/program"
ln -s program "$S/run-far/lib/link"
ln -s lib/link "$S/run-far/run"
h_service "$S" link-his
h_program link-his >"$S/link-his/program"
chmod 755 "$S/link-his/program"
rm "$S/link-his/run"
ln -s program "$S/link-his/run"
chown -h 10000 "$S/link-his/run"
# Group root may write: that is root's.
h_service "$S" root-group
chmod 775 "$S/root-group" "$S/root-group/run"

sv_scan "$S" a
for name in dir-world dir-group; do
	h_refused "$name is not run as root" "$name: $refused: the directory $why"
done
for name in run-world run-group run-his run-link run-swap link-his; do
	h_refused "$name is not run as root" "$name: $refused: run $why"
done
t_ok "what group root may write is root's" t_await_line "$IDS/root-group" '^0 '
t_ok "root's links to root's program are followed" t_await_line "$IDS/run-far" '^0 '
rm "$IDS/run-far"
sv_tell "$S/run-far" d
rm "$IDS/root-group"
sv_tell "$S/root-group" d

# Mended, it starts when asked: the refusal is for the state and not for ever.
chmod 755 "$S/run-world/run"
sv_tell "$S/run-world" u
t_ok "made safe it runs" t_await_line "$IDS/run-world" '^0 '
rm "$IDS/run-world"
# Made unsafe while it runs, the next start is refused.
chmod 777 "$S/run-world/run"
kill -KILL "$(sv_pid "$S/run-world")"
sv_await 10 sv_has_flags "$S/run-world" 0c
sv_tell "$S/run-world" u
refusals() { [ "$(grep -c "^hexad: warning: run-world: $refused" "$TREE_LOG")" = 2 ]; }
t_ok "made unsafe again it is refused again" t_await 10 refusals
t_fails "and does not run" test -e "$IDS/run-world"

# finish, judged apart from run.
h_service "$S" finish
h_program finish-world >"$S/finish/finish"
chmod 777 "$S/finish/finish"
sv_listen finish "$S/finish"
sv_scan "$S" a
t_await_line "$IDS/finish" '^0 '
rm "$IDS/finish"
sv_tell "$S/finish" d
h_refused "a finish that others can write is not run as root" "finish: refused to run finish as root: finish $why"
t_ok "and the service is down all the same" sv_down "$S/finish"

# Loggers: root's in the user's slot, and one whose parent others can write.
h_app_service "$S" mixed
h_service "$S/mixed" log mixed-log
sv_scan "$S" a
h_refused "root's logger in his slot is not run" "mixed: refused its logger: its log directory belongs to somebody else"
t_ok "his slot is" t_await_line "$IDS/mixed" '^10000 '
h_service "$S" parent
h_service "$S/parent" log parent-log
chmod 777 "$S/parent"
sv_scan "$S" a
h_refused "a logger is no safer than its parent" \
	"parent/log: refused to run run as root: the parent of the log directory $why"

# What he may write he runs as himself.
h_program rewritten >"$S/users/run"
kill -KILL "$(sv_pid "$S/users")"
t_ok "a rewritten run of his own runs as himself" t_await_line "$IDS/rewritten" '^10000 '
h_pids=$(sv_pid "$S/users"):$(sv_pid "$S/roots")
h_end
t_done
