#!/bin/bash
# timeout: 120
# A home on a file system that stops answering (FUSE) holds up the child that reads it and nobody else: the container boots,
# services run and are controlled, the dead are collected, and the container stops.
# shellcheck disable=SC2034 # NS_ENV is nsboot.sh's
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/boot.sh"

# Mounts a FUSE on a directory and never answers a request. When it ends, all requests fail.
cat >"$T/hang.py" <<'END'
import ctypes, os, signal, sys
fd = os.open("/dev/fuse", os.O_RDWR)
libc = ctypes.CDLL(None, use_errno=True)
opts = "fd=%d,rootmode=40755,user_id=0,group_id=0,allow_other" % fd
if libc.mount(b"hang", sys.argv[1].encode(), b"fuse", 0, opts.encode()) != 0:
    sys.exit(os.strerror(ctypes.get_errno()))
print("mounted", flush=True)
signal.pause()
END
if [ "$(unshare --mount --propagation private timeout 2 python3 "$T/hang.py" /mnt 2>&1)" != mounted ]; then
	t_skip "a home that hangs" "no FUSE can be mounted here"
	t_done
fi

boot_root
NS_ENV=(S6_VERBOSITY=1)
cat >"$R/etc/hexad.ini" <<'INI'
[app]
user = app
home = /home/app
[profiles]
command = sleep 1000
command_default = sleep 1000
read_ms = 500
planned_stop_file = .marker
INI
cp "$T/hang.py" "$R/hang.py"
boot_slot web 'exec sleep 1000'
boot_slot gateway-own 'exec sleep 1000'
boot_before 'mknod /dev/fuse c 10 229
mkfifo /mounted
python3 /hang.py /home/app >/mounted &
read word </mounted
exec "$@"'
boot_start sh -c 'echo the main program runs; exec sleep 1000'
says() { "$B/await" line 15 "$NS_LOG" "$1" >/dev/null; }
t_ok "the boot does not wait for ever" says '^the main program runs'
t_ok "it says what it does without" says '^hexad: warning: the home has not answered for 500 ms, going on without it'
t_ok "another service is up" t_await 10 ns_exec s6-svwait -u -t 5000 /run/service/web
t_like "and is controlled" "$(ns_exec svctl restart web 2>&1)" '^web is up'
t_like "a stop of a profile's slot does not wait for its marker, nor its answer for the record" \
	"$(ns_exec svctl stop own 2>&1)" '^gateway-own is down'
t_like "meanwhile others are served" "$(ns_exec svctl restart web 2>&1)" '^web is up'
ns_exec sh -c 'i=0; while [ $i -lt 100 ]; do printf dd >/run/service/gateway-own/supervise/control; i=$((i + 1)); done'
t_like "a flood of wishes" "$(ns_exec svctl status web 2>&1)" '^web +up'
t_ok "costs few processes" test "$(pgrep -c -x hexad-intent)" -le 12
t_is "and no place: what is to be removed can be" "$(ns_exec svctl unregister own 2>&1)" "gateway-own is unregistered"
ns_exec sh -c '(sleep 0.1 &) ; sleep 0.3'
t_is "the dead are collected" "$(ns_exec sh -c 'grep -l "^State:.Z" /proc/[0-9]*/status 2>/dev/null')" ""
t_is "a dry run is asked in vain, but harms nobody" "$(ns_exec svctl -t 500 reconcile --dry-run >/dev/null 2>&1; echo $?)" 99
t_like "the others are still served" "$(ns_exec svctl status web 2>&1)" '^web +up'
ns_stop 25
t_is "the container stops" "$NS_CODE" 0
t_done
