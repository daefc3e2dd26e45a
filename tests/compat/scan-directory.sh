#!/bin/bash
# What a scan finds, what a prune lets go, what the control FIFO and the options of s6-svscan do.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/fourways.sh"
compat_need

supervised() { "$DEBIAN_S6/s6-svok" "$1"; }
not_supervised() { ! "$DEBIAN_S6/s6-svok" "$1"; }

entries() {
	t_service "$SCAN" web
	t_service "$SCAN" .hidden
	t_service "$SCAN" web.tmp
	t_service "$W" outside
	mkdir "$SCAN/empty"
	touch "$SCAN/file"
	ln -s "$W/outside" "$SCAN/link"
	ln -s "$W/outside" "$SCAN/link2"
	ln -s "$SCAN/file" "$SCAN/link-to-file"
	printf 'not a directory' >"$SCAN/web.tmp/log"
	for d in web web.tmp; do
		sv_listen "$d" "$SCAN/$d"
	done
	sv_listen outside "$W/outside"
	tree
	for d in web web.tmp outside; do
		sv_until "$d" u
		see "$d" "$SV_GOT"
	done
	t_await 10 supervised "$SCAN/empty"
	# Two names, one directory, one supervisor: everything is known under both.
	see "under both names" "$(sv_pid "$SCAN/link" | grep -cxF "$(sv_pid "$SCAN/link2")")"
	see "not looked at" "$(ls -d "$SCAN"/.hidden/supervise "$SCAN"/web.tmp/log/* 2>/dev/null)"
	cl_see "svok, not supervised" s6-svok "$SCAN/.hidden"
	cl_see "svc, not supervised" s6-svc -u "$SCAN/file/none"
	see "in the scan directory" "$(ls -A "$SCAN")"
}
four_differs "svc, not supervised" "*/ours" "111 s6-svc: warning: unable to control W/scan/file/none: Not a directory" \
	'`s6-svc`, failures'
four_play entries

# A directory that is moved away stays supervised until a prune; one in its place is another service.
moved() {
	t_service "$SCAN" web
	t_service "$SCAN" other
	sv_listen web "$SCAN/web"
	sv_listen other "$SCAN/other"
	tree
	up "$SCAN/web"
	up "$SCAN/other"
	mkdir "$W/away"
	mv "$SCAN/web" "$W/away/web"
	t_service "$SCAN" new
	sv_listen new "$SCAN/new"
	cl s6-svscanctl -a "$SCAN"
	up "$SCAN/new"
	cl_see "svok after a scan" s6-svok "$W/away/web"
	sv_tell "$W/away/web" r
	sv_until web u
	see "it is restarted all the same" "$SV_GOT"
	t_service "$W" web
	mv "$W/web" "$SCAN/web"
	sv_listen second "$SCAN/web"
	cl s6-svscanctl -an "$SCAN"
	sv_until web x
	see "pruned" "$SV_GOT"
	sv_until second u
	see "in its place" "$SV_GOT"
	t_await 10 not_supervised "$W/away/web"
	cl_see "svok after a prune" s6-svok "$W/away/web"
	cl_see "svstat" s6-svstat -o up,wantedup,signal "$W/away/web"
	see "the other one" "$(sv_alive "$(sv_pid "$SCAN/other")" && echo undisturbed)"
	# The other way to the same: h scans and prunes.
	mv "$SCAN/other" "$W/away/other"
	cl s6-svscanctl -h "$SCAN"
	sv_until other x
	see "h" "$SV_GOT"
	# A renamed one is the same service.
	mv "$SCAN/new" "$SCAN/renamed"
	cl s6-svscanctl -an "$SCAN"
	cl_see "renamed" s6-svstat -o up,wantedup "$SCAN/renamed"
	sv_tell "$SCAN/renamed" k
	sv_until new u
	see "its letters" "$SV_GOT"
}
four_play moved

