#!/bin/bash
# Modes of what is made, with umask 022 and 077, in a directory that hands its group on; and what was there before keeps
# its mode, also after restarts, a scan and another incarnation.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

modes() {
	local f

	for f in .s6-svscan .s6-svscan/lock .s6-svscan/control web/event web/supervise web/supervise/lock \
		web/supervise/control web/supervise/status web/supervise/death_tally web/down web/supervise/service-lock; do
		echo "$f $(stat -c %a "$1/$f")"
	done
}

for mask in 022 077; do
	s=$T/scan$mask
	mkdir "$s"
	chmod 755 "$s"
	t_service "$s" web
	echo 5 >"$s/web/lock-fd"
	chmod -R a+rX "$s"
	sv_listen "web$mask" "$s/web"
	rm -rf "$s/web/event" # it is to be made; nobody listens
	umask "$mask"
	t_tree "$s"
	umask 022
	sv_up "$s/web"
	sv_tell "$s/web" D
	sv_down "$s/web"
	plain=644
	[ $mask = 022 ] || plain=600
	t_is "umask $mask" "$(modes "$s")" ".s6-svscan 755
.s6-svscan/lock 600
.s6-svscan/control 600
web/event 3730
web/supervise 700
web/supervise/lock 644
web/supervise/control 600
web/supervise/status $plain
web/supervise/death_tally $plain
web/down $plain
web/supervise/service-lock $plain"
	t_is "umask $mask: sizes" "$(stat -c %s "$s/web/supervise/lock" "$s/web/supervise/status" \
		"$s/web/supervise/death_tally" "$s/web/down" | paste -sd' ')" "0 35 14 0"
	t_tree_end
done

# A directory with the setgid bit: what is made in it inherits the group, event gets ours.
s=$T/setgid
mkdir "$s"
t_service "$s" web
chmod g+s "$s/web"
t_tree "$s"
sv_up "$s/web"
t_is "in a setgid directory event is as everywhere" "$(stat -c '%a %g' "$s/web/event")" "3730 $(id -g)"
t_is "supervise has the bit too" "$(stat -c %a "$s/web/supervise")" 2700
t_tree_end

# What is there already.
s=$T/there
mkdir "$s"
t_service "$s" web
mkdir -p "$s/.s6-svscan" "$s/web/event" "$s/web/supervise"
mkfifo "$s/web/supervise/control" "$s/.s6-svscan/control"
echo "somebody's" >"$s/web/supervise/lock"
echo old >"$s/web/supervise/status"
printf 14bytesofatally >"$s/web/supervise/death_tally"
chmod 700 "$s/.s6-svscan"
chmod 2755 "$s/web/event"
chmod 755 "$s/web/supervise"
chmod 622 "$s/web/supervise/control" "$s/.s6-svscan/control"
chmod 666 "$s/web/supervise/lock"
chmod 604 "$s/web/supervise/status"
there() {
	(cd "$s" && stat -c '%n %a %i' .s6-svscan .s6-svscan/control web/event web/supervise web/supervise/control \
		web/supervise/lock)
}
before=$(there)
sv_listen web "$s/web"
t_tree "$s"
sv_until web u
t_is "what was there keeps mode and inode" "$(there)" "$before"
t_is "the lock's content too" "$(cat "$s/web/supervise/lock")" "somebody's"
t_is "the status is a new file" "$(stat -c '%a %s' "$s/web/supervise/status")" "644 35"
t_is "the tally is emptied" "$(stat -c %s "$s/web/supervise/death_tally")" 0
sv_tell "$s/web" r
sv_until web D
sv_until web u
t_is "a death is written to the tally" "$(stat -c %s "$s/web/supervise/death_tally")" 14
sv_scan "$s" a
sv_tell "$s/web" x
sv_tell "$s/web" d
sv_until web x
sv_until web u
t_is "none of it changes with a restart, a scan and another incarnation" "$(there)" "$before"
t_is "which empties the tally" "$(stat -c %s "$s/web/supervise/death_tally")" 0
t_done
