#!/bin/bash
# timeout: 120
# A service directory on a file system that does not answer: mounted in the scan directory, or where a link leads, over one that is
# supervised already, or in the place of a logger. It is refused with the reason, and nobody waits: not the others, no scan, not
# the end of the tree, and not the start of another.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"
. "$T_ROOT/tests/lib/latency.sh"

if [ ! -c /dev/fuse ]; then
	t_skip "a directory that never answers" "there is no /dev/fuse"
	t_done
fi
t_at_exit 'umount -l "$T"/mnt "$T"/scan/mounted "$T"/scan/covered 2>/dev/null'

# dead DIR: nothing in it is ever answered.
dead() {
	"$B/deadfuse" "$1" never >"$T/$(basename "$1").out" 2>&1 &
	t_trees+=("$!")
	t_await_line "$T/$(basename "$1").out" 'mounted|fatal' >/dev/null
	grep -q mounted "$T/$(basename "$1").out"
}

s=$T/scan
mkdir -p "$s/mounted" "$T/mnt" "$T/good"
for name in web covered logged; do
	t_service "$s" $name
	sv_listen $name "$s/$name"
done
t_service "$T" good
ln -s "$T/good" "$s/good"
sv_listen good "$T/good"
if ! dead "$T/mnt"; then
	t_skip "a directory that never answers" "no mount: $(cat "$T/mnt.out")"
	t_done
fi

# look DESC FILE: the scan that was asked for is over, web is stopped and started, and nothing was asked of the dead.
look() {
	sv_scan "$s" a
	lat_measure "$s/web" 20
	t_comment "figure: $1: stop and start: $LAT_LEAST us, at most $LAT_MOST us"
	t_ok "$1: nobody waits ($before us before, $LAT_LEAST us)" test "$LAT_LEAST" -le $((5 * before + 20000))
	t_ok "$1: at no time ($LAT_MOST us)" test "$LAT_MOST" -lt 5000000
	t_fails "$1: nothing was asked of it" grep -q waiting "$2"
}

tree() {
	: >"$T/said"
	"$B/bin/s6-svscan" "$s" >>"$T/said" 2>&1 </dev/null &
	TREE_PID=$!
	t_trees+=("$TREE_PID")
}

cp -a "$T/good/run" "$T/run"
sv_listen lat "$s/web"
tree
sv_until lat u
sv_until covered u
sv_until good u
lat_measure "$s/web" 20
before=$LAT_LEAST

ln -s "$T/mnt" "$s/link"
look "a link to it" "$T/mnt.out"
t_ok "it is refused, and why is said" t_await_line "$T/said" \
	'^s6-svscan: warning: link: refused: it is on a file system that may stop answering$'
ln -s "$T/mnt/deep/down" "$s/below"
ln -s below "$s/twice"
look "links below it" "$T/mnt.out"
t_ok "refused too" t_await_line "$T/said" '^s6-svscan: warning: twice: refused: '
ln -s "$T/mnt" "$s/logged/log"
look "a logger there" "$T/mnt.out"
t_ok "the logger is refused" t_await_line "$T/said" 'logged: .*refused its logger: it is on a file system'
t_ok "its service runs" sv_alive "$(sv_pid "$s/logged")"
t_ok "a mount in the scan directory" dead "$s/mounted"
look "a mount in the scan directory" "$T/mounted.out"
t_ok "refused like the others" t_await_line "$T/said" '^s6-svscan: warning: mounted: refused: '
pid=$(sv_pid "$s/covered")
t_ok "a mount over a service" dead "$s/covered"
sv_scan "$s" an
look "a mount over a service" "$T/covered.out"
t_ok "it is still supervised" sv_alive "$pid"
kill -KILL "$pid"
t_ok "and its end is seen" sv_until covered D
t_ok "and it starts" sv_until covered u
t_ok "a link to elsewhere is followed as always" sv_alive "$(sv_pid "$T/good")"
sv_scan "$s" t
t_ok "the tree ends" t_await_exit "$TREE_PID" 20

tree
t_ok "another one starts in it" sv_until lat u
sv_until good u
look "from the beginning" "$T/mnt.out"
t_is "all of them are refused" "$(sort -u "$T/said" | sed -n 's/.*warning: \(.*\): refused: .*/\1/p' | paste -sd' ')" \
	"below covered link mounted twice"
sv_scan "$s" t
t_ok "and ends" t_await_exit "$TREE_PID" 20

s=$T/allowed
mkdir "$s" "$T/some"
"$B/deadfuse" "$T/some" >"$T/some.out" 2>&1 &
t_trees+=("$!")
t_await_line "$T/some.out" mounted >/dev/null
t_at_exit 'umount -l "$T/some" 2>/dev/null'
ln -s "$T/some" "$s/some"
printf '[supervisor]\nslow_directories = yes\n' >"$T/hexad.ini"
: >"$T/said"
"$B/hexad" --config "$T/hexad.ini" "$s" >"$T/said" 2>&1 </dev/null &
TREE_PID=$!
t_trees+=("$TREE_PID")
t_ok "where it is allowed, what answers is taken for a service" t_await_line "$T/said" 'some: unable to (mkdir|make) '
t_fails "and not refused" grep -q 'some: refused' "$T/said"
sv_scan "$s" t
t_ok "that tree ends too" t_await_exit "$TREE_PID" 20
t_done
