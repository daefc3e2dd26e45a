#!/bin/bash
# run and finish get the same arguments, directory, session, signals, descriptors, limits and environment.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/fourways.sh"
compat_need

# What build/seen wrote: the program's name goes in front of each line's.
of() {
	t_await_line "$2" '^end$' >/dev/null
	sed -E "/^end\$/d; s#$W#W#g; /^env: (_|SHLVL|OLDPWD|PWD)=/d; s#^#$1 #" "$2" | sort
}

# A slot whose run and finish are build/seen itself, and not a shell's idea of it.
slot() {
	mkdir -p "$1"
	cp "$B/seen" "$1/run"
	ln "$1/run" "$1/finish"
	sv_listen "$(basename "$1")" "$1"
}

inherit() {
	local d p

	umask 027
	for d in "$SCAN/plain" "$SCAN/web" "$SCAN/web/log"; do
		slot "$d"
	done
	echo 6 >"$SCAN/plain/notification-fd"
	for p in $(compgen -e); do
		[ "$p" = PATH ] || export -n "${p?}"
	done
	export HARMLESS="two words" EMPTY=
	trap '' INT QUIT USR1
	ulimit -Sc 0
	ulimit -Sn 200
	exec 9>"$W/inherited"
	tree
	exec 9>&-
	for p in plain web log; do
		sv_until "$p" u >/dev/null
	done
	for d in plain web web/log; do
		of "$d run" "$SCAN/$d/seen.run"
		p=$(sv_pid "$SCAN/$d")
		see "$d run's pid" "$([ "$p" = "$(ps -o pgid= -p "$p" | tr -d ' ')" ] && echo leads its group)"
		kill -TERM "$p"
		sv_until "$(basename "$d")" d >/dev/null
		of "$d finish" "$SCAN/$d/seen.finish"
	done
}
for name in plain web web/log; do
	four_differs "$name run argv0" "hexad/*" ./run '`argv[0]` of `run`'
	four_differs "$name finish argc" "hexad/*" 5 'arguments of `finish`'
done
four_play inherit

# The exit code of run as finish is told it.
told() {
	local d=$SCAN/web

	t_service "$SCAN" web 'read -r how <how; case $how in [0-9]*) exit $how ;; *) kill -$how $$ ;; esac'
	printf '#!/bin/sh\necho "$1 $2 $3" >%s\n' "$W/told" >"$d/finish"
	chmod 755 "$d/finish"
	mkfifo "$d/how" "$W/told"
	touch "$d/down"
	sv_listen web "$d"
	tree
	sv_until web s >/dev/null
	for how in 0 1 3 125 255 TERM KILL USR1; do
		sv_tell "$d" o
		echo "$how" >"$d/how"
		see "$how" "$(cat "$W/told")"
		down "$d"
		cl_see "$how, svstat" s6-svstat -o exitcode,signal,signum "$d"
	done
}
four_play told
t_done
