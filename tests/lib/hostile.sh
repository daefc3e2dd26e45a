# shellcheck shell=bash
#
# hostile.sh: a scan directory that an ordinary user owns, with a supervisor that is root. Sourced after tap.sh
# and sv.sh by tests/root/no-hole-*.sh.
#
#   $S               the scan directory, owned by uid 10000
#   $IDS             who ran: every program made here writes `id` to $IDS/NAME, its uid first
#   app CMD...       runs CMD as uid 10000, without a group but its own
#   h_service DIR NAME [WORD]  a service, made by whoever calls, that writes $IDS/NAME and sleeps
#   h_begin          two healthy services, one of the user's and one of root's, and the tree on $S
#   h_refused DESC ERE   passes when the log has a line that ends like this
#   h_end            nothing was run as root that should not; the healthy services are as they were

# shellcheck disable=SC2034 # for the scripts
S=$T/scan
IDS=$T/ids
# Everybody may look for what he was told of.
chmod 711 "$T" ${T_SCRATCH:+"$T_SCRATCH"}
mkdir -m 1777 "$IDS"
mkdir "$S"
chown 10000:10000 "$S"
export S IDS

app() {
	setpriv --reuid 10000 --regid 10000 --clear-groups "$@"
}

h_program() {
	cat <<-END
		#!/bin/sh
		echo "\$(id -u) \$(id -g) \$(id -G)" >$IDS/$1
		exec sleep 1000
	END
}

# Made under another name first: a scan may come at any time.
h_service() {
	mkdir "$1/.new.$2"
	h_program "${3:-$2}" >"$1/.new.$2/run"
	chmod 755 "$1/.new.$2/run"
	[ -z "${h_owner:-}" ] || chown -R "$h_owner" "$1/.new.$2"
	mv "$1/.new.$2" "$1/$2"
}

# The same as the user. A function does not survive setpriv, so it is made here and given away.
h_app_service() {
	local h_owner=10000:10000

	h_service "$@"
}

h_begin() {
	h_app_service "$S" users
	h_service "$S" roots
	t_tree "$S"
	t_await_line "$IDS/users" '^10000 '
	t_await_line "$IDS/roots" '^0 '
	h_pids=$(sv_pid "$S/users"):$(sv_pid "$S/roots")
}

h_refused() {
	if "$B/await" line 10 "$TREE_LOG" "^hexad: warning: $2\$"; then
		t_pass "$1"
	else
		t_fail "$1" "no line like '$2' in"$'\n'"$(cat "$TREE_LOG")"
	fi
}

# What a fresh service that comes after all others shows: the scan before it is over.
h_scanned() {
	h_app_service "$S" "zz$1"
	sv_scan "$S" a
	t_await_line "$IDS/zz$1" '^10000 '
}

h_end() {
	h_scanned last
	t_is "nothing but root's own service ran as root" \
		"$(grep -l '^0 ' "$IDS"/* | sed 's|.*/||')" roots
	t_is "the other services are the same processes" "$(sv_pid "$S/users"):$(sv_pid "$S/roots")" "$h_pids"
}
