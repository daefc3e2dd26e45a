#!/bin/bash
# timeout: 180
# s6-svscanboot, which Debian's s6 does not have: what it writes, byte for byte; that a tree of s6 and one of hexad come up by it
# with everything that nobody else logs in the log directory; what it refuses before it has made anything.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/compat.sh"
compat_need
boot=$B/bin/s6-svscanboot

# boot_tree KIND ARG...: as compat_tree does, through our command.
boot_tree() {
	local path=$PATH

	[ "$1" = hexad ] || path=$T_PLAIN_PATH
	shift
	rm -f "$T/.ready"
	mkfifo "$T/.ready"
	PATH=$path "$boot" -d 3 "$@" 3>"$T/.ready" 2>>"$TREE_LOG" </dev/null &
	TREE_PID=$!
	t_trees+=("$TREE_PID")
	read -r -t 20 _ <"$T/.ready" || t_fail "the tree becomes ready" "$(cat "$TREE_LOG")"
	# It says so before its first scan, and a lock is there before the status is.
	t_await 20 "$DEBIAN_S6/s6-svok" "$s/s6-svscan-log"
	t_await 20 test -s "$s/s6-svscan-log/supervise/status"
}

for kind in $(compat_trees); do
	s=$T/$kind
	log="$T/the log of '$kind'"
	mkdir "$s"
	t_service "$s" quiet 'echo to its own log; exec sleep 1000'
	t_service "$s/quiet" log "exec $DEBIAN_S6/s6-log '$s-own'"
	t_service "$s" loud 'echo to stdout; echo to stderr >&2; exec sleep 1000'
	boot_tree "$kind" -u -D "$log" -m 0750 -t 100000 "$s"
	t_is "$kind: run" "$(cat "$s/s6-svscan-log/run")" \
		"$(printf '#!/bin/sh\nexec s6-log -bpd3 -- t %s <fifo >/dev/null' "'$T/the log of '\\''$kind'\\'''")"
	t_is "$kind: the other files" "$(cd "$s/s6-svscan-log" && stat -c '%n %F %a' run notification-fd fifo)" \
		"$(printf '%s\n' "run regular file 755" "notification-fd regular file 644" "fifo fifo 600")"
	t_is "$kind: notification-fd" "$(cat "$s/s6-svscan-log/notification-fd")" 3
	t_ok "$kind: the logger is ready" "$DEBIAN_S6/s6-svwait" -U -t 10000 "$s/s6-svscan-log"
	t_is "$kind: the mode of the log directory" "$(stat -c %a "$log")" 750
	t_await_line "$log/current" '^@[0-9a-f]{24} to stdout$'
	t_ok "$kind: standard output of a service is logged" grep -q 'to stdout$' "$log/current"
	t_await_line "$log/current" '^@[0-9a-f]{24} to stderr$'
	t_ok "$kind: its standard error too" grep -q 'to stderr$' "$log/current"
	t_await_line "$s-own/current" 'to its own log'
	t_fails "$kind: but not what has a logger" grep -q own "$log/current"
	t_is "$kind: the tree reads nothing" "$(readlink "/proc/$TREE_PID/fd/0")" /dev/null
	t_is "$kind: and writes there" "$(readlink "/proc/$TREE_PID/fd/1") $(readlink "/proc/$TREE_PID/fd/2")" \
		"$s/s6-svscan-log/fifo $s/s6-svscan-log/fifo"
	t_ok "$kind: it ends" "$DEBIAN_S6/s6-svscanctl" -t "$s"
	t_ok "$kind: in time" t_await_exit $TREE_PID 20
	# Again, over what is there, with other options.
	boot_tree "$kind" -u -D "$log" -o 'n3 T' "$s"
	t_like "$kind: the second time" "$(cat "$s/s6-svscan-log/run")" '^exec s6-log -bpd3 -- n3 T '
	t_ok "$kind: the logger is ready again" "$DEBIAN_S6/s6-svwait" -U -t 10000 "$s/s6-svscan-log"
	t_is "$kind: an old log directory keeps its mode" "$(stat -c %a "$log")" 750
	"$DEBIAN_S6/s6-svscanctl" -t "$s"
	t_await_exit $TREE_PID 20
done

# What is handed on, seen by a stranger in s6-svscan's place.
mkdir "$T/fake" "$T/scan"
cat >"$T/fake/s6-svscan" <<'END'
#!/bin/sh
for i in "$@"; do printf '[%s]' "$i"; done >"$FAKE_OUT"
END
chmod 755 "$T/fake/s6-svscan"
FAKE_OUT=$T/words PATH=$T/fake:$T_PLAIN_PATH "$boot" --user --log-directory="$T/log2" -t 5 -C 9 --name-max=12 "$T/scan"
t_like "options of s6-svscan" "$(cat "$T/words")" "^\[-t\]\[5\]\[-C\]\[9\]\[-L\]\[12\]\[-X\]\[[0-9]+\]\[--\]\[$T/scan\]\$"
: >"$T/console"
FAKE_OUT=$T/words PATH=$T/fake:$T_PLAIN_PATH "$boot" -c "$T/console" -D "$T/log2" "$T/scan"
t_like "a console" "$? $(cat "$T/words")" '^0 \[-X\]'
FAKE_OUT=$T/words PATH=$T/fake:$T_PLAIN_PATH "$boot" -c "$T/none" -D "$T/log2" "$T/scan" 2>"$T/err"
t_is "no console" "$? $(cat "$T/err")" \
	"0 s6-svscanboot: warning: unable to open $T/none, using standard error instead: No such file or directory"

cd "$T" || exit
refused() {
	local desc=$1 want=$2

	shift 2
	mkdir -p fresh
	touch file
	compat_run ours s6-svscanboot "$@"
	t_is "$desc" "$C_CODE $C_ERR $(ls -A fresh)" "$want "
}
p=s6-svscanboot
refused "no operand" "100 $p: usage: $(grep -A2 '"s6-svscanboot"' "$T_ROOT/shim/applets.def" | tail -n +2 | tr -d '\n\t' |
	sed 's/""//; s/^"/s6-svscanboot /; s/")$//')"
refused "a relative log directory" "100 $p: fatal: logdir must be absolute" -D logs fresh
refused "no mode" "100 $p: fatal: invalid mode: 9" -m 9 -D "$T/l" fresh
refused "too large a mode" "100 $p: fatal: invalid mode: 77777" -m 77777 -D "$T/l" fresh
refused "no such user" "100 $p: fatal: unknown user: nosuchuser" -l nosuchuser -D "$T/l" fresh
refused "no number" "100 $p: fatal: timeout must be an unsigned integer" -t x -D "$T/l" fresh
refused "no number for -C" "100 $p: fatal: services-max must be an unsigned integer" -C -1 fresh
refused "a descriptor that is not open" "100 $p: fatal: invalid notification fd: 99" -d 99 fresh
refused "a descriptor too low" "100 $p: fatal: invalid notification fd: 2" -d 2 fresh
refused "no scan directory" "111 $p: fatal: unable to stat none: No such file or directory" -D "$T/l" none
refused "a file for one" "100 $p: fatal: file is not a directory" -D "$T/l" file
refused "an unknown letter" "100 $p: fatal: unrecognized short option: x" -x fresh
refused "an unknown name" "100 $p: fatal: unrecognized boolean option: --x" --x fresh
refused "nowhere to log to" "111 $p: fatal: unable to mkdir $T/no/such: No such file or directory" -D "$T/no/such" fresh
t_is "no log directory was made" "$(ls -d "$T/l" 2>/dev/null)" ""
t_done
