#!/bin/bash
#
# Orphans come to PID 1 and never stay behind as zombies.
# timeout: 120
# shellcheck disable=SC2119 # options are optional
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/engine.sh"

C_IMAGE=$IMAGE c_bg
# The FIFO ends when the last of the hundred has: each holds it open for writing.
c_exec sh -c 'mkfifo /tmp/alive
	exec 3<>/tmp/alive 4</tmp/alive
	i=0
	while [ $i -lt 100 ]; do
		(sh -c "sleep 0.1; exit 3" 4<&- &)
		i=$((i + 1))
	done
	exec 3>&-
	cat <&4' >/dev/null

zombies() {
	c_exec sh -c 'for s in /proc/[0-9]*/stat; do sed "s/.*) //;s/ .*//" "$s" 2>/dev/null; done | grep -c Z'
}
no_zombie() {
	[ "$(zombies)" = 0 ]
}
t_ok "a hundred orphans leave no zombie" t_await 10 no_zombie
c_exec sh -c '(sleep 100000 >/dev/null 2>&1 & echo $! >/tmp/orphan)'
export pid
pid=$(c_exec cat /tmp/orphan)
t_is "an orphan's parent is PID 1" "$(c_exec sh -c "sed 's/.*) //' /proc/$pid/stat | cut -d' ' -f2")" 1
c_exec sh -c "kill $pid"
gone() {
	c_exec test ! -e "/proc/$pid"
}
t_ok "and it is gone once it was killed" t_await 10 gone
t_done
