#!/bin/bash
# finish gets the exit code or 256, the signal or 0, the name of the service and the process group of run.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

s=$T/scan
mkdir "$s"
mkfifo "$T/gate"
t_service "$s" web "echo \$\$ >$T/pid; read -r _ <$T/gate; exit 3"
cat >"$s/web/finish" <<-END
	#!/bin/sh
	echo "\$#:\$*" >>$T/finish
END
chmod 755 "$s/web/finish"
sv_listen web "$s/web"
t_tree "$s"

sv_letters web 2
pid=$(sv_pid "$s/web")
sv_tell "$s/web" O
echo >"$T/gate"
sv_until web D
t_is "run was seen to end and finish was seen to run" "$SV_GOT" dD
t_is "after an exit: code, 0, name, process group" "$(tail -n 1 "$T/finish")" "4:3 0 web $pid"
t_is "the status keeps run's wait status" "$(sv_wstat "$s/web")" 0300
sv_tell "$s/web" u
sv_until web u
pid=$(sv_pid "$s/web")
sv_tell "$s/web" d
sv_until web D
t_is "after a signal: 256, the signal, name, process group" "$(tail -n 1 "$T/finish")" "4:256 15 web $pid"
t_is "the wait status of a signal" "$(sv_wstat "$s/web")" 000f
t_is "the tally has both deaths" "$(od -An -v -tu1 -w14 "$s/web/supervise/death_tally" |
	awk '{ print $13 "," $14 }' | paste -sd' ')" "3,0 143,15"
t_done
