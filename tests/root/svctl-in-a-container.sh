#!/bin/bash
#
# svctl inside a container whose PID 1 hexad is: an ordinary user finds out what manages it, root shuts it down.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/boot.sh"

boot_root
boot_slot web 'exec sleep 99'
boot_life sh -c 'setpriv --reuid 10000 --regid 10000 --clear-groups svctl manager
	svctl -t 20000 wait up web
	setpriv --reuid 10000 --regid 10000 --clear-groups svctl shutdown
	rm /run/service/.s6-svscan/hexad
	svctl -d /run/../run/service/ version
	svctl doctor | grep -A 1 "^[a-z]* *\(manager\|supervisor\)"
	trap "exit 7" TERM
	svctl shutdown &
	sleep 99 & wait'
t_like "the kind" "$OUT" '^s6$'
t_like "the text for users" "$OUT" '^Manager: s6 \(container supervisor\)$'
t_like "a service" "$OUT" '^web is up \(pid [0-9]+\)$'
t_like "an ordinary user may not end it" "$OUT" "^svctl: fatal: refused: only root or the owner of the scan directory"
t_like "the other place of its socket is found whatever the tree is called" "$OUT" "^hexad $(cat "$T_ROOT/VERSION")\$"
t_like "doctor knows it" "$OUT" '^ok +manager: s6 \(container supervisor\)$'
t_like "and that a socket answers" "$OUT" '^ok +supervisor: hexad answers on its control socket$'
t_is "root ends it: the main program's own code is the container's" "$CODE" 7
t_like "that is in the audit" "$OUT" 'audit: uid=0 pid=[0-9]+ comm=svctl verb=shutdown service=- result=ok$'
t_like "the refusal too" "$OUT" 'audit: uid=10000 pid=[0-9]+ comm=svctl verb=shutdown service=- rule=admin result=refused$'
t_done
