#!/bin/bash
#
# With a terminal: the main program has it as controlling terminal and in the foreground, PID 1 gives it up.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/boot.sh"

boot_root
mkfifo "$T/keys"
# The same as ns_boot does, on a terminal that script(1) makes; setsid gives it to PID 1, as a container engine does.
on_terminal() {
	printf 'exec unshare --fork --pid --mount --kill-child --propagation private %s %q 8 %q PATH=%q -- "$@" 8>%q\n' \
		'setsid --ctty' "$B/nsinit" "$R" "$NS_PATH" "$T/pid" >"$T/inside"
	printf -v words ' %q' "$@"
	# script(1) hands the line to $SHELL, and what %q made of the words is bash's.
	SHELL=$BASH timeout 20 script -qefc "bash $T/inside $words" /dev/null <"$T/keys" >"$T/screen" 2>&1 &
	TTY_PID=$!
	exec 9>"$T/keys"
}
on_terminal_end() {
	wait "$TTY_PID"
	CODE=$?
	exec 9>&-
	OUT=$(tr -d '\r' <"$T/screen")
}

on_terminal sh -c 'tty; read -r _ _ _ pp pg sid tty fg _ </proc/$$/stat; [ "$pg" = "$fg" ] && echo foreground
	[ "$tty" != 0 ] && echo controlling; read -r _ _ _ _ _ _ tty _ </proc/1/stat; echo "PID 1: $tty"; exit 6'
on_terminal_end
t_is "the code" "$CODE" 6
t_like "stdin is the terminal" "$OUT" '^/dev/|^not a tty'
t_is "it controls, in the foreground; PID 1 has none" \
	"$(grep -vE '^/dev/|^not a tty' <<<"$OUT")" $'foreground\ncontrolling\nPID 1: 0'

on_terminal sh -c 'trap "exit 21" INT; echo ready; while :; do sleep 0.05; done'
t_await_line "$T/screen" ready
printf '\003' >&9
on_terminal_end
t_is "^C reaches the main program" "$CODE" 21

on_terminal sh -c 'echo ready; read -r line; echo "got $line"; exit 22'
t_await_line "$T/screen" ready
printf '\032hello\n' >&9
on_terminal_end
t_is "^Z does not stop the container" "$CODE" 22
t_done