# Unknown letters, a second supervisor, readiness, the end.
control() {
	local code

	t_service "$SCAN" web
	sv_listen web "$SCAN/web"
	tree
	up "$SCAN/web"
	sv_scan "$SCAN" '#'
	t_await_line "$W/tree.err" 'unknown control command: #'
	see "an unknown letter" "$(sed -nE 's/^[^:]*: (.*command.*)/\1/p' "$W/tree.err")"
	see "a second one" "$(if [ "$SUP" = debian ]; then "$DEBIAN_S6/s6-svscan" "$SCAN"; else "$B/bin/s6-svscan" "$SCAN"; fi 2>&1 </dev/null | four_clean)"
	sv_scan "$SCAN" z
	cl_see "still listening" s6-svscanctl "$SCAN"
	printf '#!/bin/sh\necho "$# $0 in $(pwd)" >%s\nexit 17\n' "$W/finished" >"$SCAN/.s6-svscan/finish"
	chmod 755 "$SCAN/.s6-svscan/finish"
	cl s6-svscanctl -t "$SCAN"
	wait "$TREE_PID"
	code=$?
	TREE_PID=
	see "its end" "$code $(four_clean <"$W/finished")"
	sv_until web x
	see "the service" "$SV_GOT"
	cl_see "svscanctl afterwards" s6-svscanctl "$SCAN"
	see "left behind" "$(find "$SCAN/.s6-svscan" -mindepth 1 ! -name 'hexad*' -printf '%f\n' | sort)"
}
four_play control

# -d: one newline, then the end of the file; -t: a new directory is found without a word.
options() {
	mkfifo "$W/ready"
	t_service "$SCAN" web
	if [ "$SUP" = debian ]; then set -- "$DEBIAN_S6"; else set -- "$B/bin"; fi
	"$1/s6-svscan" -d 5 -t 200 "$SCAN" 5>"$W/ready" 2>>"$W/tree.err" </dev/null &
	TREE_PID=$!
	see "readiness" "$(od -An -tx1 "$W/ready")"
	t_service "$W" later
	sv_listen later "$W/later"
	mv "$W/later" "$SCAN/later"
	sv_until later u
	see "found by -t" "$SV_GOT"
	see "-d to a closed one" "$("$1/s6-svscan" -d 7 "$W" 2>/dev/null 7>&-; echo $?)"
	see "-d to a standard one" "$("$1/s6-svscan" -d 2 "$W" 2>/dev/null; echo $?)"
	see "no directory" "$("$1/s6-svscan" "$W/none" 2>&1 | sed "s#$W#W#; s#to W/none##; s/ *:/:/g")"
	touch "$W/file"
	mkdir "$W/odd" "$W/odd2"
	touch "$W/odd/.s6-svscan"
	mkdir "$W/odd2/.s6-svscan"
	touch "$W/odd2/.s6-svscan/control"
	see ".s6-svscan is a file" "$("$1/s6-svscan" "$W/odd" >/dev/null 2>&1; echo $?)"
	see "control is a file" "$("$1/s6-svscan" "$W/odd2" >/dev/null 2>&1; echo $?)"
}
four_play options

# x on a service that stays in the scan directory: another incarnation, with the wants and the tally of a new one.
incarnations() {
	local d=$SCAN/web

	t_service "$SCAN" web
	sv_listen web "$d"
	tree
	up "$d"
	cl s6-svc -wD -T 10000 -d "$d"
	down "$d"
	see "tally" "$(stat -c %s "$d/supervise/death_tally")"
	cl_see "svc -x" s6-svc -x "$d"
	sv_until web u
	see "wanted up again" "$SV_GOT"
	see "tally of the next" "$(stat -c %s "$d/supervise/death_tally")"
	touch "$d/down"
	cl s6-svc -xd "$d"
	sv_until web s
	see "with a down file" "$SV_GOT"
	cl_see "svstat" s6-svstat -o up,wantedup,normallyup,exitcode,signal "$d"
}
four_differs svstat hexad/ours "0 false false false -1 NA" '`s6-svstat -o exitcode`'
four_play incarnations

