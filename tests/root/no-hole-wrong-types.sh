#!/bin/bash
# Something of another kind, or of another owner, where hexad keeps its files in a slot: that slot is refused with the reason,
# its program never runs, nothing is written to what lies there, and the other slots go on.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"
. "$T_ROOT/tests/lib/hostile.sh"

h_begin
# slot NAME: a slot of the user that no scan looks at yet.
slot() { h_app_service "$S" ".$1" "$1"; mkdir "$S/.$1/supervise"; chown 10000:10000 "$S/.$1/supervise"; }
placed() { mv "$S/.$1" "$S/$1"; }
for file in control lock; do
	slot "$file-file"
	echo content >"$S/.$file-file/supervise/$file"
	slot "$file-dir"
	mkdir "$S/.$file-dir/supervise/$file"
	slot "$file-fifo"
	mkfifo -m 666 "$S/.$file-fifo/supervise/$file"
	slot "$file-null"
	mknod -m 666 "$S/.$file-null/supervise/$file" c 1 3
	slot "$file-socket"
	python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$S/.$file-socket/supervise/$file"
	for kind in file dir fifo null socket; do
		chown 10000:10000 "$S/.$file-$kind/supervise/$file"
	done
done
# The FIFO of a third user: whoever owns it may read what is written to it.
chown 10001:10001 "$S/.control-fifo/supervise/control"
for dir in event supervise; do
	for kind in file fifo null other; do
		h_app_service "$S" ".$dir-$kind" "$dir-$kind"
	done
	echo content >"$S/.$dir-file/$dir"
	mkfifo "$S/.$dir-fifo/$dir"
	mknod "$S/.$dir-null/$dir" c 1 3
	mkdir "$S/.$dir-other/$dir"
	chown 10001:10001 "$S/.$dir-other/$dir"
done
bad="control-file control-dir control-fifo control-null control-socket lock-dir lock-fifo lock-null lock-socket"
for dir in event supervise; do
	for kind in file fifo null other; do
		bad+=" $dir-$kind"
	done
done
for name in lock-file $bad; do
	placed "$name"
done
sv_scan "$S" a
h_scanned types

t_ok "a file of his own as lock is one: that slot runs" t_await_line "$IDS/lock-file" '^10000 '
for name in $bad; do
	h_refused "$name is refused with the reason" "$name: .*(${name%-*}).*"
	t_fails "$name: its program was not run" test -e "$IDS/$name"
done
t_is "files in the place of others are as they were" "$(cat "$S/control-file/supervise/control" "$S/event-file/event" "$S/supervise-file/supervise")" \
	$'content\ncontent\ncontent'
for name in $bad; do
	rm -rf "${S:?}/$name"
done
h_end
t_done
