#!/bin/bash
#
# Where a container lacks what /init wants, it says in one line what is lost, and runs the main program all the same.
# timeout: 200
# shellcheck disable=SC2016 # expanded inside
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/engine.sh"

C_IMAGE=$IMAGE
# runs DESC LINES WANT OPTION... -- WORD...: the code is 7, the last line WANT, and LINES lines are hexad's warnings.
runs() {
	local desc=$1 lines=$2 want=$3 out code

	shift 3
	out=$(c_run "$@" 2>&1)
	code=$?
	t_is "$desc" "$code $(grep -vE '^(hexad|s6-rc): ' <<<"$out" | tail -n 1)" "7 $want"
	[ -z "$lines" ] || t_is "lines about it" "$(grep -c '^hexad: warning' <<<"$out")" "$lines"
	OUT=$out
}

runs "nothing is lost by default" 0 here -- sh -c 'echo here; exit 7'
runs "with --user of a /run that is his" 0 10000 --user 10000 --tmpfs /run:uid=10000,mode=755,exec -- sh -c 'id -u; exit 7'
runs "with --user of a /run that is root's" '' 4711 --user 4711:4711 -- sh -c 'id -u; exit 7'
t_like "the line about /run" "$OUT" "^hexad: warning: '/run' \(uid 0, mode 0755\) has insecure or unworkable permissions for uid 4711"
t_like "the scan directory is elsewhere" "$OUT" "the scan directory is '/tmp/hexad-4711'"
runs "and a service runs there" '' up --user 4711:4711 -- sh -c 'mkdir /tmp/hexad-4711/web
	printf "#!/bin/sh\nexec sleep 100\n" >/tmp/hexad-4711/web/run; chmod 755 /tmp/hexad-4711/web/run
	s6-svscanctl -a /tmp/hexad-4711 && s6-svwait -u -t 5000 /tmp/hexad-4711/web && echo up; exit 7'
# A tmpfs of the engine's gets the mode of what it covers: these are directories of the host.
mkdir "$T/group" "$T/sticky"
chmod 775 "$T/group"
chmod 1777 "$T/sticky"
runs "with --user, group 0 and a /run that group 0 may write" 0 ok --user 4711:0 -v "$T/group:/run" -- \
	sh -c 'test -p /run/service/.s6-svscan/control && echo ok; exit 7'
runs "with a sticky /run of everybody" 1 ok --user 4711:4711 -v "$T/sticky:/run" -- \
	sh -c 'test -p /run/service/.s6-svscan/control && echo ok; exit 7'
t_like "which is said" "$OUT" "'/run' \(uid 0, mode 1777\) can be written by other users too"
runs "with a /run of somebody else, as root" 0 0:755 --tmpfs /run:uid=4711,mode=700,exec -- \
	sh -c 'stat -c %u:%a /run; exit 7'
t_like "it is taken over" "$OUT" "^hexad: info: '/run' belonged to uid 4711, it was taken over"

slot='mkdir /run/service/web; printf "#!/bin/sh\nexec sleep 100\n" >/run/service/web/run; chmod 755 /run/service/web/run
	s6-svscanctl -a /run/service && s6-svwait -u -t 5000 /run/service/web && s6-svstat -o up /run/service/web'
runs "with --read-only and a tmpfs at /run, which is noexec: a script of a service runs" 1 true --read-only --tmpfs /run -- \
	sh -c "$slot; exit 7"
t_like "and what is lost is said" "$OUT" "'/run' is mounted noexec: services whose program there is no script cannot run"
runs "with --read-only and no writable directory but /dev/shm" '' here --read-only -- sh -c 'echo here; exit 7'
t_like "the scan directory is there" "$OUT" "the scan directory is '/dev/shm/hexad-0'"
runs "not even that" '' here --read-only --ipc none -- sh -c 'echo here; exit 7'
t_like "then there is none, which is said" "$OUT" "no service is supervised, the main program runs alone"
runs "with S6_READ_ONLY_ROOT and the right to mount, /run becomes a tmpfs" '' tmpfs --read-only \
	--cap-add SYS_ADMIN --security-opt apparmor=unconfined -e S6_READ_ONLY_ROOT=1 -- \
	sh -c 'stat -f -c %T /run; exit 7'

runs "with --init, not as process 1" 0 2 --init -- sh -c 'read -r _ _ _ holder _ </proc/$$/stat
	read -r _ _ _ hexad _ </proc/$holder/stat; [ "$hexad" != 1 ] && echo 2; exit 7'
t_like "which is said" "$OUT" "not process 1: clients will not detect this supervisor"
runs "with --init a service runs too" 0 true --init -- sh -c "$slot; exit 7"
runs "with the least capabilities" 0 true --cap-drop ALL --cap-add CHOWN --cap-add SETUID --cap-add SETGID \
	--cap-add KILL --cap-add DAC_OVERRIDE -- sh -c "$slot; exit 7"
runs "and a service of another user" 0 10000 --cap-drop ALL --cap-add CHOWN --cap-add SETUID --cap-add SETGID \
	--cap-add KILL --cap-add DAC_OVERRIDE -- sh -c 'mkfifo -m 666 /tmp/told; mkdir /run/service/web
	printf "#!/bin/sh\nid -u >/tmp/told\nexec sleep 100\n" >/run/service/web/run; chmod 755 /run/service/web/run
	chown -R 10000 /run/service/web; s6-svscanctl -a /run/service; cat /tmp/told; exit 7'
runs "with no capability at all" 0 here --cap-drop ALL -- sh -c 'echo here; exit 7'
runs "with no-new-privileges" 0 true --security-opt no-new-privileges -- sh -c "$slot; exit 7"
runs "without /proc" 0 true --cap-add SYS_ADMIN --security-opt apparmor=unconfined --entrypoint sh -- \
	-c 'umount -l /proc; exec /init "$@"' sh sh -c "test ! -e /proc/1 || exit 1; $slot; exit 7"
runs "with a limit of processes" 0 here --pids-limit 8 -- sh -c 'echo here; exit 7'
t_code "with one that leaves room for nobody the container ends with a code of the system's and does not hang" 111 \
	c_run --pids-limit 1 -- true
runs "with a limit of open files" 0 32 --ulimit nofile=32:32 -- sh -c 'ulimit -n; exit 7'
runs "with S6_ numbers that are none" 3 CMD -e S6_VERBOSITY=abc -e S6_KILL_GRACETIME=-1 -e S6_LOGGING=yes -- \
	sh -c 'echo CMD; exit 7'
t_like "each is named with what counts instead" "$OUT" "^hexad: warning: S6_LOGGING is 'yes', which is not a number: it counts as 0"
t_done
