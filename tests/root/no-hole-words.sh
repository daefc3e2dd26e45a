#!/bin/bash
# What an unprivileged user may choose the words of, and what he may ask for: names of processes, slots and fields with newlines,
# escapes and 4 KB get into the log escaped; what he has no right to is refused and audited, and nothing of it happens.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"
. "$T_ROOT/tests/lib/hostile.sh"

# Not one that only we can execute.
python=$(PATH=/usr/bin:/bin command -v python3)

h_begin
cat >"$T/evil.py" <<'END'
import ctypes, socket, sys
ctypes.CDLL(None).prctl(15, b"ev\nil\x1b[31m\xff")
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.settimeout(10)
s.connect(sys.argv[1])
long = b"A" * 4000
for words in ([b"stop", b"roots"], [b"stop", b"x\n[audit] uid=0\x1b[2J"], [b"stop", long], [b"restart", b"roots"], [b"start", b"roots"],
        [b"signal", b"roots", b"KILL"], [b"signal", b"roots", b"99"], [b"pause", b"roots"], [b"reload", b"roots"], [b"once", b"roots"],
        [b"cont", b"roots"], [b"shutdown"], [b"scan", b"t"], [b"scan", b"b"], [b"scan", b"n"], [b"halt", b"p", b"0", b""],
        [b"register", b"mine", b"up"], [b"register", b"../x", b"up"], [b"register", b"\xff\xfe", b"down"],
        [b"register", long, b"down"], [b"register", b"a\n", b"down"], [b"unregister", b"x"]):
    s.send(b"".join(w + b"\0" for w in [b"1"] + words))
    while True:
        r = s.recv(8192)
        if not r.startswith(b"row\0"):
            break
    fields = r.split(b"\0")
    print(words[0].decode(), "ok" if fields[0] == b"ok" else "refused" if fields[2].startswith(b"refused") else "err " + fields[1].decode())
END
stranger() { setpriv --reuid 10002 --regid 10002 --clear-groups "$@"; }
t_is "what a stranger asks for is refused" "$(stranger "$python" "$T/evil.py" "$S/.s6-svscan/hexad")" "stop refused
stop err 2
stop err 2
restart refused
start refused
signal refused
signal err 100
pause refused
reload refused
once refused
cont refused
shutdown refused
scan refused
scan refused
scan refused
halt refused
register refused
register err 100
register err 100
register err 100
register err 100
unregister err 2"
t_ok "each refusal is audited, his name escaped" grep -qE \
	'^hexad: info: audit: uid=10002 pid=[0-9]+ comm=ev\\x0ail\\x1b\[31m\\xff verb=stop service=roots rule=operate result=refused$' "$TREE_LOG"
t_ok "so is the end of the tree that he asked for" grep -q ' verb=shutdown .*result=refused$' "$TREE_LOG"
# x and odd letters through the FIFO of another's slot: the file system refuses him.
for letter in x d k; do
	t_fails "he cannot write '$letter' to another's FIFO" stranger sh -c 'printf %s "$1" >"$2"' - "$letter" "$S/roots/supervise/control"
done

# Slots whose names are words for the log, and processes that say what they like in theirs.
for name in $'new\nline' $'esc\033[31m' $'\xff\xfe' "$(printf 'n%.0s' {1..255})" ' -x'; do
	mkdir "$S/.made"
	mkfifo "$S/.made/supervise"
	chown -R 10000:10000 "$S/.made"
	mv "$S/.made" "$S/$name"
done
sv_scan "$S" a
h_scanned words
t_ok "a slot's name is escaped" grep -qF 'new\x0aline: ' "$TREE_LOG"
t_is "no line of the log holds anything but plain text" "$(LC_ALL=C grep -c '[^ -~]' "$TREE_LOG")" 0
t_is "and no line is much longer than what it is about" "$(awk 'length > 1600' "$TREE_LOG" | wc -l)" 0
find "$S" -mindepth 2 -maxdepth 2 -name supervise -type p -delete
for name in $'new\nline' $'esc\033[31m' $'\xff\xfe' "$(printf 'n%.0s' {1..255})" ' -x'; do
	rmdir "$S/$name"
done
h_end
t_done
