#!/bin/bash
#
# At shutdown a logger is not signalled: it ends with its pipe, after the service's last words.
# shellcheck disable=SC2034 # NS_ENV is nsboot.sh's
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/boot.sh"

boot_root
boot_slot web 'trap "i=0; while [ \$i -lt 2000 ]; do echo line \$i; i=\$((i+1)); done; echo last words; exit 0" TERM
echo first words
while :; do sleep 0.05; done' 'exec cat >>/out/web.log'
# A logger that reads slowly, and that would die of SIGTERM in the middle.
boot_slot slow 'trap "seq 1 300; echo last words; exit 0" TERM
echo first words
while :; do sleep 0.05; done' 'while read -r l; do echo "$l"; [ "$l" != 100 ] || sleep 0.5; done >>/out/slow.log'
boot_start
t_await_line "$R/out/web.log" 'first words'
t_await_line "$R/out/slow.log" 'first words'
ns_signal TERM
boot_end
t_is "the container ends by itself" "$CODE" 0
t_is "the last line is on disk" "$(tail -n 1 "$R/out/web.log")" "last words"
t_is "and every line before it" "$(grep -c ^line "$R/out/web.log")" 2000
t_is "a slow logger is waited for" \
	"$(tail -n 1 "$R/out/slow.log") $(grep -c '^[0-9]' "$R/out/slow.log")" "last words 300"
t_is "nobody was killed" "$(grep -c 'did not end' <<<"$OUT")" 0

# With the budget spent the loggers still get the end of the file before anything happens to them.
boot_root
NS_ENV=(S6_KILL_GRACETIME=300 S6_SERVICES_GRACETIME=300)
boot_slot web 'trap "echo still here" TERM; echo first words; while :; do sleep 0.05; done' \
	'cat >>/out/web.log; echo end >>/out/web.log'
boot_start
t_await_line "$R/out/web.log" 'first words'
ns_signal TERM
boot_end
t_is "a killed service's logger ends by itself" "$(tail -n 2 "$R/out/web.log")" $'still here\nend'
t_done
