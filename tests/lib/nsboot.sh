# shellcheck shell=bash disable=SC2034 # NS_CODE and NS_PATH are for those who source this
#
# nsboot.sh: boots hexad as PID 1 of its own PID and mount namespace, over a root file system of its own,
# without a container engine. Needs root. Source it after tap.sh (it uses $B and $B/await):
#
#   ns_root DIR             makes DIR a root file system: /init, /command and the files of rootfs/image, as
#                           `make install` puts them; /etc/passwd with app (10000), /home/app, /run, /tmp. The host's
#                           /usr, /bin, /lib... appear read-only when it boots. Add or change files freely.
#   ns_demo_root DIR        the same with the files of rootfs/demo: an application home with several profiles
#   ns_boot DIR [WORD...]   boots /init WORD... over DIR; returns when PID 1 is about to exec /init.
#                           NS_PID: its pid out here; console in $NS_LOG (appended). NS_ENV: array of NAME=value
#   ns_exec CMD...          runs CMD inside as root, with the image's own PATH
#   ns_app CMD...           the same as uid 10000
#   ns_signal SIG           sends SIG to PID 1 from outside
#   ns_wait [SECONDS]       waits until it has ended; NS_CODE is its exit code (128 + signal)
#   ns_stop [SECONDS]       SIGTERM and ns_wait; SIGKILL when the time is over, which is a failure
#   ns_end                  kills what is left; done at the script's end anyway
#
# The same DIR can be booted again after it ended: /home is its volume, /run starts empty each time.

NS_PID=
NS_CODE=
NS_UID=10000
NS_ENV=()
NS_LOG=${NS_LOG:-$T/console.log}
NS_PATH=/command:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
ns_leader=
t_at_exit ns_end

ns_root() {
	local d=$1

	# Installed once a script: it is sixty processes, and a copy is one.
	if [ ! -d "$T/.installed" ]; then
		mkdir -p "$T/.installed"/{etc/cont-init.d,home/app,run,tmp,proc,dev,root,usr,old} || return 1
		chmod 755 "$T/.installed"
		chmod 1777 "$T/.installed/tmp"
		B=$B DESTDIR=$T/.installed "$T_ROOT/rootfs/install" || return 1
	fi
	mkdir -p "$d" && cp -a "$T/.installed/." "$d" || return 1
	printf '%s\n' 'root:x:0:0:root:/root:/bin/sh' 'nobody:x:65534:65534:nobody:/:/bin/false' \
		"app:x:$NS_UID:$NS_UID:the application:/home/app:/bin/sh" >"$d/etc/passwd"
	printf '%s\n' 'root:x:0:' 'nogroup:x:65534:' "app:x:$NS_UID:" >"$d/etc/group"
	chown "$NS_UID:$NS_UID" "$d/home/app"
}

ns_demo_root() {
	local home=$1/home/app

	ns_root "$1" && cp -R "$T_ROOT/rootfs/demo/." "$1" && chmod -R u=rwX,go=rX "$home" || return 1
	chown -R "$NS_UID:$NS_UID" "$home" || return 1
	chown root:root "$home"/profiles/locked/* && chmod 600 "$home"/profiles/locked/*
}

ns_boot() {
	local d=$1 both from to

	shift
	NS_CODE=
	NS_PID=
	rm -f "$T/.booted"
	mkfifo -m 600 "$T/.booted" || return 1
	# No open waits for its other side, and where PID 1 dies before it tells its pid the reader sees the end.
	# shellcheck disable=SC2094 # a FIFO
	exec {both}<>"$T/.booted" {from}<"$T/.booted" {to}>"$T/.booted" {both}>&-
	unshare --fork --pid --mount --kill-child --propagation private \
		"$B/nsinit" 8 "$d" PATH="$NS_PATH" HOME=/root "${NS_ENV[@]}" -- "$@" \
		8>&"$to" {to}>&- {from}<&- >>"$NS_LOG" 2>&1 </dev/null &
	ns_leader=$!
	exec {to}>&-
	read -r -t 20 -u "$from" NS_PID
	exec {from}<&-
	[ -n "$NS_PID" ] && return 0
	echo "# the namespace could not be made" >&2
	return 1
}

ns_enter() {
	nsenter --target "$NS_PID" --mount --pid --root env -C / -i PATH="$NS_PATH" "$@"
}

ns_exec() {
	ns_enter HOME=/root "$@"
}

ns_app() {
	ns_enter HOME=/home/app setpriv --reuid "$NS_UID" --regid "$NS_UID" --clear-groups "$@"
}

ns_signal() {
	kill -s "$1" "$NS_PID"
}

ns_wait() {
	[ -n "$ns_leader" ] || return 1
	"$B/await" exit "${1:-20}" "$ns_leader" || return 1
	wait "$ns_leader"
	NS_CODE=$?
	ns_leader=
	NS_PID=
}

ns_stop() {
	ns_signal TERM && ns_wait "${1:-20}" && return 0
	ns_end
	return 1
}

ns_end() {
	[ -n "$ns_leader" ] || return 0
	# Not only the leader: its death would no longer reach a PID 1 that has changed its file system uid.
	[ -z "$NS_PID" ] || kill -KILL "$NS_PID" 2>/dev/null
	kill -KILL "$ns_leader" 2>/dev/null
	wait "$ns_leader" 2>/dev/null
	ns_leader=
	NS_PID=
}
