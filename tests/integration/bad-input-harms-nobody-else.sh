#!/bin/bash
# Directories that are no services, files with garbage, names of every kind: each gets its message, exactly
# these, and 50 healthy services keep their pids and every byte of their status.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

s=$T/scan
files="notification-fd lock-fd timeout-kill timeout-finish max-death-tally down-signal reload-signal"
mkdir "$s"
for i in $(seq 50); do
	t_service "$s" "h$i"
	sv_listen "h$i" "$s/h$i"
done
t_tree "$s"
for i in $(seq 50); do
	sv_until "h$i" u
done
healthy() {
	local i

	for i in $(seq 50); do
		od -An -v -tx1 "$s/h$i/supervise/status"
	done
}
before=$(healthy)

# What cannot run.
mkdir "$s/norun" "$s/noexec" "$s/noformat" "$s/nointerpreter" "$s/rundir" "$s/rundir/run"
printf '#!/bin/sh\n' >"$s/noexec/run"
printf '\177garbage\n' >"$s/noformat/run"
printf '#!/nonexistent/sh\n' >"$s/nointerpreter/run"
chmod 755 "$s/noformat/run" "$s/nointerpreter/run"

# Something else where state is kept.
mkdir -p "$s/badsupervise" "$s/badevent" "$s/badcontrol/supervise" "$s/badlock/supervise/lock"
for name in badsupervise/supervise badevent/event badcontrol/supervise/control; do
	echo >"$s/$name"
done

# Garbage, a directory and a FIFO in place of every file that is read.
for name in garbage dirs fifos; do
	t_service "$s" $name
	sv_listen $name "$s/$name"
done
for f in $files; do
	printf 'x\001\377 garbage\n5\n' >"$s/garbage/$f"
	mkdir "$s/dirs/$f"
	mkfifo "$s/fifos/$f"
done
printf '\177garbage' >"$s/garbage/finish"
chmod 755 "$s/garbage/finish"
mkdir "$s/dirs/finish"
mkfifo "$s/fifos/finish"

# Names, and entries that are no directories.
long=$(printf 'x%.0s' $(seq 255))
mkdir "$s/$long" "$s/..x"
for name in -x UPPER a..b $'new\nline' $'\033[31m'; do
	t_service "$s" "$name"
	sv_listen "$name" "$s/$name"
done
mkdir "$s"/$'no\nrun'
ln -s nowhere "$s/dangling"
ln -s loop "$s/loop"

sv_scan "$s" a
for name in garbage dirs fifos; do
	sv_until $name u
	sv_tell "$s/$name" l # reads reload-signal; HUP ends it
	sv_until $name D
	sv_until $name u
	sv_tell "$s/$name" d # reads down-signal and timeout-kill
	sv_until $name D
done
for name in -x UPPER a..b $'new\nline' $'\033[31m'; do
	t_ok "a service may be called '${name@Q}'" sv_until "$name" u
done
t_fails "a name that begins with a dot is no service" test -e "$s/..x/supervise"

prefix() {
	local line

	while IFS= read -r line; do
		printf '%s%s\n' "$1" "$line"
	done
}

# One line for each, the retries of what cannot be supervised are silent.
spawn="unable to spawn ./run (waiting 60 seconds)"
want=$(prefix "hexad: warning: " <<<"$(
	cat <<-END
		badcontrol: supervise/control is not a FIFO
		badevent: event exists and is not a directory
		badlock: unable to open supervise/lock: Is a directory
		badsupervise: supervise exists and is not a directory
		name too long - not spawning service: $long
		no\\x0arun: $spawn: No such file or directory
		noexec: $spawn: Permission denied
		noformat: $spawn: Exec format error
		nointerpreter: $spawn: No such file or directory
		norun: $spawn: No such file or directory
		rundir: $spawn: Permission denied
		unable to stat dangling: No such file or directory
		unable to stat loop: Too many levels of symbolic links
	END
	# Two starts, two ends: one by reload-signal's default, one by down-signal's.
	for line in invalid:garbage invalid:fifos "unable to open:dirs"; do
		name=${line##*:}
		say=${line%:*}
		end=
		[ "$name" = dirs ] && end=": Is a directory"
		for f in notification-fd notification-fd lock-fd lock-fd max-death-tally max-death-tally \
			reload-signal down-signal timeout-kill; do
			echo "$name: $say $f$end"
		done
	done
	for _ in 1 2; do
		echo "garbage: unable to spawn ./finish: Exec format error"
		echo "dirs: unable to spawn ./finish: Permission denied"
		echo "fifos: unable to spawn ./finish: Permission denied"
	done
)" | sort)
t_is "the messages, all of them and no others" "$(sort "$TREE_LOG")" \
	"$want"

# The same through the native client, which makes slots for names that need no quoting anywhere.
bad() {
	t_code "svctl refuses the name ${1@Q}" 100 svctl -d "$s" register -- "$1"
	t_is "and says why" "$(cat "$T/.out")" "svctl: fatal: bad profile name '$2': $3"
}
first="a name begins with a lower case letter or a digit"
other="a name holds lower case letters, digits, '_' and '-' only"
bad ..x ..x "$first"
bad ../x ../x "$first"
bad -x -x "$first"
bad Upper Upper "$first"
bad uPper uPper "$other"
bad a/b a/b "$other"
bad $'new\nline' 'new\x0aline' "$other"
bad $'line\n' 'line\x0a' "$other"
bad $'\377' '\xff' "$first"
bad '' '' "the name is empty"
t_code "svctl refuses 300 characters" 100 svctl -d "$s" register -- "$long$long"
t_like "and says why" "$(cat "$T/.out")" "^svctl: fatal: bad profile name 'x+(\.\.\.)?': the name is too long\$"

t_is "50 services have the same pids and status bytes" "$(healthy)" "$before"
t_done
