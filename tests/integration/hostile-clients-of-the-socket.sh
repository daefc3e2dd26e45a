#!/bin/bash
# Whatever is sent to the control socket, hexad lives, answers with a sentence and serves the others.
# timeout: 120
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

s=$T/scan
mkdir "$s"
export HEXAD_SCANDIR=$s SOCKET=$s/.s6-svscan/hexad
t_service "$s" web
for i in {1..50}; do
	t_service "$s" "healthy$i"
done
sv_listen web "$s/web"
t_tree "$s"
sv_until web u
healthy() {
	cat "$s"/healthy*/supervise/status | cksum
}
up() {
	[ "$(svctl status | awk '$2 == "up"' | wc -l)" = 51 ]
}
t_ok "all services are up" t_await 20 up
before=$(healthy)

# frames FRAME...: sends each as a Python literal over one connection and prints each answer.
frames() {
	timeout 20 python3 - "$@" <<'END'
import ast, os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.settimeout(10)
s.connect(os.environ["SOCKET"])
for word in sys.argv[1:]:
    s.send(eval(word))
    while True:
        r = s.recv(8192)
        print("|".join(r.decode().split("\0")[:-1]) if r else "END")
        if not r or not r.startswith(b"row\0"):
            break
END
}

bad="malformed request: version 1 of the protocol is expected"
t_is "no NUL at the end" "$(frames 'b"1\0status"')" "err|100|malformed request: no sequence of fields"
t_is "too many fields" "$(frames 'b"x\0" * 17')" "err|100|malformed request: no sequence of fields"
t_is "a single byte" "$(frames 'b"x"')" "err|100|malformed request: no sequence of fields"
t_is "only a version" "$(frames 'b"1\0"')" "err|100|$bad"
t_is "another version" "$(frames 'b"2\0status\0"')" "err|100|$bad"
t_is "longer than a frame" "$(frames 'b"1\0status\0" + b"a" * 5000 + b"\0"')" "err|100|malformed request: longer than 4096 bytes"
t_is "much longer" "$(frames 'b"\0" * 100000')" "err|100|malformed request: longer than 4096 bytes"
t_is "exactly a frame" "$(frames 'b"1\0stop\0" + b"a" * 4088 + b"\0"' | tr -d a)" "err|2|no such service ''"
t_is "an unknown verb" "$(frames 'b"1\0reboot\0"')" "err|100|unknown verb 'reboot'"
t_is "an empty verb" "$(frames 'b"1\0\0"')" "err|100|unknown verb ''"
for verb in sync version list status; do
	[ $verb = status ] || t_is "$verb with an argument" "$(frames "b'1\\0$verb\\0x\\0'")" \
		"err|100|malformed request: wrong number of arguments for '$verb'"
done
for verb in start stop restart unregister register scan reconcile; do
	t_is "$verb without one" "$(frames "b'1\\0$verb\\0'")" \
		"err|100|malformed request: wrong number of arguments for '$verb'"
done
t_is "scan letters that are none" "$(frames 'b"1\0scan\0ax\0"')" "err|100|malformed request: letters of 'zabhitqnN' are expected"
t_is "no scan letters" "$(frames 'b"1\0scan\0\0"')" "err|100|malformed request: letters of 'zabhitqnN' are expected"
t_is "neither up nor down" "$(frames 'b"1\0register\0x\0sideways\0"')" "err|100|malformed request: 'up' or 'down' is expected"
t_is "neither now nor a dry run" "$(frames 'b"1\0reconcile\0then\0"')" "err|100|malformed request: 'dry-run' or 'now' is expected"
t_is "a bad request does not cost the connection" "$(frames 'b"x"' 'b"1\0version\0"' | tail -n 1)" \
	"ok|hexad $(cat "$T_ROOT/VERSION")"
t_is "sync is answered" "$(frames 'b"1\0sync\0"')" "ok|"
t_is "scan letters are carried out" "$(frames 'b"1\0scan\0an\0"')" "ok|"

# Random frames, always the same ones.
cat >"$T/garbage.py" <<'END'
import os, random, socket
random.seed(6)
verbs = [b"status", b"list", b"sync", b"version", b"start", b"stop", b"scan", b"register", b"unregister", b""]
def connect():
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    s.settimeout(10)
    s.connect(os.environ["SOCKET"])
    return s
answers = 0
for i in range(300):
    s = connect()
    for j in range(5):
        if random.random() < .5:
            frame = random.randbytes(random.randint(1, 4500))
        else:
            words = [b"1", random.choice(verbs)] + [random.randbytes(random.randint(0, 300)) for _ in range(random.randint(0, 3))]
            frame = b"".join(w.replace(b"\0", b"") + b"\0" for w in words)
        s.send(frame)
        if random.random() < .2:
            break
        while True:
            r = s.recv(8192)
            assert r, "the connection was closed"
            if not r.startswith(b"row\0"):
                assert r.startswith((b"ok\0", b"err\0")), r
                answers += 1
                break
    s.close()
print(answers > 500)
END
t_is "random frames are all answered" "$(timeout 60 python3 "$T/garbage.py" 2>&1)" True

# A hundred connections that say nothing, some that ask and never read, one with descriptors attached.
cat >"$T/crowd.py" <<'END'
import array, os, socket, sys
def connect():
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    s.connect(os.environ["SOCKET"])
    return s
crowd = [connect() for _ in range(100)]
asking = [connect() for _ in range(6)]
for s in asking:
    s.setblocking(False)
    try:
        for _ in range(10000):
            s.send(b"1\0status\0")
    except (BlockingIOError, BrokenPipeError):
        pass
fds = array.array("i", [0] * 50)
connect().sendmsg([b"1\0version\0"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)])
print("here", flush=True)
sys.stdin.read()
END
coproc CROWD { python3 "$T/crowd.py"; }
read -r -t 20 word <&"${CROWD[0]}"
t_is "a crowd has come" "$word" here
t_is "another client is served" "$(svctl -t 5000 status web | awk 'NR == 2 { print $2 }')" up
t_is "also one that changes something" "$(svctl -t 5000 stop web)" "web is down"
t_ok "few places are taken" test "$(find "/proc/$TREE_PID/fd" -lname 'socket:*' | wc -l)" -le 66
fd=${CROWD[1]}
exec {fd}>&-
wait "$CROWD_PID"
t_is "and after they have left" "$(svctl -t 5000 restart web | cut -d ' ' -f 1-3)" "web is up"
t_is "the connections are gone" "$(frames 'b"1\0version\0"'; find "/proc/$TREE_PID/fd" -lname 'socket:*' | wc -l)" \
	"ok|hexad $(cat "$T_ROOT/VERSION")"$'\n'"$(find "/proc/$TREE_PID/fd" -lname 'socket:*' | wc -l)"

t_ok "hexad lives" kill -0 "$TREE_PID"
t_fails "without a fault" grep -q 'took over after a fault' "$TREE_LOG"
t_is "no other service has changed a byte of its status" "$(healthy)" "$before"
t_is "nothing raw got into the log" "$(LC_ALL=C grep -c '[^ -~]' "$TREE_LOG")" 0
t_done
