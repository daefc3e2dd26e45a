#!/bin/bash
# The control socket's first rule, with three users: root, the scan directory's owner, the slot's owner. A refusal
# names the rule; every change made or refused is an audit line.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

s=$T/scan
mkdir "$s"
chmod 755 "$T" ${T_SCRATCH:+"$T_SCRATCH"}
python=$(PATH=/usr/bin:/bin command -v python3)
export HEXAD_SCANDIR=$s
t_service "$s" app
t_service "$s" hers
t_service "$s" roots
chown -R 10000:10000 "$s"
chown -R 10001:10001 "$s/hers"
chown -R 0:0 "$s/roots"
sv_listen app "$s/app"
sv_listen hers "$s/hers"
sv_listen roots "$s/roots"
t_tree "$s"
sv_until app u
sv_until hers u
sv_until roots u

# says UID WORD...: exit code and output of svctl as that user.
says() {
	local out uid=$1

	shift
	out=$(setpriv --reuid "$uid" --regid "$uid" --clear-groups svctl "$@" 2>&1)
	echo "$? $out"
}

owner=$(getent passwd 10000 | cut -d : -f 1)
owner=${owner:-10000}
hers=$(getent passwd 10001 | cut -d : -f 1)
hers=${hers:-10001}
only="svctl: fatal: refused: only root, the owner of the scan directory ($owner) or of the slot"

row=", and whom 'operate' in section 'access' names"
rule() { echo ", and whom '$1' in section 'access' names"; }

t_is "the socket is for everybody" "$(stat -c '%a %F %u' "$s/.s6-svscan/hexad")" "666 socket 10000"
t_is "its directory can be searched" "$(stat -c %a "$s/.s6-svscan")" 755
for uid in 0 10000 10001 10002; do
	t_is "status is for uid $uid" "$(says $uid status | awk 'NR > 1 { print $2 }' | sort -u)" up
	t_is "list is for uid $uid" "$(says $uid list)" "0 "
done
for verb in start stop restart; do
	t_is "a stranger may not $verb the app's" "$(says 10002 $verb app)" "1 $only ($owner) may $verb it$row"
	t_is "nor hers" "$(says 10002 $verb hers)" "1 $only ($hers) may $verb it$row"
	t_is "a slot's owner may not $verb another's" "$(says 10001 $verb app)" "1 $only ($owner) may $verb it$row"
done
t_is "a stranger may not register" "$(says 10002 register x)" "1 $only ($owner) may register it$(rule register)"
t_is "nor may a slot's owner" "$(says 10001 register x)" "1 $only ($owner) may register it$(rule register)"
t_is "nor see the plan" "$(says 10002 reconcile --dry-run)" "1 $only ($owner) may reconcile it$(rule register)"
t_is "nor send scan letters" "$(setpriv --reuid 10002 --regid 10002 --clear-groups "$python" -c '
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.connect(sys.argv[1])
s.send(b"1\0scan\0t\0")
print(s.recv(4096).decode().replace("\0", "|"))' "$s/.s6-svscan/hexad")" \
	"err|1|refused: only root or the owner of the scan directory ($owner) may scan$(rule admin)|"
t_is "a stranger may not remove a directory that is no profile's" "$(says 10002 unregister x)" \
	"2 svctl: fatal: no such profile 'x'"
t_is "everything is still up" "$(says 0 status | awk 'NR > 1 { print $2 }' | sort | uniq -c | tr -s ' ')" " 3 up"

t_is "the slot's owner may" "$(says 10001 stop hers)" "0 hers is down"
t_is "the scan directory's owner may, in any slot" "$(says 10000 stop roots)" "0 roots is down"
t_is "his own" "$(says 10000 stop app)" "0 app is down"
t_like "root may" "$(says 0 start app)" '^0 app is up \(pid [0-9]+\)$'
t_is "what he started runs as its owner" "$(stat -c %u "/proc/$(sv_pid "$s/app")")" 10000

t_ok "a refusal is audited" grep -qE 'audit: uid=10002 pid=[0-9]+ comm=svctl verb=stop service=app rule=operate result=refused$' "$TREE_LOG"
t_ok "a change too" grep -qE 'audit: uid=10001 pid=[0-9]+ comm=svctl verb=stop service=hers result=ok$' "$TREE_LOG"

# A flood of refusals must not fill the log.
setpriv --reuid 10002 --regid 10002 --clear-groups "$python" - "$s/.s6-svscan/hexad" <<'END'
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.connect(sys.argv[1])
for _ in range(2000):
    s.send(b"1\0stop\0app\0")
    assert s.recv(4096).startswith(b"err\0")
END
t_is "the flood ends well" $? 0
t_ok "few of its lines are in the log" test "$(grep -c 'uid=10002' "$TREE_LOG")" -lt 500
t_is "a stopped client of root's is not in anybody's way" "$(says 10000 stop app)" "0 app is down"

# Somebody else's socket in the place of the supervisor's is not spoken to.
mkdir -p "$T/fake/.s6-svscan"
chown 10000:10000 "$T/fake"
chown 10002:10002 "$T/fake/.s6-svscan"
coproc setpriv --reuid 10002 --regid 10002 --clear-groups "$python" -c '
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.bind(sys.argv[1])
s.listen()
print("here", flush=True)
sys.stdin.read()' "$T/fake/.s6-svscan/hexad"
read -r -t 10 <&"${COPROC[0]}"
t_is "a stranger's socket is refused" "$(says 0 -d "$T/fake" status)" "1 svctl: fatal: the control socket of '$T/fake' is not \
used: it belongs neither to root nor to the directory's owner"
fd=${COPROC[1]}
exec {fd}>&-
t_done
