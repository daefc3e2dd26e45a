#!/bin/bash
# svctl events: what happened, and what happens, in order; a reader that is too slow is told what it missed.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/svctl.sh"

s=$HEXAD_SCANDIR
t_service "$s" web
t_service "$s" ready "echo >&3; exec sleep 1000"
echo 3 >"$s/ready/notification-fd"
: >"$s/ready/down"
t_service "$s" off 'exit 3'
: >"$s/off/down"
sv_listen web "$s/web"
sv_listen ready "$s/ready"
sv_listen off "$s/off"
t_tree "$s"
sv_until web u

# Event and name alone, one a line, in one line.
short() {
	awk '{ printf "%s:%s ", $3, $2 }' "$@"
}

pid=$(sv_pid "$s/web")
t_like "a line" "$(svctl events web | sed -n 2p)" "^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z  up            web  pid $pid\$"
svctl events -f ready web >"$T/followed" 2>"$T/follow.err" &
follower=$!
t_at_exit 'kill "$follower" 2>/dev/null'
t_ok "what happened before comes first" t_await_line "$T/followed" ' up  .*web '
svctl start ready >/dev/null
t_ok "what happens follows" t_await_line "$T/followed" ' ready  .*ready '
svctl once off >/dev/null
sv_until off D
svctl stop ready web >/dev/null
t_ok "to the end" t_await_line "$T/followed" ' down  .*web '
t_is "in order, those named alone" "$(grep -v supervised "$T/followed" | short)" \
	"web:up ready:up ready:ready ready:exited ready:down web:exited web:down "
t_is "all of it later" "$(svctl events off | short)" "off:supervised off:up off:exited off:down "
t_like "with how it ended" "$(svctl events off | tail -n 1)" 'down          off  exit code 3$'
t_like "or what ended it" "$(svctl events web | tail -n 1)" 'down          web  killed by SIGTERM$'
t_is "JSON, one object a line" "$(svctl events --json off | python3 -c '
import json, sys
for line in sys.stdin:
	e = json.loads(line)
	print(sorted(e) == ["event", "exit_code", "name", "pid", "signal", "time"], e["event"], e["exit_code"], e["signal"])' |
	tail -n 2 | tr '\n' ';')" "True exited 3 None;True down 3 None;"
t_is "an unknown name" "$(svctl events wbe 2>&1; echo $?)" "svctl: fatal: no such service 'wbe'; did you mean 'web'?"$'\n'2
kill "$follower"

# More than is kept: the last 256.
t_service "$s" flap 'exit 0'
: >"$s/flap/down"
s6-svscanctl -a "$s"
for ((i = 0; i < 100; i++)); do
	svctl once flap >/dev/null
	svctl wait down flap >/dev/null
done
t_is "no more than the last 256 are kept" "$(svctl events | wc -l)" 256
t_is "the newest of them last" "$(svctl events | tail -n 1 | short)" "flap:down "

# A follower that does not read is told how many it has missed, and holds up nobody.
python3 - "$s" >"$T/slow" 2>&1 <<'END'
import socket, sys
def connect():
    c = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    c.connect(sys.argv[1] + "/.s6-svscan/hexad")
    return c
def ask(c, *words):
    c.send(b"\0".join((b"1",) + words) + b"\0")
    rows = []
    while True:
        f = c.recv(4096).split(b"\0")[:-1]
        if f[0] != b"row":
            assert f[0] == b"ok", f
            return rows
        rows.append(f)
slow, quick = connect(), connect()
slow.send(b"1\0events\0follow\0")
first = int(slow.recv(4096).split(b"\0")[2])
for i in range(500):
    ask(quick, b"once", b"flap")
    ask(quick, b"stop", b"flap")
end = int(ask(quick, b"events", b"recent")[-1][2])
seen, lost, n = 1, 0, first
while n < end:
    f = slow.recv(4096).split(b"\0")
    if f[1] == b"lost":
        lost += int(f[2])
    else:
        assert int(f[2]) > n, f
        n = int(f[2])
        seen += 1
print("lost some" if lost > 0 else "lost none", end - first + 1 - seen - lost)
END
t_is "a slow reader misses some, and is told exactly how many" "$(cat "$T/slow")" "lost some 0"

# Followers of one user do not take all his places.
python3 - "$s" >"$T/many" 2>&1 <<'END'
import socket, sys
followers = []
for i in range(9):
    c = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    c.connect(sys.argv[1] + "/.s6-svscan/hexad")
    c.send(b"1\0events\0watch\0")
    followers.append(c)
    f = c.recv(4096).split(b"\0")
print(f[0].decode(), f[2].decode())
for verb in (b"1\0events\0nonsense\0", b"1\0events\0", b"1\0events\0recent\0" + b"x\0" * 13):
    c = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    c.connect(sys.argv[1] + "/.s6-svscan/hexad")
    c.send(verb)
    print(b" ".join(c.recv(4096).split(b"\0")).decode().strip())
END
t_is "the ninth follower, and requests that are none" "$(cat "$T/many")" "err too many clients of yours follow events already
err 100 malformed request: 'recent', 'follow' or 'watch' is expected
err 100 malformed request: wrong number of arguments for 'events'
err 2 no such service 'x'"

svctl start web >/dev/null
svctl stop web >/dev/null
svctl events -f web >"$T/followed" 2>"$T/follow.err" &
follower=$!
t_await_line "$T/followed" ' down  .*web '
kill -SEGV "$TREE_PID"
t_ok "a supervisor that renews itself: the follower says so" t_await_line "$T/follow.err" \
	'^svctl: warning: the supervisor was renewed: events may be missing here$'
svctl start web >/dev/null
t_ok "and goes on" t_await_line "$T/followed" " up  .*web  pid $(sv_pid "$s/web")\$"
t_is "more names than a request has room for" "$(svctl events web off ready web off ready web off ready web off ready web off ready web)" \
	"$(svctl events web off ready)"
t_is "one of them is not there" "$(svctl events web web web web web web web web web web web web web wbe 2>&1; echo $?)" \
	"svctl: fatal: no such service 'wbe'; did you mean 'web'?"$'\n'2
t_tree_end
wait "$follower"
t_is "one that ends: exit code" $? 102
t_is "and the sentence" "$(tail -n 1 "$T/follow.err")" "svctl: fatal: the supervisor has ended"
t_done
