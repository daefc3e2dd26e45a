#!/bin/bash
# What a user puts into his scan directory does not fill the log, however often it is looked at; and one request does not
# make hexad look at it a thousand times.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"
. "$T_ROOT/tests/lib/hostile.sh"

python=$(PATH=/usr/bin:/bin command -v python3)
h_begin
app sh -c 'i=0; while [ $i -lt 100 ]; do ln -s nowhere "$0/link$i"; i=$((i + 1)); done' "$S"
before=$(wc -l <"$TREE_LOG")
begin=$SECONDS
# Each letter is read before the next one is written: "sync" answers when it has been.
app "$python" -c '
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.connect(sys.argv[1] + "/.s6-svscan/hexad")
fd = os.open(sys.argv[1] + "/.s6-svscan/control", os.O_WRONLY | os.O_NONBLOCK)
for _ in range(50):
    os.write(fd, b"a")
    s.send(b"1\0sync\0")
    s.recv(4096)
s.send(b"1\0scan\0" + b"a" * 4000 + b"\0")
print(s.recv(4096).decode().replace("\0", "|"))
' "$S" >"$T/answer"
t_is "thousands of scans are not one request" "$(cat "$T/answer")" "err|100|malformed request: letters of 'zabhitqnN' are expected|"
t_ok "entries that lead nowhere are named" grep -q 'unable to stat link' "$TREE_LOG"
t_ok "but not each time" test $(($(wc -l <"$TREE_LOG") - before)) -le $((20 * (SECONDS - begin + 2)))
h_end
t_done