# Scripts take the place of what a signal does, and of nothing else.
scripts() {
	mkdir "$SCAN/.s6-svscan"
	t_service "$SCAN" web
	sv_listen web "$SCAN/web"
	printf '#!/bin/sh\necho "$# $0 $(pwd)" >>%s\n' "$W/ran" | tee "$SCAN/.s6-svscan/SIGTERM" >"$SCAN/.s6-svscan/SIGUSR1"
	chmod 755 "$SCAN/.s6-svscan/SIGTERM" "$SCAN/.s6-svscan/SIGUSR1"
	tree
	up "$SCAN/web"
	kill -TERM "$TREE_PID"
	t_await_line "$W/ran" SIGTERM
	kill -USR1 "$TREE_PID"
	t_await_line "$W/ran" SIGUSR1
	kill -USR2 "$TREE_PID"
	see "run" "$(four_clean <"$W/ran")"
	see "and nothing else" "$(sv_alive "$TREE_PID" "$(sv_pid "$SCAN/web")" && echo both alive)"
	# A scan by signal, and the letter that is no signal.
	t_service "$W" later
	sv_listen later "$W/later"
	mv "$W/later" "$SCAN/later"
	kill -ALRM "$TREE_PID"
	sv_until later u
	see "ALRM" "$SV_GOT"
	cl s6-svscanctl -t "$SCAN"
	wait "$TREE_PID"
	see "t, code" $?
	TREE_PID=
	sv_until web x
	see "t" "$SV_GOT"
}
four_play scripts

# A finish that cannot be executed, and no crash.
no_finish() {
	mkdir "$SCAN/.s6-svscan"
	touch "$SCAN/.s6-svscan/finish"
	tree
	cl s6-svscanctl -t "$SCAN"
	wait "$TREE_PID"
	see "code" $?
	TREE_PID=
	see "said" "$(grep -o 'unable to exec finish script.*\|executing into.*\|fatal: .*' "$W/tree.err" | four_clean)"
}
four_differs code "hexad/*" 127 '`crash` that cannot be executed'
four_play no_finish
# -X: the standard error of s6-svscan-log, and of all that comes when the tree is over.
console() {
	local prog=$B/bin/s6-svscan

	[ "$SUP" = hexad ] || prog=$DEBIAN_S6/s6-svscan
	see "-X to a closed one" "$("$prog" -X 7 "$SCAN" 2>/dev/null 7>&-; echo $?)"
	see "-X to a standard one" "$("$prog" -X 2 "$SCAN" 2>/dev/null; echo $?)"
	mkdir "$SCAN/.s6-svscan"
	printf '#!/bin/sh\necho output of finish; echo error of finish >&2\n' >"$SCAN/.s6-svscan/finish"
	chmod 755 "$SCAN/.s6-svscan/finish"
	t_service "$SCAN" s6-svscan-log 'echo error of the logger >&2; exec cat never'
	mkfifo "$SCAN/s6-svscan-log/never"
	t_service "$SCAN" web 'echo error of another >&2; exec cat never'
	mkfifo "$SCAN/web/never"
	for name in web s6-svscan-log; do
		sv_listen "$name" "$SCAN/$name"
	done
	tree -X 4 4>>"$W/console"
	up "$SCAN/web"
	up "$SCAN/s6-svscan-log"
	t_await_line "$W/console" logger >/dev/null
	t_await_line "$W/tree.err" 'error of another' >/dev/null
	see "descriptor 4 of a service" "$([ -e "/proc/$(sv_pid "$SCAN/web")/fd/4" ] && echo open || echo closed)"
	cl s6-svscanctl -q "$SCAN"
	wait "$TREE_PID"
	see "code" $?
	TREE_PID=
	see "console" "$(cat "$W/console")"
}
four_play console
t_done
