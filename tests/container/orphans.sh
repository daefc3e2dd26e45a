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
# Ten thousand: a hundred times a hundred children of a parent that does not wait for them.
cat >"$T/orphans.c" <<'END'
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	for (int i = 0; i < 100; i++) {
		pid_t parent = fork();

		for (int k = 0; parent == 0 && k < 100; k++) {
			pid_t pid = fork();

			if (pid < 0)
				_exit(1);
			if (pid == 0)
				_exit(3);
		}
		if (parent == 0)
			_exit(0);
		int status;

		if (waitpid(parent, &status, 0) != parent || status != 0)
			return 1;
	}
	return 0;
}
END
cc -static -O2 -o "$T/orphans" "$T/orphans.c" || t_fail "a static program for the test"
docker cp -q "$T/orphans" "$C:/tmp/orphans" 2>/dev/null || docker cp "$T/orphans" "$C:/tmp/orphans" >/dev/null
t_ok "ten thousand orphans" c_exec /tmp/orphans
t_ok "leave no zombie" t_await 20 no_zombie

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
