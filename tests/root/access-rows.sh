#!/bin/bash
# The rows of [access]: a user, a number, a group of the client's process, everybody, and slots by prefix. A refusal names
# the row that stands in the way, also in the audit line; what a row gives is no more than it says.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/svctl.sh"

s=$HEXAD_SCANDIR
svctl_ini <<'END'
[app]
user = 10000
[access]
observe = 10001, @20001, web:10004
operate = web:10001, @20001
register = gateway-team:10001
admin = 10003
env_allow = COLOUR
[profiles]
command = sleep 1000
command_default = sleep 1000
END
t_service "$s" web
t_service "$s" db
t_tree "$s"
sv_up "$s/web"
sv_up "$s/db"

# raw UID FIELD...: the answer to one request.
raw() {
	setpriv --reuid "$1" --regid "$1" --clear-groups "$(PATH=/usr/bin:/bin command -v python3)" - "${@:2}" <<'END'
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.connect(os.environ["HEXAD_SCANDIR"] + "/.s6-svscan/hexad")
s.send(b"".join(w.encode() + b"\0" for w in ["1"] + sys.argv[1:]))
while True:
    r = s.recv(4096).decode().split("\0")[:-1]
    print("|".join(r))
    if r[0] != "row":
        break
END
}
seen() { svctl_as "$1" status | awk 'NR > 1 { print $1 }' | xargs; }

t_is "a user of the row sees every service" "$(seen 10001)" "db web"
t_is "a member of its group too" "$(seen 10002:20001)" "db web"
t_is "with a prefix only those that begin so" "$(seen 10004)" "web"
t_is "who is in no row sees none" "$(seen 10002)" ""
t_like "nor one that he names" "$(svctl_as 10002 status web)" "^1 svctl: fatal: refused: .* may status it, and whom 'observe' in section 'access' names"
t_like "operate by prefix" "$(svctl_as 10001 restart web)" '^0 web is up'
t_like "and no other slot" "$(svctl_as 10001 restart db)" "^1 svctl: fatal: refused: .*'operate' in section 'access'"
t_like "operate by a supplementary group" "$(svctl_as 10002:7,20001,9 restart db)" '^0 db is up'
t_like "a group that the process does not have" "$(svctl_as 10002:20002 restart db)" '^1 svctl: fatal: refused: '
t_like "operate is not admin" "$(raw 10002 scan a)" "^err\|1\|refused: .*'admin' in section 'access' names"
t_is "admin by a number that nobody is listed under" "$(raw 10003 scan a)" "ok|"
t_like "admin is not operate" "$(svctl_as 10003 stop web)" '^1 svctl: fatal: refused: '
t_is "register by prefix" "$(svctl_as 10001 register team1 --down)" "0 gateway-team1 is registered, down"
t_like "not what begins otherwise" "$(svctl_as 10001 register other --down)" "^1 svctl: fatal: refused: .*'register' in section 'access'"
t_is "its owner is the application user, who made it or not" "$(stat -c %u "$s/gateway-team1")" 10000
t_is "and who may unregister by prefix does" "$(svctl_as 10001 unregister team1)" "0 gateway-team1 is unregistered"
t_is "the application user needs no row for slots" "$(svctl_as 10000 register mail --down)" "0 gateway-mail is registered, down"
t_like "but for the tree he does" "$(raw 10000 scan a)" '^err\|1\|refused: '

# Variables.
t_like "a variable that env_allow names" "$(raw 10001 register team2 down COLOUR=blue)" '^ok\|gateway-team2 is registered'
t_is "is in the slot" "$(grep COLOUR "$s/gateway-team2/run")" "env COLOUR=blue"
t_is "one that it does not name" "$(raw 10001 register team3 down LD_PRELOAD=/x)" \
	"err|1|refused: 'env_allow' in section 'access' does not name the variable 'LD_PRELOAD'"
t_fails "makes no slot" test -e "$s/gateway-team3"
t_like "the application user may give any" "$(raw 10000 register own down 'B=it'"'"'s $(x)' A=1)" '^ok\|'
t_is "they are sorted, and nothing in them is expanded" "$(grep '^env [AB]=' "$s/gateway-own/run")" \
	"env A=1
env B=it's \$(x)"
t_like "what is no NAME=value" "$(raw 10000 register own2 down 1A=x)" '^err\|100\|malformed request'
t_fails "makes no slot either" test -e "$s/gateway-own2"

t_ok "a refusal says the row in the audit" grep -qE \
	'audit: uid=10001 pid=[0-9]+ comm=svctl verb=restart service=db rule=operate result=refused$' "$TREE_LOG"
t_ok "a change by a row is audited" grep -qE 'audit: uid=10001 pid=[0-9]+ comm=svctl verb=register service=gateway-team1 state=down result=ok$' "$TREE_LOG"
t_ok "with the names of the variables that were given" grep -qE \
	'verb=register service=gateway-own state=down env=B,A result=ok$' "$TREE_LOG"
t_ok "and of those that were refused" grep -qE \
	'verb=register service=gateway-team3 state=down env=LD_PRELOAD rule=env_allow result=refused$' "$TREE_LOG"
t_fails "but none of their values" grep -E 'audit: .*(blue|/x|it.s)' "$TREE_LOG"
t_ok "a removal says what was wanted before" grep -qE 'verb=unregister service=gateway-team1 was=down result=ok$' "$TREE_LOG"
t_done
