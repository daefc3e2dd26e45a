#!/bin/bash
# sanitizer: leaks, of svctl's commands
# An answer that comes when its time is over is not taken for the answer to what was asked next.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/svctl.sh"

mkdir -p "$HEXAD_SCANDIR/.s6-svscan"
mkfifo "$T/ready"
# A supervisor that answers the first request of a connection when the second one is there, or a second connection.
python3 - "$HEXAD_SCANDIR/.s6-svscan/hexad" "$T/ready" >"$T/asked" <<'END' &
import select, socket, sys
listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
listener.bind(sys.argv[1])
listener.listen(64)
open(sys.argv[2], "w").close()
clients, first = [], None
while True:
    for s in select.select([listener] + clients, [], [])[0]:
        if s is listener:
            clients.append(s.accept()[0])
            continue
        request = s.recv(4096)
        if not request:
            clients.remove(s)
            continue
        print(request.split(b"\0")[2].decode(), flush=True)
        if first is None:
            first = s
        elif first is s:
            try:
                s.send(b"ok\0late is down\0")
            except OSError:
                pass
END
t_at_exit "kill $! 2>/dev/null"
read -r _ <"$T/ready"
names=()
for i in {1..500}; do
	names+=("n$i")
done
got=$(svctl -t 200 stop late "${names[@]}" 2>&1)
t_is "the exit code" $? 99
t_is "nothing is said to be done" "$(grep -v 'no answer within 200 ms' <<<"$got")" ""
asked() {
	[ "$(wc -l <"$T/asked")" = 501 ]
}
t_ok "all were asked for" t_await 10 asked
t_done
