#!/bin/bash
#
# How the main program is started, where its output goes, and which signals it gets.
# timeout: 200
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/engine.sh"
. "$(dirname "$0")/../lib/lives.sh"

check_arg0() {
	life -e S6_CMD_ARG0=with-contenv -e FOO=bar -- "${as_app[@]}" sh -c 'echo "$FOO, $#: $*"' x 'a  b' ''
	t_life "S6_CMD_ARG0 is put before the words of the main program, which stay as they are" "0 bar, 2: a  b "
	life -e 'S6_CMD_ARG0=echo pre $HOME "q' -- one 'two  three'
	t_life "its own words are cut at blanks, and no shell reads them" '0 pre $HOME "q one two  three'
}

check_arg0_alone() {
	legacy up 'echo booted; exec sleep 1000'
	life_starts -e 'S6_CMD_ARG0=echo CMD' --
	life_comes_to '^booted$'
	docker kill -s WINCH "$C" >/dev/null
	t_ok "S6_CMD_ARG0 alone starts nothing, and the container stays; SIGWINCH does nothing" c_exec svctl status
	docker kill -s TERM "$C" >/dev/null
	life_ends
	t_life "until it is stopped" "0 booted"
}

check_stdin() {
	t_is "the main program reads the container's standard input" \
		"$(printf 'piped\nlast' | docker run --rm -i --network "$C_NET" "$IMAGE" "${as_app[@]}" cat)" $'piped\nlast'
	OUT=$(echo piped | docker run --rm -i --network "$C_NET" -e S6_CMD_RECEIVE_SIGNALS=1 "$IMAGE" "${as_app[@]}" \
		sh -c 'readlink /proc/self/fd/0; grep SigIgn /proc/self/status; cat; cat /run/s6/cmdpid' | tr '\t' ' ')
	# Signal 32, a C library's own, is as whoever started the engine had it.
	t_like "with S6_CMD_RECEIVE_SIGNALS it has /dev/null, SIGINT and SIGQUIT ignored" "$(head -n 2 <<<"$OUT" | paste -sd' ')" \
		'^/dev/null SigIgn: 00000000[08]0000006$'
	t_like "and its pid stands in a file" "$(tail -n +3 <<<"$OUT")" '^[1-9][0-9]*$'
}

check_plain_text() {
	mk /c 'echo NOSHEBANG "$1"; exit 5\n'
	life -- /c 'a  b'
	t_life "a text without an interpreter is the shell's" "5 NOSHEBANG a  b"
}

# What the catch-all logger wrote, after the container's end.
caught() {
	docker cp "$C:/run/uncaught-logs/current" - | tar -xOf -
}

check_logging_1() {
	life_starts -e S6_LOGGING=1 -e S6_CATCHALL_USER=app -- "${as_app[@]}" sh -c 'echo OUT; echo ERR >&2; exit 3'
	life_ends
	t_life "S6_LOGGING=1: all of the output comes on one stream" $'3 OUT\nERR'
	t_is "which is standard error" "$(docker logs "$C" 2>/dev/null)" ""
	t_is "and in the log, to the last line" "$(caught)" $'OUT\nERR'
	t_like "that belongs to whom S6_CATCHALL_USER names" \
		"$(docker cp "$C:/run/uncaught-logs" - | tar -tvf - --numeric-owner)" '^drwxr-s--- 10000/10000 .* uncaught-logs/$'
}

check_logging_2() {
	life_starts -e S6_LOGGING=2 -- "${as_app[@]}" sh -c 'echo OUT; exit 3'
	life_ends
	t_life "S6_LOGGING=2: nothing comes out" "3 "
	t_is "all is in the log" "$(caught)" "OUT"
}

check_logging_user() {
	life -e S6_LOGGING=1 -e S6_CATCHALL_USER=nosuch -- echo CMD
	t_is "a user of the log who does not exist ends the container with 100" "$CODE $(grep -c CMD <<<"$OUT")" "100 0"
	t_like "and is named" "$OUT" "^hexad: fatal: .*nosuch"
}

lives_side_by_side
t_done
