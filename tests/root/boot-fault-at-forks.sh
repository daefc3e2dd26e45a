#!/bin/bash
#
# A fault of PID 1 right behind each fork of a whole life: what was forked is known, and nothing is done twice.
# sanitizer: no, some dozen lives take too long
# timeout: 240
# shellcheck disable=SC2034,SC2016 # NS_ENV is nsboot.sh's; expanded inside
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/boot.sh"
. "$(dirname "$0")/../lib/bootrc.sh"

if [ ! -x "$B/fault/hexad" ]; then
	t_fail "there is a hexad to inject faults into" "no $B/fault/hexad: make tests-built"
	t_done
fi

rc_root
cat >"$R/etc/hexad.ini" <<'INI'
[app]
user = app
home = /home/app
[log]
prefix = yes
[profiles]
command = /bin/sleep 1000
command_default = /bin/sleep 1000
[volume]
mkdir = made 0750
INI
mkdir -p "$R/home/app/profiles/a"
echo soul >"$R/home/app/profiles/a/SOUL.md"
chown -R 10000:10000 "$R/home/app"
printf '#!/bin/sh\necho hook\n' >"$R/hook"
chmod 755 "$R/hook"
mk /etc/fix-attrs.d/1 '/nowhere false app 0644 0755\n' 644
boot_script 1 'echo one'
boot_script 2 'echo two'
oneshot o 'echo up' 'echo down'
mk /etc/services.d/s/run '#!/bin/sh\necho service; : >/out/s\nexec sleep 1000\n'
mk /etc/cont-finish.d/1 '#!/bin/sh\necho finish\n'

LOG=$R/home/app/logs/container-boot.log
main='until [ -e /out/s ]; do sleep 0.02; done; echo main; exit 7'
want="7 fix-attrs: fix-attrs: warning: /etc/fix-attrs.d/1: line 1: unable to set owner and mode '/nowhere': No such file or directory
hook: hook
legacy-cont-init: finish
legacy-cont-init: one
legacy-cont-init: two
main
o: down
o: up
reconcile: profile=a prior_state=None action=registered
reconcile: profile=default prior_state=None action=registered
s: service"
life() {
	NS_ENV=(S6_VERBOSITY=0 S6_STAGE2_HOOK=/hook)
	boot_inject "$1" 1000
	rm -f "$LOG" "$R/out/s"
	boot_life sh -c "$main"
	got="$CODE $(grep -v '^hexad: ' <<<"$OUT" | sort)"
}

life 0
t_is "a life without faults" "$got" "$want"
logged=$(grep -o 'profile=.*' "$LOG" | sort)
forks=$(boot_injected 2)
t_comment "figure: $forks forks"
t_ok "forks are counted" test "$forks" -ge 12

took_over=0
for ((n = 1; n <= forks; n++)); do
	life "$n"
	t_is "a fault behind fork $n: each once" "$(boot_injected 5) $got" "1 $want"
	t_is "and in the boot log" "$(grep -o 'profile=.*' "$LOG" | sort)" "$logged"
	grep -q 'took over after a fault' <<<"$OUT" && took_over=$((took_over + 1))
done
# The fork of the main program's holder is none of PID 1's, and comes at another number each time.
t_ok "most were PID 1's" test "$took_over" -ge $((forks / 2))
t_done
