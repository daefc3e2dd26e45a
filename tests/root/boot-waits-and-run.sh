#!/bin/bash
#
# What comes before all else: descriptors that are waited for, a /var/run that is no link, a second /init.
# shellcheck disable=SC2034,SC2016 # NS_ENV is nsboot.sh's; expanded inside
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/boot.sh"

boot_root
NS_ENV=(S6_VERBOSITY=1 S6_WAIT_FOR_CLOSING_FD=7)
# The writer says so right before it lets go; whoever did not wait for it would be earlier.
writer() {
	boot_before "mkfifo /g; (exec >/g; sleep 0.3; echo writer >&2; $1) & exec $2</g; exec \"\$@\""
}
writer : 7
boot_life sh -c 'echo main; ls -l /proc/1/fd | grep -c " /g$"'
t_is "the end of S6_WAIT_FOR_CLOSING_FD is waited for, and it is closed" "$OUT" $'writer\nmain\n0'
rm "$R/g"
writer 'printf x; sleep 100' 7
boot_life echo main
t_like "a byte is as good" "$OUT" '^hexad: warning: descriptor 7, whose end was waited for, gave a byte instead, going on$'
t_is "and boot goes on" "$(tail -n 1 <<<"$OUT")" main
rm "$R/g"
NS_ENV=(S6_VERBOSITY=1)
writer 'echo a line; sleep 100' 3
boot_life echo main
t_is "descriptor 3 gives a line" "$OUT" $'writer\nmain'

boot_root
NS_ENV=(S6_VERBOSITY=1)
mkdir -p "$R/var/run/old"
boot_life sh -c 'readlink /var/run; test -d /var/run/s6 && echo seen'
t_is "a directory at /var/run becomes a link" "$(grep -v warning <<<"$OUT")" $'/run\nseen'
t_like "which is said" "$OUT" "^hexad: warning: '/var/run' is not '/run', it is replaced by a link$"
boot_life readlink /var/run
t_is "once" "$OUT" /run
rm "$R/var/run"
boot_life readlink /var/run
t_is "one that is missing is made, without a word" "$OUT" /run

boot_life sh -c '/init true; echo $?; test -p /run/service/.s6-svscan/control && echo there'
t_is "a second /init is refused, and nothing is taken from under the first" \
	"$(tail -n 2 <<<"$OUT" | tr '\n' ' ')" "100 there "
boot_life sh -c 'cat /run/s6/workdir; for n in halt poweroff reboot shutdown; do test -x /run/s6/basedir/bin/$n && echo $n; done'
t_is "the files that scripts look for" "$(tr '\n' ' ' <<<"$OUT")" "/ halt poweroff reboot shutdown "
t_done
