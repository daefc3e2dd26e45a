#!/bin/bash
#
# The main program's exit code is the container's, each of the 256; 128 + n when signal n ended it.
# timeout: 300
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/boot.sh"

boot_root
# 256 lives in one root, each in a namespace of its own.
boot_before 'for want in $(seq 0 255); do
	unshare --fork --pid --mount --propagation private sh -c "mount -t proc proc /proc &&
		mount -t tmpfs tmpfs /run &&
		exec /command/init sh -c \"exit $want\""
	code=$?
	[ "$code" = "$want" ] && echo right || echo "$want became $code"
done
exit 0'
boot_start
boot_end 200
t_is "all 256 exit codes arrive" "$(grep -v '^right$' <<<"$OUT") $(grep -c '^right$' <<<"$OUT")" " 256"
boot_root
for sig in 1 2 6 9 15; do
	boot_life sh -c "kill -$sig \$\$"
	t_is "death by signal $sig" "$CODE" $((128 + sig))
done
boot_life sh -c 'cat /run/s6-linux-init-container-results/exitcode; exit 3'
t_is "the exitcode file is 0 before the end" "$OUT" 0
boot_life sh -c 'echo 42 >/run/s6-linux-init-container-results/exitcode; exit 7'
t_is "the main program's end is the last to write it" "$CODE" 7
boot_life sh -c 'rm -r /run/s6-linux-init-container-results; exit 7'
t_is "a removed results directory loses nothing" "$CODE" 7

# A service's finish script runs after the main program has ended, so it has the last word.
boot_slot web 'trap "exit 0" TERM; echo up >/out/web; while :; do sleep 0.1; done'
for row in '9 9' '010 10' '300 44' '256 0' 'abc 100' '-1 100' '0x10 100' '4294967296 100'; do
	printf '#!/bin/sh\nprintf "%%s \\n" "%s" >/run/s6-linux-init-container-results/exitcode\n' "${row% *}" \
		>"$R/slots/web/finish"
	chmod 755 "$R/slots/web/finish"
	rm -f "$R/out/web"
	boot_life sh -c 'until [ -e /out/web ]; do sleep 0.02; done; exit 5'
	t_is "a finish script that writes ${row% *} wins" "$CODE" "${row#* }"
done
: >"$R/slots/web/finish"
printf '#!/bin/sh\n: >/run/s6-linux-init-container-results/exitcode\n' >"$R/slots/web/finish"
rm -f "$R/out/web"
boot_life sh -c 'until [ -e /out/web ]; do sleep 0.02; done; exit 5'
t_is "an emptied file means 0" "$CODE" 0
t_done
