#!/bin/bash
#
# What clients of any uid look at to know this supervisor, and the names on the image's own PATH.
# timeout: 200
# shellcheck disable=SC2119 # options are optional
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/engine.sh"

C_IMAGE=$IMAGE
t_is "the main program sees PID 1 as s6-svscan" "$(c_run -- cat /proc/1/comm)" s6-svscan
c_bg
t_is "exec runs as uid 10000 here" "$(c_exec id -u)" 10000
t_is "uid 10000 sees PID 1 as s6-svscan" "$(c_exec cat /proc/1/comm)" s6-svscan
t_ok "/run/s6/basedir is a directory for uid 10000" c_exec test -d /run/s6/basedir
t_ok "so is the scan directory" c_exec test -d /run/service
t_ok "svctl status as uid 10000" c_exec svctl status
t_is "svctl is found by the image's own PATH" "$(c_exec sh -c 'command -v svctl')" /command/svctl
for name in s6-svc s6-svstat s6-svok s6-svwait s6-svscanctl s6-setuidgid s6-log with-contenv s6-svscan s6-supervise; do
	t_is "$name is found by the image's own PATH" "$(c_exec sh -c "command -v $name")" "/command/$name"
done
t_fails "s6-svok as uid 10000 answers for a slot that is not there" c_exec s6-svok /run/service/none
t_is "/init is the command named hexad" "$(c_exec readlink -f /init)" /command/hexad
t_is "the user app is uid 10000 with home /opt/data" \
	"$(c_exec sh -c 'getent passwd app' | cut -d: -f1,3,4,6)" app:10000:10000:/opt/data
t_is "the home is the application's" "$(c_exec stat -c %u:%a /opt/data)" 10000:755
t_is "nothing in the image is set-uid by hexad" \
	"$(docker run --rm --entrypoint find "$IMAGE" /command /init -perm /6000)" ""
t_done
