#!/bin/bash
#
# The main program's exit code is the container's.
# timeout: 400
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/engine.sh"

C_IMAGE=$IMAGE
# All of them, a few at a time.
one() {
	docker run --rm --network "$C_NET" "$IMAGE" sh -c "exit $1" >/dev/null 2>&1 </dev/null
	[ $? = "$1" ] || echo "$1"
}
export -f one
export IMAGE
t_is "each of the 256 exit codes" "$(seq 0 255 | xargs -P 4 -I % bash -c 'one %')" ""
t_code "a main program killed by SIGKILL" 137 c_run -- sh -c 'kill -KILL $$'
t_code "a main program killed by SIGSEGV" 139 c_run -- sh -c 'kill -SEGV $$'
t_code "a main program that does not exist" 127 c_run -- no-such-program
t_code "a main program that may not be executed" 126 c_run -- /etc/passwd
t_is "the main program's output reaches the engine" "$(c_run -- sh -c 'echo out; echo err >&2' 2>/dev/null)" out
t_is "its working directory is the engine's" "$(c_run -w /var/tmp -- pwd)" /var/tmp
t_is "its standard input is the engine's" \
	"$(echo words | docker run --rm -i --network "$C_NET" "$IMAGE" cat)" words
t_done
