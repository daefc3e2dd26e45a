#!/bin/bash
# timeout: 120
# Descriptors that a stranger sends over the control socket: whoever closes the last one of a TCP socket that lingers waits for as
# long as its owner has said. PID 1 never is the one, wherever in a connection's life they come.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"
. "$T_ROOT/tests/lib/hostile.sh"

python=$(PATH=/usr/bin:/bin command -v python3)

export HEXAD_SCANDIR=$S
cat >"$T/send.py" <<'END'
import array, socket, struct, sys
path = sys.argv[1]
def stuck():
    """A socket whose last close takes hours: what it has to send nobody reads."""
    l = socket.socket()
    l.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    l.bind(("127.0.0.1", 0))
    l.listen(1)
    c = socket.socket()
    c.connect(l.getsockname())
    peer = l.accept()[0]
    c.setblocking(False)
    try:
        while True:
            c.send(b"x" * 65536)
    except BlockingIOError:
        pass
    c.setblocking(True)
    c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 30000))
    return l, peer, c
def connect():
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    s.settimeout(20)
    s.connect(path)
    return s
kept, mine = [], []
def laden(s, frame=b"1\0version\0"):
    try:
        while True:
            l, peer, c = stuck()
            kept.extend((l, peer))
            s.sendmsg([frame], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [c.fileno()]))])
            return c.close()
    except PermissionError:
        c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        mine.append(c)
how = sys.argv[2]
sockets = []
if how == "away":
    for _ in range(16):
        s = connect()
        s.send(b"1\0events\0follow\0")
        sockets.append(s)
s = connect()
sockets.append(s)
if how == "first":
    laden(s)
elif how == "waits":
    laden(s, b"1\0events\0follow\0")
elif how == "behind":
    s.send(b"1\0events\0follow\0")
    laden(s)
elif how == "empty":
    s.send(b"1\0events\0follow\0")
    s.send(b"")
    s.send(b"")
    laden(s, b"")
elif how == "away":
    laden(s)
print("sent", flush=True)
if sys.stdin.readline() == "read\n":
    try:
        got = b"row\0"
        while got.startswith(b"row\0"):
            got = s.recv(4096)
        print(got.decode().replace("\0", "|"), flush=True)
    except OSError as e:
        print(e, flush=True)
for s in sockets:
    s.close()
print("closed", flush=True)
sys.stdin.read()
END

# queued HOW: the supervisor is kept from accepting until all is sent: newer kernels have it refused afterwards.
queued() {
	kill -STOP "$TREE_PID"
	t_await 10 grep -q '^State:.T' "/proc/$TREE_PID/status"
	coproc SEND { setpriv --reuid 10002 --regid 10002 --clear-groups "$python" "$T/send.py" "$S/.s6-svscan/hexad" "$1" 2>&1; }
	read -r -t 20 word <&"${SEND[0]}"
	[ "$word" = sent ] || t_fail "$1: sent" "$word"
}
go_on() {
	kill -CONT "$TREE_PID"
	echo "$1" >&"${SEND[1]}"
	read -r -t 30 word <&"${SEND[0]}"
	[ "$1" != read ] || read -r -t 20 _ <&"${SEND[0]}"
}
sent_end() {
	local fd=${SEND[1]} pid=$SEND_PID

	exec {fd}>&-
	t_await_exit "$pid" 20
}
no_client() {
	[ "$(find "/proc/$TREE_PID/fd" -lname 'socket:*' | wc -l)" = "$sockets" ]
}

h_begin
sockets=$(find "/proc/$TREE_PID/fd" -lname 'socket:*' | wc -l)
for how in first waits; do
	queued "$how"
	go_on read
	t_is "$how: refused" "$word" "err|100|malformed request: descriptors are taken from root alone|"
	t_like "and others are served" "$(svctl -t 10000 status roots | tail -n 1)" '^roots +up'
	sent_end
done
for how in behind empty away; do
	queued "$how"
	go_on close
	t_like "$how: others are served" "$(svctl -t 10000 status roots | tail -n 1)" '^roots +up'
	sent_end
done
t_ok "no connection is kept" t_await 10 no_client
t_ok "nor a process" t_await 10 eval '! pgrep -P "$TREE_PID" -x s6-svscan'
h_end
queued first
kill -TERM "$TREE_PID"
go_on close
t_ok "the end of the tree does not wait for one either" t_await_exit "$TREE_PID" 20
sent_end
t_done
