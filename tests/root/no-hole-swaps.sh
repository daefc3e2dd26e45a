#!/bin/bash
# timeout: 120
# An application that owns the scan directory swaps directories and links, as fast as it can, while root's supervisor registers,
# unregisters, scans and starts in there: nothing outside is written, given away or removed, and nothing of his runs as root.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"
. "$T_ROOT/tests/lib/hostile.sh"

# Not one that only we can execute.
python=$(PATH=/usr/bin:/bin command -v python3)

export HEXAD_SCANDIR=$S HEXAD_CONFIG=$T/hexad.ini
cat >"$HEXAD_CONFIG" <<'END'
[app]
user = 10000
[shutdown]
grace_ms = 300
[profiles]
enabled = yes
command = sleep 1000
command_default = sleep 1000
planned_stop_file =
intent_file =
END
mkdir -m 755 "$T/root" "$T/root/dir" "$T/root/dir/log" "$T/root/dir/supervise"
for name in run finish down type log/run supervise/lock supervise/status; do
	echo "root's $name" >"$T/root/dir/$name"
done
outside() { find "$T/root" -printf '%p %u %g %m %s %T@ %y\n' | sort; }
before=$(outside)
h_begin

cat >"$T/swap.py" <<'END'
import itertools, os, signal, sys
scan, target = sys.argv[1:]
os.chdir(scan)
end = False
def stop(*_):
    global end
    end = True
signal.signal(signal.SIGTERM, stop)
names = [n for p in ("a", "b") for n in ("gateway-" + p, ".gateway-" + p + ".new", ".gateway-" + p + ".tmp")]
inner = ["log", "supervise", "event", "run", "down", "supervise/control", "supervise/lock", "supervise/status", "log/supervise"]
print("here", flush=True)
for i in itertools.count():
    if end:
        break
    name = names[i % len(names)]
    away = ".away%d" % (i % 7)
    for act in (lambda: os.rename(name, away), lambda: os.symlink(target, name), lambda: os.unlink(name), lambda: os.rename(away, name),
            lambda: os.rename(name + "/" + inner[i % len(inner)], name + "/.x"),
            lambda: os.symlink(target + "/" + inner[i % len(inner)], name + "/" + inner[i % len(inner)]),
            lambda: os.unlink(name + "/" + inner[i % len(inner)]),
            lambda: os.rename(name + "/.x", name + "/" + inner[i % len(inner)])):
        try:
            act()
        except OSError:
            pass
print(i, flush=True)
END
coproc SWAP { app "$python" "$T/swap.py" "$S" "$T/root/dir"; }
read -r -t 20 word <&"${SWAP[0]}"
t_is "the swapping begins" "$word" here
done_=0
for ((i = 0; i < 60; i++)); do
	for p in a b; do
		svctl -t 5000 register "$p" && done_=$((done_ + 1))
		svctl -t 5000 unregister "$p" && done_=$((done_ + 1))
	done
	sv_scan "$S" an
done >"$T/said" 2>&1
pid=$(ps --ppid "$SWAP_PID" -o pid= | head -n 1)
kill -TERM "${pid:-$SWAP_PID}"
read -r -t 20 swaps <&"${SWAP[0]}"
t_comment "figure: $done_ of 240 requests were done beside ${swaps:-?} rounds of swapping"
t_ok "the swapping went on all the time" test "${swaps:-0}" -ge 100
t_is "nothing outside has changed" "$(outside)" "$before"
t_ok "hexad is there" sv_alive "$TREE_PID"
t_fails "without a fault" grep -q 'took over after a fault' "$TREE_LOG"
# What the user has made of his own directory is his.
find "$S" -mindepth 1 -maxdepth 1 \( -name '*gateway-*' -o -name '.away*' -o -name '.hexad-*' -o -name '.x' \) -exec rm -rf {} +
for p in a b; do
	svctl unregister $p >/dev/null 2>&1
	t_ok "afterwards a slot is registered as ever" svctl register $p --down
	t_ok "and unregistered" svctl unregister $p
done
t_is "root ran nothing of his" "$(grep -l '^0 ' "$IDS"/* | sed 's|.*/||')" roots
h_end
t_done
