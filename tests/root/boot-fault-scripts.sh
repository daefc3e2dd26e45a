#!/bin/bash
#
# A fault in PID 1 while the hook, fix-attrs or a script of cont-finish.d runs, with signals diverted and output logged:
# what runs goes on, its code is known, nothing is done twice.
# shellcheck disable=SC2034,SC2016 # NS_ENV is nsboot.sh's; expanded inside
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/boot.sh"

took_over() {
	t_await_line "$NS_LOG" "took over after a fault .*fault $1"
}
waits='until [ -e /out/go ]; do sleep 0.02; done'

boot_root
printf '#!/bin/sh\necho hook; echo >/out/hook; %s; exit 3\n' "$waits" >"$R/hook"
chmod 755 "$R/hook"
boot_script 1 'echo script'
NS_ENV=(S6_VERBOSITY=1 S6_STAGE2_HOOK=/hook)
boot_start sh -c 'echo main; exit 9'
t_await 10 test -e "$R/out/hook"
ns_signal SEGV
took_over 1
touch "$R/out/go"
boot_end
t_is "in the hook: once, its code is known, the rest follows" \
	"$CODE $(grep -E '^(hook|script|main)|the hook' <<<"$OUT" | tr '\n' ' ')" \
	"9 hook hexad: warning: the hook exited 3, going on script main "

boot_root
mkdir -p "$R/etc/cont-finish.d"
printf '#!/bin/sh\necho first; echo >/out/first; %s\n' "$waits" >"$R/etc/cont-finish.d/1"
printf '#!/bin/sh\necho second\n' >"$R/etc/cont-finish.d/2"
chmod 755 "$R"/etc/cont-finish.d/*
NS_ENV=(S6_VERBOSITY=1)
boot_start sh -c 'echo main; exit 9'
t_await 10 test -e "$R/out/first"
ns_signal BUS
took_over 1
touch "$R/out/go"
boot_end
t_is "in cont-finish.d: each once, and the main program's code" \
	"$CODE $(grep -E '^(main|first|second)$' <<<"$OUT" | tr '\n' ' ')" "9 main first second "

boot_root
NS_ENV=(S6_VERBOSITY=1 S6_CMD_RECEIVE_SIGNALS=1 S6_LOGGING=1)
boot_start sh -c 'trap "echo got it; exit 5" TERM; echo up; while :; do sleep 0.05; done'
t_await_line "$NS_LOG" '^up'
ns_signal SEGV
took_over 1
ns_signal TERM
boot_end
t_is "signals are still the main program's, and its last line comes through the logger" \
	"$CODE $(grep -c '^got it' <<<"$OUT")" "5 1"
t_done
