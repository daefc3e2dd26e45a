#!/bin/bash
# sanitizer: leaks, of svctl's commands
# svctl doctor: each thing that is wrong is found and told how to mend; a tree that is well gives exit code 0.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/svctl.sh"

s=$HEXAD_SCANDIR
t_service "$s" web
sv_listen web "$s/web"
t_tree "$s"
sv_until web u

# found TEXT: its level and mend, in one line.
found() {
	svctl doctor | grep -F -A 1 -- "$1" | sed -nE '1s/^([a-z]+) .*/\1/p; 2s/^ +to mend it: /: /p' | tr -d '\n'
}

t_code "a tree that is well" 0 svctl doctor
t_is "its services" "$(found 'services: 1, nothing wrong with any')" ok
t_is "its socket" "$(found 'hexad answers on its control socket')" ok
t_like "its limits" "$(svctl doctor)" '^ok +limits: 1 of at most 10000 services, [0-9]+ open files allowed$'

mkdir "$s/empty"
t_service "$s" plain
t_service "$s" alien
printf '#!/no/such/interpreter\n' >"$s/alien/run"
t_service "$s" open
: >"$s/open/down"
mkdir -m 755 "$s/later"
t_service "$s" later
t_service "$s" fails 'exit 1'
s6-svscanctl -a "$s"
chmod 644 "$s/plain/run"
chmod 777 "$s/open"
svctl pause web >/dev/null
t_code "one that is not" 1 svctl doctor
t_is "no run" "$(found 'service empty: it has no run')" "bad: make empty/run"
t_is "a run that is not executable" "$(found 'service plain: its run is not executable')" "bad: chmod 755 plain/run"
t_is "no interpreter" "$(found 'service alien: the interpreter of its run, /no/such/interpreter, does not exist')" \
	"bad: install it, or name another one in the first line of alien/run"
t_is "a directory that all can write" "$(found 'service open: everybody can write its directory')" "bad: chmod o-w open"
t_is "wanted up and down" "$(found 'service empty: it is wanted up and down: unable to spawn')" "warning: 'svctl why empty' says more"
t_is "paused" "$(found 'service web: it is paused')" "note: svctl cont web"
chmod 777 "$s"
t_is "a scan directory that all can write" "$(found "everybody can write '$s'")" "bad: chmod o-w $s"
chmod 755 "$s"
t_is "JSON: the code is the exit code" "$(svctl doctor --json | python3 -c 'import json, sys
d = json.load(sys.stdin)
print(d["code"], sorted({x["level"] for x in d["findings"]}), all(set(x) == {"level", "about", "what", "mend"} for x in d["findings"]))')" \
	"1 ['bad', 'note', 'ok', 'warning'] True"
kill -SEGV "$TREE_PID"
t_await_line "$TREE_LOG" "took over after a fault"
t_is "a fault" "$(found 'it has renewed itself 1 times after a fault, the last one SIGSEGV; no service was lost')" \
	"warning: keep its log from around that time, and report it"
t_done
