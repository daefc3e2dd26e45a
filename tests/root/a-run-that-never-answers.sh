#!/bin/bash
# timeout: 120
# A run on a file system that does not answer: its service waits, and nobody with it. With an ordinary user's supervisor, who
# has no rights over that file system; with root's, for somebody else's service and for one of root's own.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"
. "$T_ROOT/tests/lib/latency.sh"

if [ ! -c /dev/fuse ]; then
	t_skip "a run that never answers" "there is no /dev/fuse"
	t_done
fi
chmod 711 "$T" ${T_SCRATCH:+"$T_SCRATCH"} 2>/dev/null

# dead DIR HOW: the file system, and its pid in DEAD.
dead() {
	mkdir "$1"
	"$B/deadfuse" "$1" "$2" >"$1.out" 2>&1 &
	DEAD=$!
	t_trees+=("$DEAD")
	t_await_line "$1.out" 'mounted|fatal' >/dev/null
}

try() {
	local who=$1 how=$2 s=$T/$1-$2 uid=10000 as=() before

	if [ "$who" = root-for-root ]; then
		uid=0
	elif [ "$who" = user ]; then
		as=(setpriv --reuid 10000 --regid 10000 --clear-groups)
	fi
	dead "$T/mnt-$who-$how" "$how"
	if ! grep -q mounted "$T/mnt-$who-$how.out"; then
		t_skip "$who, $how" "no mount: $(cat "$T/mnt-$who-$how.out")"
		return
	fi
	mkdir "$s"
	t_service "$s" web
	t_service "$s" remote
	t_service "$s" finishing
	rm "$s/remote/run"
	ln -s "$T/mnt-$who-$how/run" "$s/remote/run"
	ln -s "$T/mnt-$who-$how/run" "$s/finishing/finish"
	touch "$s/remote/down"
	chown -Rh "$uid:$uid" "$s"
	sv_listen lat "$s/web"
	for name in remote finishing; do
		sv_listen $name "$s/$name"
	done
	chown -Rh "$uid:$uid" "$s"
	"${as[@]}" "$B/hexad" "$s" >>"$TREE_LOG" 2>&1 </dev/null &
	TREE_PID=$!
	t_trees+=("$TREE_PID")
	sv_until lat u
	sv_until remote s
	sv_until finishing u
	lat_measure "$s/web" 30
	before=$LAT_LEAST

	sv_tell "$s/remote" u
	t_ok "$who, $how: it counts as up" sv_until remote u
	t_ok "$who, $how: its exec waits" t_await_line "$T/mnt-$who-$how.out" '^waiting$'
	kill -KILL "$(sv_pid "$s/finishing")"
	t_ok "$who, $how: a finish there counts as one" sv_until finishing d
	lat_measure "$s/web" 30
	t_comment "figure: $who, $how: stop and start: $before us before, $LAT_LEAST us beside it"
	t_ok "$who, $how: stop and start: $before us before, $LAT_LEAST us beside it" \
		test "$LAT_LEAST" -le $((5 * before + 20000))
	t_ok "$who, $how: and at most $LAT_MOST us" test "$LAT_MOST" -lt 5000000
	t_is "$who, $how: it waits still" "$(sv_flags "$s/remote")" 04
	# The kernel lets nobody go who waits for an answer, by no signal; the end of the file system does.
	kill -KILL "$DEAD"
	t_ok "$who, $how: the exec has failed when that file system is gone" sv_until remote D
	t_ok "$who, $how: and so has finish" sv_until finishing D
	t_tree_end
	umount -l "$T/mnt-$who-$how" 2>/dev/null
}

t_at_exit 'umount -l "$T"/mnt-* 2>/dev/null'
for how in open never; do
	try user $how
	try root-for-another $how
	try root-for-root $how
done
t_done
