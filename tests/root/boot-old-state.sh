#!/bin/bash
#
# /run may be no tmpfs: what a former life left there is wiped, links are not followed, the rest stays.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/boot.sh"

boot_root
mkdir "$R/keep"
echo kept >"$R/keep/file"
boot_before 'mkdir -p /run/s6/old /run/service/old /run/s6-rc:s6-rc-init:abc/x /run/s6-linux-init-container-results
ln -s /keep /run/s6-rc; ln -s /keep /run/s6/old/link; ln -s /keep /run/hexad
echo 99 >/run/s6-linux-init-container-results/exitcode
touch /run/other; mkdir -p /run/.hexad-old.1/x
exec "$@"'
boot_life sh -c 'cd /run; ls -d s6/* service/* s6-rc* other; cat s6-linux-init-container-results/exitcode
	stat -c %F hexad; cat /keep/file
	while ls -d .hexad-old.* >/dev/null 2>&1; do
		[ "$((n += 1))" -lt 500 ] || echo left; sleep 0.02; done' 2>/dev/null
t_is "old state is gone, other files stay, the exit code is 0 again" "$(grep -v 'cannot access' <<<"$OUT")" \
	"other
s6-rc
s6/basedir
s6/container_environment
s6/db
s6/workdir
0
directory
kept"
t_is "what a link pointed at is untouched" "$(cat "$R/keep/file")" kept

# A directory of which only the name can stay.
boot_before 'mkdir -p /run/service; mount -t tmpfs tmpfs /run/service
mkdir -p /run/service/old/supervise; exec "$@"'
boot_life sh -c 'ls /run/service; mountpoint -q /run/service && echo mounted; exit 4'
t_is "a mount point is emptied" "$CODE $OUT" "4 mounted"
t_done
