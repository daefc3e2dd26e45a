#!/bin/bash
#
# Definitions with errors, so no service graph: cont-finish.d still runs at the stop, and the exit code is as ever.
# shellcheck disable=SC2034,SC2016 # NS_ENV is nsboot.sh's; expanded inside
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/boot.sh"
. "$(dirname "$0")/../lib/bootrc.sh"

waits='until [ -e /out/go ]; do sleep 0.02; done'

# bad [VARIABLE=VALUE...]: a cycle and an unknown name, two scripts of cont-finish.d, the first of which is told when to end
bad() {
	rc_root
	oneshot a 'echo A'
	after a a nosuch
	boot_script 1 'echo CONT-INIT'
	mk /etc/cont-finish.d/1 "#!/bin/sh\necho first; : >/out/first; $waits\n"
	mk /etc/cont-finish.d/2 '#!/bin/sh\necho second\n'
	chmod 1777 "$R/out"
	NS_ENV=(S6_VERBOSITY=1 "$@")
}

said() {
	grep -E '^(CONT-INIT|A|first|second|CMD)$|killing' <<<"$OUT" | tr '\n' ' '
}

# A life up to the stop: the container stays, so that somebody can look.
stays() {
	boot_start echo CMD
	t_await_line "$NS_LOG" 'no service is started'
	ns_exec true
}

bad
touch "$R/out/go"
stays
ns_signal TERM
boot_end
t_is "SIGTERM: each script once, 0" "$CODE $(said)" "0 first second "

bad S6_BEHAVIOUR_IF_STAGE2_FAILS=2
touch "$R/out/go"
boot_life echo CMD
t_is "behaviour 2: the same, 1" "$CODE $(said)" "1 first second "

bad S6_BEHAVIOUR_IF_STAGE2_FAILS=2
touch "$R/out/go"
mk /etc/cont-finish.d/2 '#!/bin/sh\necho second; echo 33 >/run/s6-linux-init-container-results/exitcode\n'
boot_life echo CMD
t_is "a script can set another code" "$CODE $(said)" "33 first second "

bad
stays
ns_signal TERM
t_await 20 test -e "$R/out/first"
ns_signal SEGV
t_await_line "$NS_LOG" 'took over after a fault'
touch "$R/out/go"
boot_end
t_is "a fault in between: each once all the same" "$CODE $(said)" "0 first second "

bad
printf '[shutdown]\ngrace_ms = 1500\n' >"$R/etc/hexad.ini"
NS_ENV+=(S6_SERVICES_GRACETIME=1500)
stays
ns_signal TERM
boot_end
t_is "a script that does not end, when somebody outside waits" "$CODE $(said)" \
	"0 first hexad: warning: '/etc/cont-finish.d/1' did not end in time, killing it second "

bad
printf '[shutdown]\ngrace_ms = 100\n' >"$R/etc/hexad.ini"
NS_ENV+=(S6_SERVICES_GRACETIME=100)
mk /etc/cont-finish.d/1 '#!/bin/sh\necho first; sleep 1.5; echo and later\n'
stays
ns_exec /run/s6/basedir/bin/halt
boot_end
t_is "nobody does: it has the time that it wants" "$CODE $(said)$(grep -c '^and later' <<<"$OUT")" "0 first second 1"

bad
stays
ns_signal TERM
t_await 20 test -e "$R/out/first"
ns_signal TERM
boot_end
t_is "a second signal leaves it a second" "$CODE $(said)" \
	"0 first hexad: warning: '/etc/cont-finish.d/1' did not end in time, killing it second "

# No memory or no process for a graph: cont-init.d runs all the same, and cont-finish.d behind it.
none='no service of s6-rc.d or services.d can be started'
rc_root
boot_script 1 'echo CONT-INIT'
mk /etc/cont-finish.d/1 '#!/bin/sh\necho first\n'
for n in 1 2 3 4 5; do
	NS_ENV=(S6_VERBOSITY=1)
	boot_inject "$n" 11
	boot_life sh -c 'echo CMD; exit 6'
	grep -q "$none" <<<"$OUT" && break
done
t_is "without a graph" "$CODE $(said)" "6 CONT-INIT CMD first "
t_is "for want of it alone" "$(grep -c "$none" <<<"$OUT")" 1
t_done
