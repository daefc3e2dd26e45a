#!/bin/bash
#
# Registering a service and starting it at once, as uid 10000: never too early with our own clients. Debian's
# s6-svscanctl cannot wait for the scan; how often it is in time is printed.
# timeout: 300
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/engine.sh"

n=200
C_IMAGE=$CLIENTS c_bg --tmpfs /opt/data:uid=10000,gid=10000,mode=755
# First, in a tree of its own: a scan looks at every slot, so it takes longer the more there are.
rate=$(c_exec register-loop /usr/bin debian- "$n" 2>"$T/complaints")
echo "# figure: Debian's s6-svscanctl -a, then its s6-svc -u at once: $rate of $n in time"
t_like "Debian's client is never refused for want of rights" "${rate:-none}: $(grep -ciE 'denied|not permitted' "$T/complaints")" \
	'^[0-9]+: 0$'
c_rm "$C"

C_IMAGE=$CLIENTS c_bg --tmpfs /opt/data:uid=10000,gid=10000,mode=755
running() {
	c_exec sh -c 'n=0
		for d in /run/service/"$1"*; do
			[ "$(s6-svstat -o up "$d")" = true ] && n=$((n + 1))
		done
		echo $n' sh "$1"
}
t_is "through the shim: s6-svscanctl -a, then s6-svc -u" \
	"$(c_exec register-loop /command shim- $n 2>"$T/complaints")" "$n"
t_is "no complaint" "$(sort "$T/complaints" | uniq -c | head -n 5)" ""
all_run() {
	[ "$(running shim-)" = 200 ]
}
t_ok "all of them run" t_await 20 all_run
c_exec sh -c 's6-svc -d /run/service/shim-*'

t_is "through svctl: register, then start" "$(c_exec sh -c 'good=0 i=0
	while [ $i -lt '$n' ]; do
		i=$((i + 1))
		svctl register "p$i" >/dev/null && svctl start "p$i" >/dev/null && good=$((good + 1))
	done
	echo $good' 2>"$T/complaints")" "$n"
t_is "no complaint from svctl" "$(sort "$T/complaints" | uniq -c | head -n 5)" ""
t_is "all profiles run" "$(running gateway-p)" "$n"

t_is "register, start, unregister, and again with the same name" "$(c_exec sh -c 'good=0 i=0
	while [ $i -lt '$n' ]; do
		i=$((i + 1))
		svctl register again >/dev/null && svctl start again >/dev/null && svctl unregister again >/dev/null &&
			[ ! -e /run/service/gateway-again ] && good=$((good + 1))
	done
	echo $good' 2>"$T/complaints")" "$n"
t_is "no complaint from that" "$(sort "$T/complaints" | uniq -c | head -n 5)" ""
t_done
