#!/bin/bash
#
# A fault of PID 1 in the middle of the demonstration: no service changes its pid, no log byte is lost.
# timeout: 120
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/nsboot.sh"

SCANDIR=/run/service
LOGS=$T/root/home/app/logs/counter

# Prints numbered lines without a rest, and on SIGTERM how far it came.
counter() {
	ns_app sh -ec '
		mkdir -p /home/app/logs/counter /run/service/.new/log
		cd /run/service/.new
		cat >run <<-"END"
			#!/bin/sh
			last=0
			trap "echo end \$last; exit 0" TERM
			while :; do
				echo "line $((last + 1))"
				last=$((last + 1))
				[ $((last % 50)) != 0 ] || sleep 0.002
			done
		END
		cat >log/run <<-"END"
			#!/bin/sh
			exec s6-log n500 s200000 T /home/app/logs/counter
		END
		chmod 755 run log/run
		mv ../.new ../counter
		s6-svscanctl -a /run/service'
}

# The lines as they were printed, archives first.
lines() {
	{
		find "$LOGS" -name '@*.s' -print0 | LC_ALL=C sort -z | xargs -0r cat
		cat "$LOGS/current"
	} | sed 's/^[^ ]* [^ ]*  //'
}

progressed() {
	[ "$(lines | wc -l)" -gt "$1" ]
}

# One line a service: its name, its pid and its logger's.
pids() {
	ns_app sh -c 'cd /run/service && for d in */; do
		echo "${d%/} $(s6-svstat -o pid,up "$d") $(s6-svstat -o pid,up "$d/log")"
	done' 2>&1
}

# What the kernel gave this process image at exec: differs after every exec.
image() {
	ns_exec od -An -tx1 /proc/1/auxv
}

t_ok "the root file system is made" ns_demo_root "$T/root"
t_ok "the demonstration boots" ns_boot "$T/root"
t_ok "it reconciles" t_await_line "$T/root/home/app/logs/container-boot.log" profile=writer 20
t_ok "a service that prints without end is added" counter
t_ok "it is up" ns_app s6-svc -wu -T 10000 -u "$SCANDIR/counter"
t_ok "and logs" t_await_line "$LOGS/current" 'line 500$'
t_ok "mail is up" ns_app s6-svc -wu -T 10000 -u "$SCANDIR/gateway-mail"

for sig in SEGV ABRT BUS; do
	image_before=$(image)
	pids_before=$(pids)
	n=$(lines | wc -l)
	t_ok "SIG$sig reaches PID 1" ns_exec kill -s "$sig" 1
	t_ok "SIG$sig: PID 1 answers" ns_app s6-svscanctl -a "$SCANDIR"
	[ "$image_before" != "$(image)" ]
	t_is "SIG$sig: it is another image" "$?" 0
	t_is "SIG$sig: its name is the same" "$(ns_app cat /proc/1/comm)" s6-svscan
	t_is "SIG$sig: every service and logger keeps its pid" "$(pids)" "$pids_before"
	t_ok "SIG$sig: lines go on" t_await 10 progressed "$n"
done
t_like "the pids compared were real" "$pids_before" '^counter [0-9]+ true [0-9]+ true$'

mail=$(ns_app s6-svstat -o pid "$SCANDIR/gateway-mail")
t_ok "a service still can be killed" ns_app s6-svlisten1 -r -t 10000 "$SCANDIR/gateway-mail" kill -KILL "$mail"
t_fails "and comes back under another pid" test "$mail" = "$(ns_app s6-svstat -o pid "$SCANDIR/gateway-mail")"
t_ok "a service still can be stopped" ns_app s6-svc -wD -T 10000 -d "$SCANDIR/counter"

t_ok "PID 1 ends on SIGTERM" ns_stop 20
t_is "with exit code 0" "$NS_CODE" 0
# Its last line may have been printed before it was counted.
t_is "no line is missing, doubled or torn" "$(lines | awk '
	/^line [0-9]+$/ && $2 == n + 1 && !end { n++; next }
	/^end [0-9]+$/ && ($2 == n || $2 == n - 1) && !end { end = 1; next }
	{ print "after line " n ": " $0; bad++ }
	END { if (!end) print "no end"; if (n < 500) print "only " n " lines" }' | head -n 5)" ""
t_done
