# shellcheck shell=bash disable=SC2034 # OUT and CODE are for those who source this
#
# boot.sh: whole lives of a container as PID 1, for the tests of /init. Needs root. Source it after tap.sh:
#
#   boot_root               makes $R, a root file system with nothing of rootfs/image in it but /init
#   mk, boot_script, ...    add files, see imagefiles.sh
#   boot_app_ini            makes the settings of an image with an application user; the others come from standard input
#   boot_slot NAME BODY [LOG]   adds a service to what the script 50-slots makes; with LOG a logger too
#   boot_before BODY        runs BODY (shell, as root, inside) right before /init; it must end with exec "$@"
#   boot_start WORD...      starts a life; the console is in $NS_LOG
#   boot_life WORD...       starts one and waits for its end: CODE, and OUT, the console
#   boot_inject N ERRNO     lives from here on are of the hexad that faults are injected into: their Nth fork fails with
#                           ERRNO, or (1000) is followed by a fault; 0: forks are counted. Sets NS_ENV
#   boot_injected FIELD     2: how many forks there were; 5: 1 if the Nth came
#   boot_end [SECONDS]      waits for the end of the life that was started: CODE, OUT

. "$(dirname "${BASH_SOURCE[0]}")/nsboot.sh"
. "$(dirname "${BASH_SOURCE[0]}")/imagefiles.sh"

R=$T/root

boot_root() {
	rm -rf -- "$R"
	ns_root "$R" || return 1
	rm -rf -- "$R"/etc/cont-init.d "$R"/etc/hexad.ini
	mkdir -p "$R/etc/cont-init.d" "$R/out"
	chmod 1777 "$R/out"
	: >"$NS_LOG"
	NS_ENV=()
}

boot_app_ini() {
	{ printf '[%s]\n' app && printf '%s = %s\n' user app home /home/app login_home /home/app && cat; } >"$R/etc/hexad.ini"
}

# Slots are made by a script, since the scan directory is made anew at each start.
boot_slot() {
	local d=$R/slots/$1

	mkdir -p "$d"
	printf '#!/bin/sh\n%s\n' "$2" >"$d/run"
	chmod 755 "$d/run"
	if [ $# -gt 2 ]; then
		mkdir "$d/log"
		printf '#!/bin/sh\n%s\n' "$3" >"$d/log/run"
		chmod 755 "$d/log/run"
	fi
	boot_script 50-slots 'cp -R /slots/. /run/service'
}

boot_before() {
	rm -f "$R/init"
	printf '#!/bin/sh\nset -- /command/init "$@"\n%s\n' "$1" >"$R/init"
	chmod 755 "$R/init"
	ln -sfn hexad "$R/command/init"
}

# What is written is a struct failctl (failctl.h).
boot_inject() {
	cp "$B/fault/hexad" "$R/command/hexad" || return 1
	python3 -c 'import struct, sys
n, err = map(int, sys.argv[2:])
open(sys.argv[1], "wb").write(struct.pack("=3IiI24s24s", 1, 0, n, err, 0, b"", b"fork"))' "$R/ctl" "$1" "$2" || return 1
	[[ " ${NS_ENV[*]} " == *" HEXAD_FAIL_CTL=/ctl "* ]] || NS_ENV+=(HEXAD_FAIL_CTL=/ctl)
}

boot_injected() {
	python3 -c 'import struct, sys
print(struct.unpack("=5I", open(sys.argv[1], "rb").read(20))[int(sys.argv[2]) - 1])' "$R/ctl" "$1"
}

boot_start() {
	: >"$NS_LOG"
	ns_boot "$R" "$@"
}

boot_end() {
	CODE=alive
	ns_wait "$@" && CODE=$NS_CODE
	OUT=$(cat "$NS_LOG")
}

boot_life() {
	boot_start "$@" && boot_end
}
