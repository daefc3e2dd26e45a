#!/bin/bash
#
# /etc/cont-init.d: executables, in the order of their bytes, before anything else; a failure is said and survived.
# timeout: 120
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/engine.sh"

mkdir "$T/init.d"
script() {
	printf '#!/bin/sh\n%s\n' "$2" >"$T/init.d/$1"
	chmod 755 "$T/init.d/$1"
}
script 02-second 'echo "script: 02 of $# arguments"'
script 015-between 'echo "script: 015 uid $(id -u)"'
script 01-first 'echo "script: 01 sees $(cat /proc/1/comm)"; sleep 0.2; echo "script: 01 ends"'
script 03-fails 'echo "script: 03"; exit 9'
script 04-reads 'echo "script: 04 read $(wc -c)"'
script 10-last 'test -p /run/service/.s6-svscan/control && echo "script: 10 has a scan directory"'
script 05-not-executable 'echo "script: 05"'
chmod 644 "$T/init.d/05-not-executable"
MAIN='echo "script: main"; exec sleep 100000' c_bg -v "$T/init.d:/etc/cont-init.d:ro"
t_await_line "$C_LOG" '^script: main' 20
t_is "one after the other, in the order of their bytes, then the main program" "$(c_logs | grep '^script: ')" \
'script: 01 sees s6-svscan
script: 01 ends
script: 015 uid 0
script: 02 of 0 arguments
script: 03
script: 04 read 0
script: 10 has a scan directory
script: main'
t_like "a script that fails is named with its code" "$(c_logs)" '03-fails.*(exit|exited|code) .*9'
t_done
