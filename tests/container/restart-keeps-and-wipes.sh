#!/bin/bash
#
# `docker restart`: /run is no tmpfs, so what a former life left there is wiped, and only that; a volume stays; a
# container that was killed in the middle starts again.
# timeout: 200
# shellcheck disable=SC2016 # expanded inside
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/engine.sh"

mkdir "$T/home"
chown 10000:10000 "$T/home"
C_IMAGE=$IMAGE
MAIN='n=$(cat /opt/data/n 2>/dev/null || echo 0); echo $((n + 1)) >/opt/data/n; exec sleep 100000' \
	c_bg -v "$T/home:/opt/data"
# The main program counts its lives.
counted() {
	[ "$(cat "$T/home/n" 2>/dev/null)" = "$1" ]
}
t_await 10 counted 1
c_root sh -c 'echo mine >/run/mine; mkdir /run/service/old; printf "#!/bin/sh\nexec sleep 100\n" >/run/service/old/run
	chmod 755 /run/service/old/run; s6-svscanctl -a /run/service; s6-svwait -u -t 5000 /run/service/old
	echo 42 >/run/s6-linux-init-container-results/exitcode; echo X >/run/s6/container_environment/LATER'
docker stop -t 20 "$C" >/dev/null
t_is "the code of the first life" "$(c_state '{{.State.ExitCode}}')" 42
t_ok "it starts again" c_again start
t_ok "the volume was kept" t_await 10 counted 2
t_is "other files of /run were kept" "$(c_root cat /run/mine)" mine
t_is "slots, variables and the exit code were not" "$(c_root sh -c 'ls /run/service /run/s6/container_environment |
	grep -cE "^(old|LATER)$"; cat /run/s6-linux-init-container-results/exitcode')" $'0\n0'
t_fails "nor did a process of that life" c_root sh -c 'grep -l "^sleep.100$" /proc/*/cmdline 2>/dev/null | grep -q .'
docker kill "$C" >/dev/null
c_wait
t_is "killed from outside" "$C_CODE" 137
t_ok "it starts again after that too" c_again start
t_ok "for the third time" t_await 10 counted 3
t_ok "docker restart" c_again restart
t_ok "for the fourth" t_await 10 counted 4
t_done
