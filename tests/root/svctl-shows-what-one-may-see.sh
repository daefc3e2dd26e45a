#!/bin/bash
# What svctl shows follows the row observe: services that one may not see are in no event, state or explanation; the
# variables of services are for root and the tree's owner alone.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/svctl.sh"

s=$HEXAD_SCANDIR
svctl_ini <<'END'
[access]
observe = 10001, web:10002
operate = web:10002
[profiles]
enabled = no
env = TOKEN=secret
END
t_service "$s" web
t_service "$s" db
t_tree "$s"
sv_up "$s/web"
sv_up "$s/db"

t_is "all that happened, to who may see all" "$(svctl_as 10001 events | grep -c ' up ')" 2
t_is "his part of it, to who may see a part" "$(svctl_as 10002 events | grep -o ' up .* pid' | awk '{ print $2 }')" web
t_is "nothing, to who may see nothing" "$(svctl_as 10003 events)" "0 "
t_like "the events of what he may not see are refused" "$(svctl_as 10002 events db)" "^1 svctl: fatal: refused: .*'observe'"
t_like "so is waiting for it" "$(svctl_as 10002 wait up db)" "^1 svctl: fatal: refused: .*'observe'"
t_like "and why" "$(svctl_as 10002 why db)" "^1 svctl: fatal: refused: .*'observe'"
t_like "he may wait for his own" "$(svctl_as 10002 wait up web)" '^0 web is up'
t_like "and ask why" "$(svctl_as 10002 why web)" '^0 web is up'
t_is "and signal it" "$(svctl_as 10002 signal URG web)" "0 web was sent SIGURG"
t_like "not others" "$(svctl_as 10002 signal URG db)" "^1 svctl: fatal: refused: .*'operate'"
t_like "who asked is remembered" "$(svctl_as 10002 stop web; svctl_as 10001 why web)" '^  wanted +down, by uid 10002 \(svctl, pid [0-9]+\), '
t_like "settings are about no service" "$(svctl_as 10002 config)" "^1 svctl: fatal: refused: .*'observe'"
t_is "variables of services are not for all who see" "$(svctl_as 10001 config profiles.env)" \
	"0 profiles.env = (not shown to you)  # $T/hexad.ini:6"
t_is "JSON: nor there" "$(svctl_as 10001 config --json profiles.env | tr -d ' \n' | grep -o '"value":[a-z]*')" '"value":null'
t_is "root sees them" "$(svctl_as 0 config profiles.env)" "0 profiles.env = TOKEN=secret  # $T/hexad.ini:6"
t_like "shutdown is the tree owner's" "$(svctl_as 10001 shutdown)" "^1 svctl: fatal: refused: .*'admin'"
t_done
