#!/bin/bash
# timeout: 300
# s6-svlink and s6-svunlink: the same session with Debian's and with ours, each on a tree of its own, of s6 and of hexad: the same
# codes, messages, links, files and supervisors.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/compat.sh"
compat_need

# Services and what is wrong with some of them.
prepare() {
	local name

	mkdir scan other
	for name in plain two down stays public made forced logged loud dotted -dash taken bad-run no-run bad-log odd-log cold \
		"a blank" locked downed kept; do
		t_service . "$name"
	done
	for name in logged loud bad-log cold; do
		t_service "$name" log
	done
	mkdir -m 755 made/event forced/event
	touch scan/taken odd-log/log downed/down kept/down
	chmod 644 bad-run/run bad-log/log/run
	rm no-run/run
	mkdir -p cold/log/supervise/control locked/supervise/control empty
	ln -s plain by-link
	mkdir -p deep/er
	t_service deep/er inner
}

unsupervised() {
	! "$DEBIAN_S6/s6-svok" "$1"
}

# What a call did: its code and words, the links, what is in the service directory, who is supervised.
try() {
	local who=$1 dir=$2

	shift 2
	compat_run "$who" "$@"
	echo "== $*: code $C_CODE"
	echo "$C_OUT$C_ERR"
	find scan -mindepth 1 -maxdepth 1 ! -name .s6-svscan -printf '%P %y %l\n' | sed "s|$PWD|PWD|" | sort
	[ -z "$dir" ] && return
	find "./$dir" ! -path '*/supervise/*' ! -name 'ftrig1*' -printf '%P %y %m %U:%G\n' | sort
	[ "$C_CODE" = 0 ] || return
	"$DEBIAN_S6/s6-svok" "./$dir"
	echo "svok $?: $("$DEBIAN_S6/s6-svstat" -o wantedup,normallyup "./$dir")"
}

session() {
	local who=$1

	try "$who" plain s6-svlink -t 10000 scan plain
	try "$who" plain s6-svlink -t 10000 scan plain
	try "$who" plain s6-svlink -t 10000 scan plain again
	try "$who" plain s6-svlink -t 10000 scan plain taken
	try "$who" plain s6-svlink -t 10000 scan by-link
	try "$who" two s6-svlink -t 10000 scan ./two/ named
	try "$who" down s6-svlink -d -t 10000 scan down
	try "$who" stays s6-svlink -D -t 10000 scan stays
	try "$who" downed s6-svlink -dt10000 scan downed
	try "$who" kept s6-svlink -t 10000 scan kept
	try "$who" public s6-svlink -P -t 10000 scan public
	try "$who" made s6-svlink -t 10000 scan made
	try "$who" forced s6-svlink -f -t 10000 scan forced
	try "$who" logged s6-svlink -D -t 10000 scan logged
	try "$who" loud s6-svlink -dP -t 10000 scan loud
	try "$who" -dash s6-svlink -t 10000 -- scan -dash
	try "$who" "a blank" s6-svlink -t 10000 scan "a blank"
	try "$who" deep/er/inner s6-svlink -t 10000 scan deep/er/../er/inner
	for name in .dotted "" /dotted . .. none/dotted; do
		try "$who" dotted s6-svlink -t 300 scan dotted "$name"
	done
	try "$who" dotted s6-svlink -t 10000 scan dotted dotted ignored
	try "$who" taken s6-svlink -P -t 10000 scan taken
	for name in bad-run no-run bad-log odd-log empty; do
		try "$who" $name s6-svlink -dP -t 10000 scan $name
	done
	for name in locked cold; do
		try "$who" "" s6-svlink -D -t 500 scan $name
		find $name -maxdepth 1 -name down
	done
	try "$who" "" s6-svlink -t 300 scan none
	try "$who" "" s6-svlink -t 300 none two
	try "$who" "" s6-svlink -t 300 other two
	try "$who" "" s6-svlink -t 300 none none .x
	try "$who" "" s6-svlink scan
	try "$who" "" s6-svlink
	try "$who" "" s6-svlink -x scan two
	try "$who" "" s6-svlink -t 1s scan two
	try "$who" "" s6-svlink --help

	for name in named logged loud stays; do
		try "$who" "" s6-svunlink -t 10000 scan $name
	done
	for name in two logged logged/log loud/log stays; do
		# Debian's returns a moment before the lock is let go.
		t_await 10 unsupervised $name && echo "svok $name: no"
	done
	try "$who" "" s6-svunlink -X scan down
	try "$who" "" s6-svunlink -t 10000 scan none
	try "$who" "" s6-svunlink -t 10000 none none
	try "$who" "" s6-svunlink -t 10000 scan public ignored
	for name in .x "" /made . ..; do
		try "$who" "" s6-svunlink -t 300 scan "$name"
	done
	try "$who" "" s6-svunlink scan
	try "$who" "" s6-svunlink
	try "$who" "" s6-svunlink -t 1s scan made
	try "$who" "" s6-svunlink -y scan made
	try "$who" "" s6-svunlink -t 10000 scan taken
	# One that is linked under two names stays, and the wait for it ends.
	try "$who" "" s6-svunlink -t 300 scan again
	chmod 555 scan
	try "$who" "" s6-svlink -t 300 scan two
	chmod 755 scan
}

