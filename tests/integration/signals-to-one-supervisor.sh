#!/bin/bash
# s6-supervise DIR and signals: TERM stops the service, HUP waits for it, QUIT leaves it running, INT passes itself on to the
# group and leaves; any other is nothing. Exit codes and words of a directory that cannot be supervised.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

# The shell has what it starts in the background ignore INT and QUIT, and run would go on doing so.
one() {
	env --default-signal=INT,QUIT s6-supervise web >>"$TREE_LOG" 2>&1 </dev/null &
	one=$!
	t_trees+=("$one")
	sv_until web u
	pid=$(sv_pid web)
}

cd "$T" || exit 1
t_service . web "trap 'echo INT >>$T/got; exit 0' INT
(trap 'echo INT of the group >>$T/got; exit 0' INT; echo \$\$ >>$T/child; read -r _ <>$T/gate)
read -r _ <>$T/gate"
mkfifo gate
printf '#!/bin/sh\necho "$(readlink /proc/$$/fd/1)" >>%s/finish_io\n' "$T" >web/finish
chmod 755 web/finish
sv_listen web web

one
for sig in ALRM USR1 USR2 PWR WINCH; do
	kill "-$sig" "$one"
done
sv_tell web p
sv_await 10 sv_has_flags web 05
sv_tell web c
t_ok "signals that mean nothing do nothing" sv_alive "$one" "$pid"
kill -TERM "$one"
wait "$one"
t_is "TERM: exit code" $? 0
sv_until web x
t_is "TERM: the service is stopped first" "$SV_GOT" dDx
t_is "TERM: by SIGTERM" "$(sv_wstat web)" 000f
t_is "TERM: finish had the old standard output" "$(tail -n 1 finish_io)" "$TREE_LOG"

one
kill -HUP "$one"
sv_tell web d
wait "$one"
t_is "HUP: exit code" $? 0
sv_until web x
t_is "HUP: the service was waited for" "$SV_GOT" dDx
t_is "HUP: finish had /dev/null" "$(tail -n 1 finish_io)" /dev/null

one
kill -QUIT "$one"
wait "$one"
t_is "QUIT: exit code" $? 0
sv_until web x
t_is "QUIT: at once" "$SV_GOT" x
t_ok "QUIT: the service runs on" sv_alive "$pid"
t_is "QUIT: the status is left as it was" "$(sv_pid web)" "$pid"
t_code "QUIT: the lock is free" 1 s6-svok web
kill -KILL -- "-$pid"

rm -f child got
one
t_await_line child .
kill -INT "$one"
wait "$one"
t_is "INT: exit code" $? 0
sv_until web x
t_is "INT: at once" "$SV_GOT" x
t_ok "INT: run got it" t_await_line got '^INT$'
t_ok "INT: so did its group" t_await_line got '^INT of the group$'

# What cannot be supervised.
cant() {
	t_code "$2: code" "$1" timeout 10 s6-supervise odd
	t_is "$2: words" "$(cat "$T/.out")" "s6-supervise odd: fatal: $2"
	rm -rf odd
	mkdir odd
}
mkdir odd
echo >odd/event
cant 100 "event exists and is not a directory"
echo >odd/supervise
cant 100 "supervise exists and is not a directory"
mkdir -p odd/supervise/control
cant 100 "supervise/control is not a FIFO"
mkdir odd/supervise
echo >odd/supervise/control
cant 100 "supervise/control is not a FIFO"
t_service . odd
s6-supervise odd >>"$TREE_LOG" 2>&1 </dev/null &
one=$!
sv_up odd
t_code "a second one: code" 100 timeout 10 s6-supervise odd
t_is "a second one: words" "$(cat "$T/.out")" \
	"s6-supervise odd: fatal: another instance of s6-supervise is already running"
kill "$one"
wait "$one"
t_code "usage: code" 100 timeout 10 s6-supervise
t_is "usage: words" "$(cat "$T/.out")" "s6-supervise: usage: s6-supervise dir"
t_code "no such directory: code" 111 timeout 10 s6-supervise none
t_is "no such directory: words" "$(cat "$T/.out")" "s6-supervise: fatal: unable to chdir to none: No such file or directory"
rm -rf odd
mkdir odd
: >"$TREE_LOG"
s6-supervise odd >>"$TREE_LOG" 2>&1 </dev/null &
one=$!
t_trees+=("$one")
t_ok "warnings begin with its name and the service's" t_await_line "$TREE_LOG" \
	'^s6-supervise odd: warning: unable to spawn ./run \(waiting 60 seconds\): No such file or directory$'
t_done
