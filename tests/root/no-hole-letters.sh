#!/bin/bash
# A FIFO has no sender: of one that an application can write, hexad takes scans and prunes, and never the end
# of the tree; the refusal is in the log. What root asks with a signal, or through the socket, is done.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"
. "$T_ROOT/tests/lib/hostile.sh"

h_begin
t_is ".s6-svscan/control is the user's" "$(stat -c '%F %u %a' "$S/.s6-svscan/control")" "fifo 10000 600"
for letter in t q i b; do
	app bash -c "printf $letter >$S/.s6-svscan/control"
	h_refused "$letter is refused" \
		"refused control command $letter: others can write this FIFO; it goes through the socket"
done
t_ok "hexad is there" sv_alive "$TREE_PID"
app bash -c "printf tqibtqib >$S/.s6-svscan/control"
h_app_service "$S" new
app bash -c "printf an >$S/.s6-svscan/control"
t_ok "a and n are taken" t_await_line "$IDS/new" '^10000 '

# Scripts of his would be run by root: on a signal, at the end.
for script in SIGUSR1 SIGHUP finish crash; do
	h_program "svscan-$script" >"$S/.s6-svscan/$script"
	chown 10000:10000 "$S/.s6-svscan/$script"
	chmod 755 "$S/.s6-svscan/$script"
done
for sig in USR1 HUP; do
	kill "-$sig" "$TREE_PID"
	h_refused "a script of his for SIG$sig is not run" "refused to run .s6-svscan/SIG$sig as root: others can write it"
	t_fails "not at all" test -e "$IDS/svscan-SIG$sig"
done
h_end
kill -TERM "$TREE_PID"
wait "$TREE_PID"
t_is "root's signal ends it" $? 0
t_ok "without his finish script" grep -q '^hexad: warning: refused to run .s6-svscan/finish as root: others can write it$' "$TREE_LOG"
t_fails "which was not run" test -e "$IDS/svscan-finish"
t_done
