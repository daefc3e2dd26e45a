#!/bin/bash
# .s6-svscan/SIG*: an executable one is run instead of what its signal does, in the scan directory, without arguments,
# as an ordinary child; any other leaves the signal as it is. Letters know nothing of scripts.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

s=$T/scan
signals="HUP INT QUIT TERM USR1 USR2 PWR WINCH"
mkdir -p "$s/.s6-svscan"
t_service "$s" web
sv_listen web "$s/web"
for sig in $signals; do
	cat >"$s/.s6-svscan/SIG$sig" <<-END
		#!/bin/sh
		echo "$sig \$0 \$# \$PPID \$(echo \$(ps -o pgid=,sid= -p \$\$)) \$PWD" >>$T/ran
	END
	chmod 755 "$s/.s6-svscan/SIG$sig"
done
t_tree "$s"
sv_until web u
pid=$(sv_pid "$s/web")
read -r group session < <(ps -o pgid=,sid= -p "$TREE_PID")
for sig in $signals; do
	kill "-$sig" "$TREE_PID"
	t_ok "SIG$sig runs its script" t_await_line "$T/ran" "^$sig "
	t_is "SIG$sig: name, arguments, parent, group, session, directory" "$(grep "^$sig " "$T/ran")" \
		"$sig .s6-svscan/SIG$sig 0 $TREE_PID $group $session $s"
done
t_ok "nothing was stopped by it" sv_alive "$TREE_PID" "$pid"

# ALRM has no script, whatever is there.
cp "$s/.s6-svscan/SIGUSR1" "$s/.s6-svscan/SIGALRM"
t_service "$s" late
sv_listen late "$s/late"
kill -ALRM "$TREE_PID"
t_ok "SIGALRM scans" sv_until late u
rm "$s/.s6-svscan/SIGHUP"
mkdir "$T/away"
mv "$s/late" "$T/away"
kill -HUP "$TREE_PID"
t_ok "SIGHUP without a script scans and prunes" sv_until late x

printf 'no program\n' >"$s/.s6-svscan/SIGHUP"
t_service "$s" later
sv_listen later "$s/later"
kill -HUP "$TREE_PID"
t_ok "so does one with a script that is not executable" sv_until later u
t_fails "of which nobody speaks" grep -q svscan/SIGHUP "$TREE_LOG"
chmod 755 "$s/.s6-svscan/SIGHUP"
mv "$s/later" "$T/away"
kill -HUP "$TREE_PID"
t_ok "and one that cannot be executed" sv_until later x
t_ok "which is named" t_await_line "$TREE_LOG" \
	'^hexad: warning: unable to spawn .s6-svscan/SIGHUP: Exec format error$'

sv_scan "$s" t
sv_until web x
t_is "the letter t stops all the same" "$SV_GOT" dDx
wait "$TREE_PID"
t_is "and ends the tree" $? 0
t_done
