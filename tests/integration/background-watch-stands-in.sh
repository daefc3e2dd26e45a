#!/bin/bash
# sanitizer: leaks, of the applets
# s6-background-watch: stands in for a daemon that put itself into the background: readiness, signals, code, wrong pid files.
. "$(dirname "$0")/../lib/tap.sh"
cd "$T" || exit 1
WATCH=$B/bin/s6-background-watch
mkfifo ready told

# A program that forks a daemon, writes its pid and leaves; the daemon does what $1 says.
cat >daemon <<'END'
#!/bin/bash
bash -c "$1" daemon </dev/null &
echo $! >pid
END
chmod 755 daemon

start() {
	"$WATCH" -d 4 "$@" 4>ready 2>err &
	pid=$!
	read -r <ready
}
start pid ./daemon "sleep 1000 & trap 'kill \$!; exit 7' USR1; echo up >told; while :; do wait; done"
t_pass "the newline comes when the daemon is known"
read -r <told
kill -USR1 $pid
wait $pid
t_is "signals go to the daemon, its code comes back" "$?" 7

start pid ./daemon "echo up >told; exec sleep 1000"
read -r <told
kill -KILL "$(cat pid)"
wait $pid
t_is "128 and the signal" "$?" 137

code() {
	timeout 20 "$WATCH" "$@" 2>err
	echo "$? $(cat err)"
}
# shellcheck disable=SC2016
t_is "a daemon that has gone already" "$(code pid perl -e 'exit 6 unless $p = fork; open F, ">pid"; print F $p')" "6 "
t_is "a first process that fails" "$(code pid sh -c 'exit 3')" "3 "
t_is "no pid file" "$(code nowhere true)" "104 s6-background-watch: fatal: unable to read pidfile nowhere: No such file or directory"
echo x >bad
t_is "a pid file of something else" "$(code bad true)" "104 s6-background-watch: fatal: invalid pid in pidfile bad"
echo $$ >other
t_is "a pid of somebody else" "$(code other true)" \
	"104 s6-background-watch: fatal: process $$ of the pidfile is no descendant of this one"
t_is "a program that is not there" "$(code pid /nonexistent)" \
	"127 s6-background-watch: fatal: unable to exec /nonexistent: No such file or directory"
t_is "-t: a first process that does not leave" "$(code -t 100 pid sleep 1000)" "99 s6-background-watch: fatal: timed out"
t_is "--timeout=" "$(code --timeout=100 pid sleep 1000)" "99 s6-background-watch: fatal: timed out"
t_is "a wrong option" "$(code --what pid true)" "100 s6-background-watch: fatal: unrecognized boolean option: --what"
t_is "a descriptor that is not open" "$(code -d 9 pid true)" "100 s6-background-watch: fatal: invalid notification fd: Bad file descriptor"
t_is "a descriptor that is no such" "$(code -d 2 pid true)" "100 s6-background-watch: fatal: notification fd must be 3 or more"
t_code "no program" 100 "$WATCH" pid
t_done
