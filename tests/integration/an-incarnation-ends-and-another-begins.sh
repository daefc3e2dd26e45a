#!/bin/bash
# sanitizer: leaks, of the applets
# x ends an incarnation: x is told, the lock is free, nobody reads the FIFO; a service that is still in the scan directory
# begins anew, with s, a clean past and the down file asked again. What runs is never stopped by x, and loggers detach.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

s=$T/scan
mkdir "$s"
t_service "$s" web
printf '#!/bin/sh\necho "$(readlink /proc/$$/fd/0) $(readlink /proc/$$/fd/1)" >%s/finish_io\n' "$T" >"$s/web/finish"
chmod 755 "$s/web/finish"
sv_listen web "$s/web"
t_tree "$s"
sv_until web u
sv_tell "$s/web" r
sv_until web u
pid=$(sv_pid "$s/web")
t_is "it has a tally" "$(stat -c %s "$s/web/supervise/death_tally")" 14
touch "$s/web/down"
sv_tell "$s/web" x
sv_tell "$s/web" p
sv_await 10 sv_has_flags "$s/web" 05
t_ok "x does not touch what runs, letters are still obeyed" sv_alive "$pid"
t_ok "the lock is still held" s6-svok "$s/web"
sv_tell "$s/web" u
sv_tell "$s/web" c
kill -KILL "$pid"
sv_until web s
t_is "when it is dead: finish, x, and another incarnation" "$SV_GOT" dDxs
t_is "finish had /dev/null for standard input and output" "$(cat "$T/finish_io")" "/dev/null /dev/null"
sv_letters web 1 1
t_is "which heeds the down file that is there by now" "$SV_GOT" ""
t_is "down: not started yet" "$(sv_flags "$s/web")" 09
t_is "no wait status of another life" "$(sv_wstat "$s/web")" 0000
t_is "and an empty tally" "$(stat -c %s "$s/web/supervise/death_tally")" 0
rm "$s/web/down"
sv_tell "$s/web" x
sv_until web u
t_is "x while down, and up without the down file" "$SV_GOT" xsu

# Between two incarnations: one that lives for less than a second is followed after a second.
sv_tell "$s/web" xd
sv_until web x
t_is "xd stops it" "$SV_GOT" dDx
sv_until web u
t_is "then it begins again" "$SV_GOT" su

# A pair: the producer's incarnation ends, the pipe does not.
t_service "$s" pair 'echo $$; exec sleep 1000'
t_service "$s" pair/log "while read -r line; do echo \"\$line\" >>$T/logged; done; echo end of file >>$T/logged"
sv_listen pair "$s/pair"
sv_listen log "$s/pair/log"
sv_scan "$s" a
sv_until pair u
sv_until log u
first=$(sv_pid "$s/pair")
t_await_line "$T/logged" "^$first\$"
sv_tell "$s/pair" xd
sv_until pair x
sv_until pair u
t_ok "a new incarnation of a producer writes into the same pipe" t_await_line "$T/logged" "^$(sv_pid "$s/pair")\$"
logger=$(sv_pid "$s/pair/log")
sv_tell "$s/pair/log" x
sv_tell "$s/pair" r
sv_until pair u
t_ok "a logger that was told x reads on" t_await_line "$T/logged" "^$(sv_pid "$s/pair")\$"
kill -KILL "$logger"
sv_until log x
sv_until log u
t_is "when it is dead another begins" "$SV_GOT" su
sv_tell "$s/pair" r
sv_until pair u
t_ok "at the same pipe" t_await_line "$T/logged" "^$(sv_pid "$s/pair")\$"
t_is "which never came to an end" "$(grep -c 'end of file' "$T/logged")" 0

# Moved away and told to leave: no other incarnation.
mkdir "$T/away"
mv "$s/web" "$T/away/web"
sv_scan "$s" a
sv_tell "$T/away/web" xd
sv_until web x
sv_letters web 1 2
t_code "the lock is free" 1 s6-svok "$T/away/web"
t_like "and nobody listens" "$(s6-svc -u "$T/away/web" 2>&1)" "supervisor not listening"
t_is "one that was moved away does not come again" "$SV_GOT" ""
t_done
