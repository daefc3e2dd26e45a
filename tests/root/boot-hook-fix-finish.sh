#!/bin/bash
#
# What boot and shutdown execute one at a time: S6_STAGE2_HOOK, fix-attrs.d, cont-finish.d.
# shellcheck disable=SC2034,SC2016 # NS_ENV is nsboot.sh's; expanded inside
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/boot.sh"

boot_root
printf '#!/bin/sh\necho "hook $# $RC_NAME$FOO $PWD"; read -r line; echo "read $line"; echo 1 >/out/hooked\nexit ${H:-0}\n' >"$R/hook"
chmod 755 "$R/hook"
boot_script 10 'test -e /out/hooked && echo after the hook'
NS_ENV=(FOO=bar S6_VERBOSITY=1 "S6_STAGE2_HOOK=/ho[o]k ; '\$FOO'")
boot_life echo CMD
t_is "words are cut at blanks and matched, not interpreted; PATH alone, in /, before all scripts" \
	"$CODE $OUT" $'0 hook 2  /\nread \nafter the hook\nCMD'
NS_ENV=(S6_VERBOSITY=2 S6_STAGE2_HOOK=true)
boot_life true
t_like "one that succeeds is told from verbosity 2 on" "$OUT" '^hexad: info: the hook exited 0$'
NS_ENV=(S6_STAGE2_HOOK=/nosuch S6_VERBOSITY=1)
boot_life echo CMD
t_like "one that fails is warned about" "$OUT" '^hexad: warning: the hook exited 127, going on$'
t_is "and does no harm" "$CODE $(tail -n 1 <<<"$OUT")" "0 CMD"
NS_ENV+=(S6_BEHAVIOUR_IF_STAGE2_FAILS=2)
boot_life echo CMD
t_is "but with S6_BEHAVIOUR_IF_STAGE2_FAILS=2 its code is the container's" "$CODE $(grep -c CMD <<<"$OUT")" "127 0"
NS_ENV=(S6_VERBOSITY=1 "S6_STAGE2_HOOK=cp /fails /run/s6/container_environment/S6_BEHAVIOUR_IF_STAGE2_FAILS")
printf 2 >"$R/fails"
boot_script 10 'exit 3'
boot_life echo CMD
t_is "a variable that the hook writes counts from then on" "$CODE $(grep -c CMD <<<"$OUT")" "1 0"
NS_ENV=(S6_VERBOSITY=1 "S6_STAGE2_HOOK=sleep 100")
boot_start echo CMD
hook_runs() {
	ns_exec pgrep -x sleep
}
t_ok "a hook that takes long is told of a stop" t_await 10 hook_runs
ns_signal TERM
boot_end
t_is "and nothing else is begun" "$CODE $OUT" "0 "

boot_root
mkdir -p "$R/etc/fix-attrs.d" "$R/d/sub" "$R/d/.hid"
touch "$R/d/f" "$R/d/sub/g" "$R/d/.hid/h"
ln -s /etc/passwd "$R/d/link"
printf '/d true nobody,1:2 0640 0750\n/d/f false nosuch,123:456 0604 0700' >"$R/etc/fix-attrs.d/10"
printf '/nosuch false root 0600 0700\n/d/f false root 0600 0700\n' >"$R/etc/fix-attrs.d/20"
boot_script 10 'stat -c "%n %u:%g %a" /d /d/f /d/sub /d/sub/g /d/.hid /etc/passwd'
before=$(stat -c '%u:%g %a' "$R/etc/passwd")
NS_ENV=(S6_VERBOSITY=0)
boot_life echo CMD
t_is "fix-attrs.d comes before cont-init.d, descends, follows no link, and stops at a file's first error" \
	"$(grep -v warning <<<"$OUT")" "/d 65534:65534 750
/d/f 123:456 604
/d/sub 65534:65534 750
/d/sub/g 65534:65534 640
/d/.hid 0:0 $(stat -c %a "$R/d/.hid")
/etc/passwd $before
CMD"
t_like "an error is named" "$OUT" "^fix-attrs: warning: /etc/fix-attrs.d/20: line 1: .*'/nosuch'"
NS_ENV=(S6_VERBOSITY=0 S6_FIX_ATTRS_HIDDEN=1 S6_BEHAVIOUR_IF_STAGE2_FAILS=2)
boot_life echo CMD
t_is "with S6_BEHAVIOUR_IF_STAGE2_FAILS=2 the container stops" "$CODE $(grep -c CMD <<<"$OUT")" "1 0"
t_is "S6_FIX_ATTRS_HIDDEN includes hidden entries" "$(stat -c '%u %a' "$R/d/.hid/h")" "65534 640"

boot_root
NS_ENV=(S6_VERBOSITY=2 S6_KILL_GRACETIME=0)
finish_script 20 'echo f20; exit 9'
finish_script 100 'echo "f100 $RC_NAME $(readlink /proc/self/fd/0)"'
boot_life sh -c 'echo CMD; exit 7'
t_is "cont-finish.d runs in the order of bytes, codes do not count, stdin is /dev/null" \
	"$CODE $(grep -v '^s6-rc: ' <<<"$OUT")" \
"7 CMD
cont-finish: info: running /etc/cont-finish.d/100
f100 legacy-cont-init /dev/null
cont-finish: info: running /etc/cont-finish.d/20
f20"
finish_script 100 'echo 33 >/run/s6-linux-init-container-results/exitcode'
boot_life sh -c 'exit 7'
t_is "the code it writes is the container's" "$CODE" 33
NS_ENV=(S6_VERBOSITY=1 S6_KILL_GRACETIME=0 S6_KILL_FINISH_MAXTIME=300)
finish_script 100 'exec sleep 30'
boot_life sh -c 'exit 7'
t_is "a script that takes longer than S6_KILL_FINISH_MAXTIME is killed, and the next one runs" \
	"$CODE $(grep -v Killed <<<"$OUT")" \
	$'7 hexad: warning: \'/etc/cont-finish.d/100\' did not end in time, killing it\nf20'
# One second of work in spite of a kill grace time of none: nobody outside counts here.
NS_ENV=(S6_VERBOSITY=1 S6_KILL_GRACETIME=0)
finish_script 100 'sleep 1; echo done'
boot_life sh -c 'exit 7'
t_is "it may take its time when no signal began the stop" "$CODE $OUT" $'7 done\nf20'
printf '[shutdown]\ngrace_ms = 300\n' >"$R/etc/hexad.ini"
finish_script 100 'exec sleep 30'
boot_start sh -c 'echo up; exec sleep 99'
t_await_line "$NS_LOG" '^up'
ns_signal TERM
boot_end
t_like "but not more than the budget when one did" "$OUT" "^hexad: warning: '/etc/cont-finish.d/100' did not end in time, killing it"
t_is "the code is that of a stop" "$CODE" 0
rm "$R/etc/hexad.ini"
boot_script 10 'exit 3'
NS_ENV=(S6_VERBOSITY=1 S6_BEHAVIOUR_IF_STAGE2_FAILS=2)
boot_life echo CMD
t_is "where cont-init.d did not come to its end there is nothing to finish" \
	"$CODE $(grep -cE 'f20|CMD' <<<"$OUT")" "1 0"
t_done
