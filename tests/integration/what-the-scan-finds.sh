#!/bin/bash
# Entries of a scan directory: names at the limit, links, two names, dots, a directory that is replaced, a log/ that comes later,
# one that cannot be looked at and is looked for again, more than there is room for.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

s=$T/scan
mkdir "$s" "$T/away"
long=$(printf 'n%.0s' $(seq 251))
t_service "$s" "$long"
t_service "$s" "$long/log" 'exec cat >/dev/null'
t_service "$s" "${long}x"
t_service "$s" .dot
t_service "$s" web "echo ./run \$1 >>$T/web; exec sleep 1000"
sv_listen long "$s/$long"
sv_listen longlog "$s/$long/log"
sv_listen web "$s/web"
t_tree "$s"
t_ok "a name of 251 characters" sv_until long u
t_ok "and its logger" sv_until longlog u
t_ok "one of 252 is refused by name" t_await_line "$TREE_LOG" \
	"^hexad: warning: name too long - not spawning service: ${long}x\$"
t_fails "and untouched" test -e "$s/${long}x/supervise"
t_fails "so is a name with a dot" test -e "$s/.dot/supervise"

# The scan directory's entry is moved, replaced, and comes back: what runs is known by its directory.
sv_until web u
pid=$(sv_pid "$s/web")
mv "$s/web" "$s/renamed"
sv_scan "$s" an
sv_tell "$s/renamed" p
sv_await 10 sv_has_flags "$s/renamed" 05
t_is "a new name for a directory changes nothing of what runs" "$(sv_pid "$s/renamed")" "$pid"
sv_tell "$s/renamed" c
sv_tell "$s/renamed" r
sv_until web u
t_ok "its next run gets the new name" t_await_line "$T/web" '^./run renamed$'
mv "$s/renamed" "$T/away/old"
t_service "$s" renamed
sv_listen new "$s/renamed"
sv_scan "$s" a
sv_until new u
old=$(sv_pid "$T/away/old")
t_ok "in the place of one that was moved away another is supervised" sv_alive "$old" "$(sv_pid "$s/renamed")"
t_ok "svctl finds it by that name" svctl -d "$s" stop renamed
sv_until new D
t_ok "and not the one that has it no longer" sv_alive "$old"
t_ok "which its own FIFO reaches" sv_tell "$T/away/old" r
sv_until web u
sv_scan "$s" n
sv_until web x
t_is "and n stops" "$SV_GOT" dDx

# Two names, the second later; then the first goes away.
t_service "$T/away" two
ln -s ../away/two "$s/first"
sv_listen two "$T/away/two"
sv_scan "$s" a
sv_until two u
pid=$(sv_pid "$T/away/two")
ln -s "$T/away/two" "$s/second"
sv_scan "$s" an
rm "$s/first"
sv_scan "$s" an
svctl -d "$s" status >"$T/status"
t_like "a second name holds a service when the first is gone" "$(cat "$T/status")" '^second '
t_is "as the same process" "$(sv_pid "$T/away/two")" "$pid"
rm "$s/second"
sv_scan "$s" an
sv_until two x
t_is "without a name it is stopped" "$SV_GOT" dDx

# A logger that comes later.
t_service "$s" late 'while :; do read -r word <../../gate; echo "$word"; done'
mkfifo "$T/gate"
exec 7<>"$T/gate"
sv_listen late "$s/late"
sv_scan "$s" a
sv_until late u
echo before >&7
t_await_line "$TREE_LOG" '^before$'
t_service "$s" late/log "while read -r line; do echo \"\$line\" >>$T/logged; done"
sv_listen latelog "$s/late/log"
sv_scan "$s" a
sv_until latelog u
echo between >&7
t_ok "what runs already goes on writing where it wrote" t_await_line "$TREE_LOG" '^between$'
sv_tell "$s/late" r
sv_until late u
echo after >&7
t_ok "the next run has the logger" t_await_line "$T/logged" '^after$'

# What cannot be looked at.
mkdir "$T/away/shut"
t_service "$T/away/shut" hidden
ln -s ../away/shut/hidden "$s/hidden"
sv_listen hidden "$T/away/shut/hidden"
chmod 0 "$T/away/shut"
t_service "$s" zzz
sv_listen zzz "$s/zzz"
t_service "$s" aaa
sv_listen aaa "$s/aaa"
sv_scan "$s" a
t_ok "an entry that cannot be looked at is named" t_await_line "$TREE_LOG" \
	'^hexad: warning: unable to stat hidden: Permission denied$'
t_ok "it stops no other entry" sv_until zzz u
t_ok "before or behind it" sv_until aaa u
chmod 755 "$T/away/shut"
t_ok "it is looked for again without a command" sv_until hidden u
t_tree_end

# -t and -C.
mkdir "$T/small"
for i in 1 2 3 4 5; do
	t_service "$T/small" "n$i"
done
t_tree "$T/small" -C 4 -t 100
t_ok "what is too many is named" t_await_line "$TREE_LOG" \
	'^hexad: warning: unable to start supervisor for n[1-5]: too many services$'
four() {
	[ "$(find "$T/small" -name status -path '*/supervise/*' | wc -l)" = 4 ]
}
t_ok "the others are supervised" t_await 10 four
gone=$(find "$T/small" -name status -path '*/supervise/*' | head -n 1)
rm -rf "${gone%/supervise/*}"
t_ok "-t: where one is gone there is room for the one that waits, without a command" t_await 10 four
t_done