for kind in $(compat_trees); do
	for who in debian ours; do
		mkdir -p "$T/$kind-$who/work"
		cd "$T/$kind-$who/work" || exit
		prepare
		compat_tree "$kind" scan
		t_await 10 "$DEBIAN_S6/s6-svscanctl" -z scan
		session $who >../session 2>&1
		if [ $who = ours ]; then
			t_is "$kind: no listener is left behind" "$(find . -name '.ftrig1*' -o -name 'ftrig1*')" ""
			# Debian's leaves the logger's.
			t_is "$kind: no down file after a failure" "$(find cold locked -name down)" ""
		fi
		compat_tree_end
		for call in "s6-svlink -t 300 scan two" "s6-svunlink -t 300 scan made" "s6-svunlink scan none"; do
			read -ra words <<<"$call"
			try $who "" "${words[@]}" >>../session 2>&1
		done
	done
	cd "$T" || exit
	t_is "$kind: the same session" "$(diff -U5 "$T/$kind-debian/session" "$T/$kind-ours/session")" ""
	t_ok "$kind: it was one" [ "$(grep -c '^==' "$T/$kind-ours/session")" -gt 60 ]

	# Where the link is none Debian's waits for a supervisor that will not leave.
	s=$T/$kind-real
	mkdir "$s"
	t_service "$s" real
	compat_tree "$kind" "$s"
	compat_run ours s6-svunlink "$s" real
	t_is "$kind: a directory is not unlinked and not waited for" "$C_CODE $C_ERR" \
		"0 s6-svunlink: warning: $s/real is not a symbolic link"
	touch "$s/file"
	compat_run ours s6-svunlink -X "$s" file
	t_is "$kind: nor is a file" "$C_CODE $C_ERR $(ls "$s/file")" \
		"0 s6-svunlink: warning: $s/file is not a symbolic link $s/file"
	t_ok "$kind: it is still supervised" "$DEBIAN_S6/s6-svok" "$s/real"
	# Ours returns when the lock is gone too, so that the next command does not meet it.
	t_service "$T" "swift-$kind"
	met=
	for _ in {1..10}; do
		compat_run ours s6-svlink -t 10000 "$s" "$T/swift-$kind"
		met+="$C_CODE$C_ERR"
		compat_run ours s6-svunlink -t 10000 "$s" "swift-$kind"
		met+="$C_CODE$C_ERR"
	done
	t_is "$kind: in and out, ten times without a pause" "$met" 00000000000000000000
	# The waiter is killed: it takes its listener along.
	t_service "$T" "slow-$kind"
	mkdir -p "$T/slow-$kind/supervise/control"
	"$B/bin/s6-svlink" "$s" "$T/slow-$kind" 2>/dev/null &
	pid=$!
	t_await 10 test -L "$s/slow-$kind"
	kill -TERM $pid
	wait $pid
	t_is "$kind: a signal ends the wait" "$? $(find "$T/slow-$kind" -name '*ftrig1*')" "143 "
	compat_tree_end
done
t_done
