#!/bin/bash
#
# `docker run -it`: the main program owns the terminal, ^C and job control work, ^Z does not stop the container.
# timeout: 120
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/engine.sh"

C_IMAGE=$IMAGE
mkfifo "$T/keys"
# A client on a terminal of script(1)'s; what is written to descriptor 9 is typed.
on_terminal() {
	local words

	printf -v words ' %q' "$@"
	: >"$T/screen"
	SHELL=$BASH timeout 60 script -qefc "docker run --rm -it --network $C_NET$words" /dev/null \
		<"$T/keys" >"$T/screen" 2>&1 &
	pid=$!
	exec 9>"$T/keys"
}
on_terminal_end() {
	wait "$pid"
	CODE=$?
	exec 9>&-
}
typed() {
	printf '%b' "$1" >&9
}

# What the shell echoes of the typed line is not what the program prints: hence the quotes in the middle.
on_terminal "$IMAGE" bash --norc -i
typed 'sh -c "echo ru""ns 1; exec sleep 1000"\n'
t_await_line "$T/screen" 'runs 1' 30
typed '\003'
typed 'echo back$?\n'
t_ok "^C ends the foreground program, not the shell" t_await_line "$T/screen" 'back130' 20
typed 'sh -c "echo ru""ns 2; exec sleep 1001"\n'
t_await_line "$T/screen" 'runs 2' 20
typed '\032'
t_ok "^Z stops the job, and the shell has job control" t_await_line "$T/screen" '[Ss]topped' 20
typed 'kill %1; fg; exit 23\n'
on_terminal_end
t_is "the shell's code" "$CODE" 23
t_is "no complaint about job control" "$(grep -c 'job control' "$T/screen")" 0

on_terminal "$IMAGE" bash --norc -i
typed "sh -c 'trap \"echo conti\"\"nued\" CONT; echo ru\"\"ns 4; while :; do sleep 0.05; done'\n"
t_await_line "$T/screen" 'runs 4' 30
typed '\032'
t_await_line "$T/screen" '[Ss]topped' 20
typed 'fg\n'
t_ok "fg continues a job" t_await_line "$T/screen" '^continued' 20
typed '\003'
typed 'echo back$?; exit 24\n'
t_ok "and ^C reaches it then" t_await_line "$T/screen" 'back130' 20
on_terminal_end
t_is "the shell goes on" "$CODE" 24

# Prints "in front" if its own group is the terminal's foreground group.
front='read -r _ _ _ _ pg _ _ fg _ </proc/$$/stat; [ "$pg" = "$$" ] && [ "$fg" = "$pg" ] && echo in front; exec sleep 1000'
on_terminal -e "FRONT=$front" -e S6_KEEP_ENV=1 "$IMAGE" s6-setuidgid app sh -c 's6-setsid -f sh -c "$FRONT"; echo "after $?"; exit 25'
t_ok "s6-setsid -f puts a program into the foreground of the terminal" t_await_line "$T/screen" '^in front' 30
typed '\003'
on_terminal_end
t_is "^C is for that one alone" "$CODE $(tr -d '\r' <"$T/screen" | grep -o 'after.*')" "25 after 130"
on_terminal "$IMAGE" s6-setsid -f sh -c "$front"
t_ok "the main program too" t_await_line "$T/screen" '^in front' 30
typed '\003'
on_terminal_end
t_is "which ^C ends" "$CODE" 130

on_terminal "$IMAGE" s6-setsid -b s6-setsid -g sh -c "$front"
t_ok "s6-setsid -g also from the background" t_await_line "$T/screen" '^in front' 30
typed '\034'
on_terminal_end
t_is "^\\ is a signal as well" "$CODE" 131

on_terminal "$IMAGE" sh -c 'echo runs 3; exec sleep 1000'
t_await_line "$T/screen" 'runs 3' 30
typed '\003'
on_terminal_end
t_is "^C to a plain program" "$CODE" 130
on_terminal -e S6_CMD_USE_TERMINAL=1 -e S6_LOGGING=2 "$IMAGE" sh -c 'test -t 1 && test -t 2 && echo on the terminal; exit 5'
on_terminal_end
t_is "S6_CMD_USE_TERMINAL takes output back from the log" "$CODE $(tr -d '\r' <"$T/screen" | tail -n 1)" "5 on the terminal"
t_done
