#!/bin/bash
# Letters to the scan directory: a takes what is new, n stops what was moved away, dot names and files are no
# services, a link and its target are one service, an unknown letter is named.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

s=$T/scan
mkdir "$s" "$T/away"
t_service "$s" web
t_service "$s" .hidden
echo text >"$s/file"
t_service "$T/away" linked
ln -s "$T/away/linked" "$s/link1"
ln -s "$T/away/linked" "$s/link2"
sv_listen web "$s/web"
sv_listen linked "$T/away/linked"
t_tree "$s"
sv_until web u
sv_until linked u
pid=$(sv_pid "$s/web")
t_is "two links to one directory are one service" "$SV_GOT" su
t_fails "and nobody complains" grep -q warning "$TREE_LOG"

t_is ".s6-svscan lets others reach the socket" "$(stat -c %a "$s/.s6-svscan")" 755
t_is "control is a FIFO of mode 600" "$(stat -c '%F %a' "$s/.s6-svscan/control")" "fifo 600"
t_is "lock has mode 600" "$(stat -c %a "$s/.s6-svscan/lock")" 600
t_is "event has mode 3730" "$(stat -c %a "$s/web/event")" 3730
t_is "supervise/control is a FIFO of mode 600" "$(stat -c '%F %a' "$s/web/supervise/control")" "fifo 600"
t_is "supervise/lock has mode 644" "$(stat -c %a "$s/web/supervise/lock")" 644
t_is "status has 35 bytes" "$(stat -c %s "$s/web/supervise/status")" 35

t_service "$s" late
sv_listen late "$s/late"
sv_scan "$s" a
sv_until late u
t_is "a takes a new service" "$SV_GOT" su
late=$(sv_pid "$s/late")
mv "$s/late" "$T/away/late"
t_service "$s" later
sv_listen later "$s/later"
sv_scan "$s" a
sv_until later u
t_ok "moved away it runs on" sv_alive "$late"
t_is "and its status is still kept" "$(sv_pid "$T/away/late")" "$late"
sv_scan "$s" n
sv_until late x
t_is "n stops it" "$SV_GOT" dDx
t_fails "it is gone" sv_alive "$late"
sv_scan "$s" X
t_ok "an unknown letter is named" t_await_line "$TREE_LOG" 'warning: received unknown control command: X$'
t_fails "a dot name was not touched" test -e "$s/.hidden/supervise"
t_is "web is the same all the time" "$(sv_pid "$s/web")" "$pid"
t_done
