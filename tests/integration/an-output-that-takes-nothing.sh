#!/bin/bash
# timeout: 120
# What the supervisor has to say goes to an output that others hold too. If nobody reads that any more, if it was stopped, or if it
# is gone, nobody waits: what is lost is counted, and the count is said when lines are taken again.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

py=$T/outputs.py
cat >"$py" <<'EOF'
"""outputs.py KIND HEXAD DIR: runs HEXAD on DIR with such an output as standard error, its pid in DIR.pid, and obeys words from
standard input: fill, gone, stop, go, read. Each is answered by a line."""
import fcntl, os, pty, signal, sys, termios

kind, hexad, where = sys.argv[1:]
signal.signal(signal.SIGPIPE, signal.SIG_IGN)

def ends():
    if kind == "pipe":
        return os.pipe()
    if kind == "socket":
        import socket
        a, b = socket.socketpair()
        return a.detach(), b.detach()
    m, s = pty.openpty()
    a = termios.tcgetattr(s)
    a[0] &= ~termios.IXON
    a[1] &= ~termios.OPOST
    if kind == "tostop":
        a[3] |= termios.TOSTOP
    termios.tcsetattr(s, termios.TCSANOW, a)
    return m, s

r, w = ends()
pid = os.fork()
if pid == 0:
    if kind == "session":
        os.setsid()
        fcntl.ioctl(w, termios.TIOCSCTTY, 0)
    if kind == "tostop":
        os.setsid()
        fcntl.ioctl(w, termios.TIOCSCTTY, 0)
        me = os.getpid()
        child = os.fork()
        if child:
            # The session's leader stays in the foreground, and ends when the supervisor does.
            os.waitpid(child, 0)
            os._exit(0)
        os.setpgid(0, 0)
    os.dup2(w, 2)
    os.dup2(2, 1)
    with open(where + ".pid", "w") as f:
        f.write(str(os.getpid()))
    os.closerange(3, 100)
    os.execv(hexad, [hexad, where])
keep = os.dup(w)
os.close(w)
w = keep

def fill():
    os.set_blocking(w, False)
    n = 0
    try:
        while True:
            n += os.write(w, b"." * 512)
    except BlockingIOError:
        pass
    try:
        while True:
            n += os.write(w, b".")
    except BlockingIOError:
        pass
    os.set_blocking(w, True)
    return "filled"

def read():
    got = b""
    os.set_blocking(r, False)
    try:
        while True:
            b = os.read(r, 65536)
            if not b:
                break
            got += b
    except (BlockingIOError, OSError):
        pass
    return repr(got.replace(b".", b"").decode())

for line in sys.stdin:
    word = line.strip()
    if word == "fill":
        print(fill())
    elif word == "gone":
        os.close(w)
        os.close(r)
        print("gone")
    elif word == "stop":
        termios.tcflow(w, termios.TCOOFF)
        print("stopped")
    elif word == "go":
        termios.tcflow(w, termios.TCOON)
        print("goes")
    elif word == "read":
        print(read())
    sys.stdout.flush()
EOF

# on KIND: a tree with that output; SCAN, and ask WORD, which sets ANSWER.
on() {
	SCAN=$T/$1
	mkdir "$SCAN"
	t_service "$SCAN" web
	sv_listen "$1" "$SCAN/web"
	exec {to}> >(exec python3 "$py" "$1" "$B/bin/s6-svscan" "$SCAN" >"$T/$1.answers" 2>"$T/$1.errors")
	sv_until "$1" u >/dev/null || cat "$T/$1.errors"
	t_trees+=("$(cat "$SCAN.pid")")
	answers=0
}

ask() {
	echo "$1" >&"$to"
	answers=$((answers + 1))
	t_await 20 has_answers "$answers" "$T/$KIND.answers"
	ANSWER=$(sed -n "${answers}p" "$T/$KIND.answers")
}

has_answers() { [ "$(wc -l <"$2")" -ge "$1" ]; }

# Something to say: three lines, and an operation that shows that the supervisor is beyond them.
say() {
	sv_scan "$SCAN" ZZZ
	sv_scan "$SCAN" a
	again
}

again() {
	sv_tell "$SCAN/web" d
	sv_until "$KIND" D 20 && sv_tell "$SCAN/web" u && sv_until "$KIND" u 20
}

off() {
	t_ok "$KIND: the end of the tree does not wait either" end_tree
	exec {to}>&-
}

end_tree() {
	sv_scan "$SCAN" t
	sv_until "$KIND" x 20
}

for KIND in pipe socket; do
	on $KIND
	say
	ask read
	t_like "$KIND: it says things" "$ANSWER" 'unknown control command: Z'
	ask fill
	t_ok "$KIND: full, and nobody waits" say
	ask read
	t_is "$KIND: nothing was taken" "$ANSWER" "''"
	t_ok "$KIND: read again" say
	ask read
	t_like "$KIND: how many were lost is said" "$ANSWER" "^'s6-svscan: warning: 3 messages were lost: nobody took them"
	t_like "$KIND: and what is new" "$ANSWER" 'unknown control command: Z'
	ask gone
	t_ok "$KIND: without a reader it goes on" say
	t_ok "$KIND: and on" say
	off
done

for KIND in terminal session tostop; do
	on $KIND
	say
	ask read
	t_like "$KIND: it says things" "$ANSWER" 'unknown control command: Z'
	ask stop
	t_ok "$KIND: stopped, and nobody waits" say
	ask go
	t_ok "$KIND: it goes on" say
	ask read
	t_like "$KIND: how many were lost is said" "$ANSWER" '3 messages were lost'
	ask gone
	t_ok "$KIND: hung up it goes on" say
	t_ok "$KIND: and on" say
	off
done

# The console that is kept for the end of the tree.
KIND=console
SCAN=$T/$KIND
mkdir "$SCAN"
t_service "$SCAN" web
t_service "$SCAN" s6-svscan-log
sv_listen $KIND "$SCAN/web"
mkfifo "$T/console.fifo"
exec {console}<>"$T/console.fifo"
python3 -c 'import os, sys
fd = int(sys.argv[1])
os.set_blocking(fd, False)
try:
    while True:
        os.write(fd, b".")
except BlockingIOError:
    pass
os.set_blocking(fd, True)' "$console"
"$B/bin/s6-svscan" -X "$console" "$SCAN" >"$T/console.out" 2>&1 </dev/null &
TREE_PID=$!
t_trees+=("$TREE_PID")
sv_until $KIND u
sv_scan "$SCAN" q
t_ok "a console that is full: the tree ends" t_await_exit "$TREE_PID" 20
t_done
