#!/bin/bash
#
# Orphans of services, scripts and the main program are collected at once.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/boot.sh"

boot_root
# The FIFO's end of file comes when the last orphan has ended.
boot_life sh -c 'mkfifo /out/f
	for i in 1 2 3 4 5 6 7 8 9 10; do ( (exec sleep 0.1 >/out/f) & ) & done
	cat /out/f; wait
	while grep -hs "^State:.Z" /proc/[0-9]*/status >/out/z; do [ "$((n += 1))" -lt 500 ] || break; sleep 0.02; done
	cat /out/z; exit 5'
t_is "no zombie stays" "$CODE $OUT" "5 "
boot_script 1 '(sleep 0.1 &)'
boot_life sh -c '
	while ps -o comm= -e | grep -q "sleep <defunct>"; do [ "$((n += 1))" -lt 500 ] || exit 9; sleep 0.02; done; exit 5'
t_is "nor one of a boot script" "$CODE" 5
t_done
