#!/bin/bash
# timeout: 120
# Floods of an unprivileged user's own FIFO, of the scan directory's and of the socket, all at once: bounded work a turn, so
# that other slots are controlled and other clients answered; no fork, no line of the log for each byte.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"
. "$T_ROOT/tests/lib/hostile.sh"

# Not one that only we can execute.
python=$(PATH=/usr/bin:/bin command -v python3)

export HEXAD_SCANDIR=$S
h_begin
cat >"$T/flood.py" <<'END'
import os, select, signal, socket, sys
what, path = sys.argv[1:]
end = False
def stop(*_):
    global end
    end = True
signal.signal(signal.SIGTERM, stop)
n = 0
print("here", flush=True)
if what == "fifo":
    fd = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    while not end:
        try:
            n += os.write(fd, b"ucuc" * 1024)
        except BlockingIOError:
            select.select([], [fd], [], 0.1)
else:
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    s.connect(path)
    while not end:
        s.send(b"1\0stop\0roots\0")
        s.recv(4096)
        n += 1
print(n, flush=True)
END
cat >"$T/latency.py" <<'END'
import socket, sys, time
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.settimeout(20)
s.connect(sys.argv[1])
took = []
for _ in range(500):
    t = time.monotonic()
    s.send(b"1\0status\0roots\0")
    while s.recv(4096).startswith(b"row\0"):
        pass
    took.append((time.monotonic() - t) * 1000)
took.sort()
print("%.2f" % took[int(len(took) * .99)])
END
sock=$S/.s6-svscan/hexad
quiet=$("$python" "$T/latency.py" "$sock")
pids=()
flood() {
	local uid=$1

	shift
	setpriv --reuid "$uid" --regid "$uid" --clear-groups "$python" "$T/flood.py" "$@" >"$T/flood.$#.${#pids[@]}" &
	pids+=($!)
	"$B/await" line 20 "$T/flood.$#.$((${#pids[@]} - 1))" here >/dev/null
}
before=$(wc -l <"$TREE_LOG")
flood 10000 fifo "$S/users/supervise/control"
flood 10000 fifo "$S/.s6-svscan/control"
for _ in 1 2 3; do
	flood 10002 socket "$sock"
done
flooded=$("$python" "$T/latency.py" "$sock")
t_comment "figure: an answer takes $quiet ms at the 99th percentile in peace, $flooded ms while flooded"
t_ok "others are answered meanwhile" test "${flooded%.*}" -lt 1000
t_like "another slot is controlled" "$(svctl -t 10000 restart roots)" '^roots is up'
h_pids=$(sv_pid "$S/users"):$(sv_pid "$S/roots")
h_app_service "$S" during
sv_scan "$S" a
t_ok "a new one is found" t_await_line "$IDS/during" '^10000 ' 20
kill -TERM "${pids[@]}"
wait "${pids[@]}"
t_ok "there was a flood" test "$(awk '$1 + 0 > 0' "$T"/flood.* | wc -l)" -ge 4
t_ok "few lines of the log are about it" test $(($(wc -l <"$TREE_LOG") - before)) -lt 2000
h_end
t_done
