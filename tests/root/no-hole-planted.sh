#!/bin/bash
# What an application plants in its own slot, where hexad keeps its files: no file outside is read, written,
# given away or removed, and each slot goes on or is refused with its reason.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"
. "$T_ROOT/tests/lib/hostile.sh"

# Root's files, readable by root alone, and one that would be noticed if it were opened: a FIFO.
mkdir -m 700 "$T/root" "$T/root/dir"
for name in status status.new death_tally death_tally.new lock control listener down service-lock; do
	echo "root's $name" >"$T/root/$name"
done
mkfifo "$T/root/fifo"
exec 7<>"$T/root/fifo"
outside() { find "$T/root" -printf '%p %u %g %m %s %T@ %y\n' | sort; cat "$T"/root/[a-eg-z]* 2>/dev/null; }
before=$(outside)
h_begin

# planted NAME FILE TARGET: a slot of the user with a link at FILE
planted() {
	h_app_service "$S" ".$1"
	sv_listen "$1" "$S/.$1"
	chown -R 10000:10000 "$S/.$1/event"
	app mkdir -p "$(dirname "$S/.$1/$2")"
	app ln -s "$3" "$S/.$1/$2"
	app mv "$S/.$1" "$S/$1"
}

# Files that are made anew: the link gives way.
for file in status status.new death_tally death_tally.new; do
	planted "$file" "supervise/$file" "$T/root/$file"
done
# A listener that is none.
planted listener event/ftrig1:@400000005000000000000000:planta "$T/root/listener"
planted fifo event/ftrig1:@400000005000000000000000:plantb "$T/root/fifo"
planted down down "$T/root/down"
planted service-lock supervise/service-lock "$T/root/service-lock"
echo 5 >"$S/service-lock/lock-fd"
# Files that are opened: the slot is refused.
planted lock supervise/lock "$T/root/lock"
planted control supervise/control "$T/root/fifo"
sv_scan "$S" a

for name in status status.new death_tally death_tally.new listener fifo; do
	sv_until "$name" u
	t_ok "a link at $name: the slot runs as its owner" t_await_line "$IDS/.$name" '^10000 '
	t_is "a link at $name: its status is a file of its owner" \
		"$(stat -c '%F %u %s' "$S/$name/supervise/status")" "regular file 10000 35"
	sv_tell "$S/$name" d
	sv_until "$name" D
	t_is "a link at $name: its tally too" \
		"$(stat -c '%F %u %s' "$S/$name/supervise/death_tally")" "regular file 10000 14"
done
sv_letters down 1
sv_tell "$S/down" U
t_ok "a link at down: U removes the link" sv_up "$S/down"
app ln -s "$T/root/down" "$S/down/down"
sv_tell "$S/down" D
sv_until down D
h_refused "a link at down: D does not follow it" \
	"down: unable to create down file: Too many levels of symbolic links"
h_refused "a link at lock is refused" "lock: unable to open supervise/lock: Too many levels of symbolic links"
h_refused "a link at control is refused" \
	"control: unable to open supervise/control: Too many levels of symbolic links"
t_fails "neither was run" test -e "$IDS/.lock" -o -e "$IDS/.control"
t_fails "nor what waits for a lock elsewhere" test -e "$IDS/.service-lock"

# The directories themselves.
for file in supervise event; do
	h_app_service "$S" ".$file"
	app ln -s "$T/root/dir" "$S/.$file/$file"
	app mv "$S/.$file" "$S/$file"
done
sv_scan "$S" a
for file in supervise event; do
	h_refused "a link at $file is refused" "$file: $file is a symbolic link"
done

# Exchanged while the service runs: hexad's next write must not follow.
h_app_service "$S" late
sv_listen late "$S/late"
chown -R 10000:10000 "$S/late/event"
sv_scan "$S" a
sv_until late u
pid=$(sv_pid "$S/late")
app mv "$S/late/supervise" "$S/late/old"
app ln -s "$T/root/dir" "$S/late/supervise"
kill -KILL "$pid"
h_refused "supervise exchanged for a link: not followed" \
	"late: unable to (write status file|update the death tally): (Not a directory|Too many levels of symbolic links)"

t_is "no byte seen through the FIFO" "$(dd bs=64 count=1 iflag=nonblock if="$T/root/fifo" 2>/dev/null | wc -c)" 0
t_is "nothing outside has changed" "$(outside)" "$before"
for name in lock control; do
	rm -rf "${S:?}/$name"
done
h_end
t_done
