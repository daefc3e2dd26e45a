#!/bin/bash
# A run whose exec does not come back, as on a file system that does not answer (here somebody has a lease on the file, or on
# the one that it leads to): it counts as up, all others are obeyed as ever, and when the exec comes back the same process
# is run.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

s=$T/scan
mkdir "$s" "$s/stuck" "$s/ends" "$T/far"
for name in stuck ends; do
	printf '#!/bin/sh\necho %s $$ >>%s/ran\nexec sleep 1000\n' $name "$T" >"$T/far/$name"
	chmod 755 "$T/far/$name"
	touch "$s/$name/down"
	sv_listen $name "$s/$name"
done
ln -s "$T/far/stuck" "$s/stuck/run"
mv "$T/far/ends" "$s/ends/run"
for i in 1 2 3 4 5 6 7 8; do
	t_service "$s" "n$i"
	sv_listen "n$i" "$s/n$i"
done
t_tree "$s"
for i in 1 2 3 4 5 6 7 8; do
	sv_until "n$i" u
done

# A lease (F_SETLEASE is 1024) holds up whoever opens the file, until its holder lets go of it or 45 seconds are over.
coproc LEASE {
	perl -MFcntl -e '$SIG{IO} = "IGNORE";
		for (@ARGV) {
			open my $f, "+<", $_ or die;
			fcntl $f, 1024, F_WRLCK or exit 1;
			push @held, $f;
		}
		syswrite STDOUT, "held\n";
		<STDIN>' "$T/far/stuck" "$s/ends/run"
}
read -r -t 10 word <&"${LEASE[0]}"
t_is "somebody has a lease on the programs" "$word" held

# all_restart: every other service is killed and comes back; prints how long that took, in milliseconds.
all_restart() {
	local t0 i

	t0=$(sv_now)
	for i in 1 2 3 4 5 6 7 8; do
		sv_tell "$s/n$i" k
		sv_until "n$i" D
		sv_tell "$s/n$i" u
		sv_until "n$i" u || return 1
	done
	echo $((($(sv_now) - t0) / 1000))
}
t_ok "the others are restarted" all_restart
before=$(all_restart)
for name in stuck ends; do
	sv_tell "$s/$name" u
	sv_until $name u
done
stuck=$(sv_pid "$s/stuck")
ends=$(sv_pid "$s/ends")
t_ok "their processes are there" sv_alive "$stuck" "$ends"
during=$(all_restart)
t_ok "the others are restarted in $during ms; before it were $before" test "$during" -lt $((10 * before + 2000))
t_service "$s" later
sv_listen later "$s/later"
sv_scan "$s" a
t_ok "a scan goes on too" sv_until later u
t_fails "neither has been run meanwhile" test -e "$T/ran"
sv_tell "$s/ends" Ok
sv_until ends D
t_is "one that is killed meanwhile is dead" "$(sv_wstat "$s/ends")" 0009
echo >&"${LEASE[1]}"
t_ok "the other is run when the file is free" t_await_line "$T/ran" "^stuck $stuck\$"
t_is "as the same process" "$(sv_pid "$s/stuck")" "$stuck"
t_done
