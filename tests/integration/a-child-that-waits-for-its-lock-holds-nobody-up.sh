#!/bin/bash
# timeout: 90
# Services whose lock-fd is held by somebody else for ten seconds: all others are stopped and started as fast as before.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"
. "$T_ROOT/tests/lib/latency.sh"

s=$T/scan
mkdir "$s"
t_service "$s" web
sv_listen lat "$s/web"
for i in 1 2 3; do
	t_service "$s" "locked$i"
	echo 9 >"$s/locked$i/lock-fd"
	mkdir -m 700 "$s/locked$i/supervise"
	touch "$s/locked$i/down" "$s/locked$i/supervise/service-lock"
	sv_listen "locked$i" "$s/locked$i"
done
t_tree "$s"
sv_until lat u
for i in 1 2 3; do
	sv_until "locked$i" s
done
lat_measure "$s/web" 40
before=$LAT_LEAST

# Whole files, as s6 locks them, until its input ends.
coproc HOLD {
	perl -MFcntl -e 'my @held;
		for (@ARGV) {
			open my $f, "+<", $_ or die;
			my $whole = pack "s s x4 q q i x4", F_WRLCK, 0, 0, 0, 0;
			fcntl $f, F_SETLK, $whole or die;
			push @held, $f;
		}
		syswrite STDOUT, "locked\n";
		<STDIN>' "$s"/locked?/supervise/service-lock
}
read -r -t 10 word <&"${HOLD[0]}"
t_is "the locks are held" "$word" locked
t0=$(sv_now)
for i in 1 2 3; do
	sv_tell "$s/locked$i" u
	sv_until "locked$i" u
done
least=999999999
most=0
rounds=0
while [ $(($(sv_now) - t0)) -lt 10000000 ]; do
	lat_measure "$s/web" 20
	rounds=$((rounds + 20))
	[ "$LAT_LEAST" -ge $least ] || least=$LAT_LEAST
	[ "$LAT_MOST" -le $most ] || most=$LAT_MOST
done
# What waits is the child: its name is still hexad's.
for i in 1 2 3; do
	t_ok "service $i waits all the time" test "$(sv_wstat "$s/locked$i") $(sv_flags "$s/locked$i")" = "0000 04"
done
t_comment "figure: stop and start: $before us before, $least us in ten seconds beside it, $rounds rounds"
t_ok "stop and start: $before us before, $least us beside the waiting ones" test "$least" -le $((5 * before + 20000))
t_ok "and at most $most us" test "$most" -lt 5000000
echo >&"${HOLD[1]}"
for i in 1 2 3; do
	t_ok "service $i runs when it has its lock" t_await 10 grep -q sleep "/proc/$(sv_pid "$s/locked$i")/comm"
done
t_done
