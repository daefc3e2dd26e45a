#!/bin/bash
# Of 10 000 entries those are supervised that are directories, as many as there is room for; what is too many is named or
# counted, and one more is found by a scan.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

s=$T/scan
mkdir "$s"
(cd "$s" && seq -f 'file%.0f' 9940 | xargs touch && seq -f 'n%.0f' 59 | xargs mkdir)
for i in $(seq 59); do
	touch "$s/n$i/down"
done
t_service "$s" last
sv_listen last "$s/last"
t_tree "$s"
t_ok "a service among 9999 other entries" sv_until last u
s6-svscanctl -a "$s" # returns when that is so
t_is "every directory is supervised" "$(find "$s" -name lock | wc -l)" 61 # and the tree's own
t_is "nothing is said of the others" "$(cat "$TREE_LOG")" ""
t_service "$s" more
sv_listen more "$s/more"
sv_scan "$s" a
t_ok "one more is found" sv_until more u
t_tree_end

t_tree "$s" -C 40
t_ok "with room for 40 the rest is counted" t_await_line "$TREE_LOG" \
	'^hexad: warning: unable to start supervisor for 5 more: too many services$'
t_is "after 16 that are named" \
	"$(grep -cE '^hexad: warning: unable to start supervisor for (n[0-9]+|last|more): too many services$' "$TREE_LOG")" 16
t_done
