#!/bin/bash
# sanitizer: leaks, of svctl's commands
# svctl manager: what an ordinary user can see of process 1 decides, and every doubt means that it is not s6.
. "$(dirname "$0")/../lib/tap.sh"

export SVCTL_ROOT=$T/root
unset HEXAD_SCANDIR

# root COMM: a machine whose process 1 is COMM, with /run/s6/basedir.
root() {
	rm -rf "$T/root"
	mkdir -p "$T/root/proc/1" "$T/root/run/s6/basedir"
	echo "$1" >"$T/root/proc/1/comm"
}

s6="s6"$'\n'"Manager: s6 (container supervisor)"
none="none"$'\n'"Manager: none"

root s6-svscan
t_is "both signals" "$(svctl manager; echo $?)" "$s6"$'\n'0
printf ' s6-svscan \n\n' >"$T/root/proc/1/comm"
t_is "blanks around the name do not count" "$(svctl manager)" "$s6"
root systemd
t_is "another process 1" "$(svctl manager)" "$none"
root s6-svscan
rmdir "$T/root/run/s6/basedir"
t_is "no basedir" "$(svctl manager)" "$none"
: >"$T/root/run/s6/basedir"
t_is "a file in its place" "$(svctl manager)" "$none"
root s6-svscan
chmod 000 "$T/root/proc/1/comm"
if [ "$(id -u)" = 0 ]; then
	t_is "root may read everything" "$(svctl manager)" "$s6"
else
	t_is "a name that may not be read" "$(svctl manager)" "$none"
	t_is "JSON says why" "$(svctl manager --json | tr -d '\n' | tr -s ' ')" \
		'{ "kind": "none", "text": "Manager: none", "init": null, "init_error": "Permission denied", "basedir": true}'
fi
rm -r "$T/root/proc"
t_is "no /proc" "$(svctl manager)" "$none"
root systemd
mkdir -p "$T/root/run/systemd/system"
t_is "systemd" "$(svctl manager)" "systemd"$'\n'"Manager: systemd"
unset SVCTL_ROOT
t_is "the machine itself is judged as it is" "$(svctl manager --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["init"])')" \
	"$(cat /proc/1/comm)"

# Guidance changes nothing and is no failure, wherever it is asked for.
export SVCTL_ROOT=$T/root
for kind in s6-svscan systemd other; do
	root $kind
	[ $kind != systemd ] || mkdir -p "$T/root/run/systemd/system"
	before=$(find "$T/root" -printf '%p %T@\n' | sort)
	for cmd in install uninstall; do
		t_code "$cmd under $kind" 0 svctl "$cmd" mail
		t_like "$cmd under $kind says something" "$(svctl "$cmd" mail | head -n 1)" '^[A-Z].*[.:]$'
		t_like "$cmd under $kind, as JSON" "$(svctl "$cmd" --json | tr -d '\n ')" "^\\{\"command\":\"$cmd\",\"changed\":false,"
	done
	t_is "nothing has changed under $kind" "$(find "$T/root" -printf '%p %T@\n' | sort)" "$before"
done
root s6-svscan
t_like "install names the command for a profile" "$(svctl install mail)" 'svctl register mail$'
t_like "uninstall too" "$(svctl uninstall mail)" 'svctl unregister mail$'
t_done
