#!/bin/bash
#
# The hook, fix-attrs.d and cont-init.d: order, context, and what a failure of theirs does.
# timeout: 200
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/engine.sh"
. "$(dirname "$0")/../lib/lives.sh"

stops=(-e S6_BEHAVIOUR_IF_STAGE2_FAILS=2)

check_hook_fails() {
	LIFE_FIRST=: life -e S6_STAGE2_HOOK=false -- "${as_app[@]}" echo CMD
	t_life "a hook that fails is warned about and survived" $'0 hexad: warning: the hook exited 1, going on\nCMD'
	life -e S6_STAGE2_HOOK=false "${stops[@]}" -- echo CMD
	t_life "with behaviour 2 it ends the container" "1 hexad: fatal: the hook failed, stopping the container"
	mk /h '#!/bin/sh\nexit 9\n'
	life -e S6_STAGE2_HOOK=/h "${stops[@]}" -- echo CMD
	t_life "and its code is the container's" "9 hexad: fatal: the hook failed, stopping the container"
}

check_hook_words() {
	life -e 'S6_STAGE2_HOOK=echo a; echo "$b"  c' -- true
	t_life "the hook's words are cut at blanks, no shell reads them" '0 a; echo "$b" c'
}

check_init_order() {
	local name

	for name in 20 100 B a .hidden; do
		boot_script "$name" "echo c$name \$#"
	done
	life -- "${as_app[@]}" echo CMD
	t_life "cont-init.d runs in the order of bytes, without what is hidden, then the main program" \
		$'0 c100 0\nc20 0\ncB 0\nca 0\nCMD'
}

check_init_fails() {
	boot_script 1 'exit 3'
	boot_script 2 'echo two'
	life -- "${as_app[@]}" echo CMD
	t_life "a script that fails keeps nobody back" $'0 two\nCMD'
	life -e S6_BEHAVIOUR_IF_STAGE2_FAILS=1 -- "${as_app[@]}" echo CMD
	t_life "with behaviour 1 it is warned about" \
		$'0 two\nhexad: warning: some scripts of cont-init.d failed, going on\nCMD'
	life "${stops[@]}" -- echo CMD
	t_life "with behaviour 2 all scripts run, and the container ends with 1" \
"1 two
hexad: fatal: some scripts of cont-init.d failed, stopping the container
s6-rc: warning: unable to start service legacy-cont-init: command exited 1
hexad: warning: some services could not be brought up
hexad: fatal: stopping the container"
}

check_init_not_executable() {
	mk /etc/cont-init.d/1 '#!/bin/sh\necho x\n' 644
	life "${stops[@]}" -- echo CMD
	t_is "a script that is not executable is named, and has failed" "$CODE $(head -n 1 <<<"$OUT") $(grep -cE '^(x|CMD)' <<<"$OUT")" \
		"1 hexad: fatal: unable to exec '/etc/cont-init.d/1': Permission denied 0"
}

check_init_context() {
	mk /etc/cont-init.d/1 '#!/bin/sh\nenv | grep -v ^PWD= | sort\numask\ncat\n'
	mk /etc/cont-init.d/2 '#!/command/with-contenv sh\necho v=$FOO name=$RC_NAME.\n'
	life -e FOO=bar -- true
	t_life "a script has PATH and RC_NAME, with-contenv the container's environment instead" \
		"0 PATH=/command:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
RC_NAME=legacy-cont-init
0022
v=bar name=."
}

check_init_writes_variables() {
	boot_script 1 'printf new >/run/s6/container_environment/NEWV; : >/run/s6/container_environment/OLDV'
	life -e OLDV=old -- "${as_app[@]}" with-contenv sh -c 'echo "$NEWV ${OLDV-unset}"'
	t_life "a variable that a script writes or empties counts for all that follow" "0 new unset"
}

# The other way round, too: an application's own longrun has its FIFO where its scripts can reach it, before it runs.
check_init_meets_supervisors() {
	longrun l
	owned_by_app /etc/s6-overlay/s6-rc.d/l
	after l base
	boot_script 1 'cd /run/s6-rc/servicedirs/l; stat -c "%F %U %n" supervise/control event; s6-svstat -o up .'
	life -- true
	t_life "when scripts run the longruns have their supervisor, and its owner, but are down" \
		$'0 fifo app supervise/control\ndirectory app event\nfalse'
}

check_fix_attrs() {
	mk /d/f ''
	mk /etc/fix-attrs.d/1 '/d false nobody,1:2 0640 0750\n/d/f false nosuch,123:456 0604 0700\n' 644
	boot_script 1 'stat -c "init %u:%g %a" /d /d/f'
	life -- stat -c '%u:%g %a' /d /d/f
	t_is "fix-attrs.d gives owners, or those to fall back on, and modes, before cont-init.d" \
		"$CODE $(grep -v '^fix-attrs: ' <<<"$OUT")" \
		$'0 init 65534:65534 750\ninit 123:456 604\n65534:65534 750\n123:456 604'
}

check_verbosity() {
	LIFE_FIRST=: life -e S6_VERBOSITY=2 -- "${as_app[@]}" echo CMD
	t_is "from verbosity 2 on each built-in step is told, before and after" "$(sed '/^CMD/q' <<<"$OUT")" \
"s6-rc: info: service fix-attrs: starting
s6-rc: info: service fix-attrs successfully started
s6-rc: info: service legacy-cont-init: starting
s6-rc: info: service legacy-cont-init successfully started
s6-rc: info: service legacy-services: starting
s6-rc: info: service legacy-services successfully started
CMD"
	t_like "at the stop too" "$OUT" '^s6-rc: info: service legacy-cont-init successfully stopped$'
	LIFE_FIRST=: life -e S6_VERBOSITY=abc -- "${as_app[@]}" echo CMD
	t_is "a number that is none counts as the default and is said" "$CODE $(grep -v '^s6-rc' <<<"$OUT")" \
		"0 hexad: warning: S6_VERBOSITY is 'abc', which is not a number: it counts as 2"$'\nCMD'
}

lives_side_by_side
t_done
