#!/bin/bash
#
# s6-rc.d: dependencies first, in parallel where the graph allows it, the reverse on the way down; what is started at all.
# timeout: 240
# shellcheck disable=SC2034 # NS_ENV is nsboot.sh's
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/boot.sh"
. "$(dirname "$0")/../lib/bootrc.sh"

rc_root
for i in c b a; do
	oneshot $i "echo up-$i\n" "echo down-$i"
done
after b a
after c b
rm "$R"/etc/s6-overlay/user-bundles.d/user/contents.d/{a,b}
oneshot unused 'echo unused\n'
rm "$R"/etc/s6-overlay/user-bundles.d/user/contents.d/unused
boot_life sh -c 'echo CMD; exit 4'
t_is "up in order, the main program, down in reverse; its code" "$CODE $OUT" \
	$'4 up-a\nup-b\nup-c\nCMD\ndown-c\ndown-b\ndown-a'

# Each waits for all the others: only in parallel does anything go on.
rc_root
for i in 1 2 3 4 5 6; do
	oneshot "p$i" "/meet $i"
done
mk /meet '#!/bin/sh\n: >/out/$1\nuntil [ -e /out/1 ] && [ -e /out/2 ] && [ -e /out/3 ] && [ -e /out/4 ] && [ -e /out/5 ] && [ -e /out/6 ]
do sleep 0.02; done\n'
boot_life echo CMD
t_is "independent ones run in parallel" "$CODE $OUT" "0 CMD"

# base: cont-init.d first where that is asked for, beside it where not.
rc_root
oneshot early '/early'
mk /early '#!/bin/sh\necho EARLY; : >/out/early\n'
oneshot late 'echo AFTERBASE'
after late base
boot_script 1 'until [ -e /out/early ]; do sleep 0.02; done; echo CI'
boot_life echo CMD
t_is "without base a service starts beside cont-init.d, with it behind it" "$OUT" $'EARLY\nCI\nAFTERBASE\nCMD'

rc_root
oneshot u 'sh -c "test -d /run/s6/legacy-services/m && echo U2"'
rm "$R"/etc/s6-overlay/user-bundles.d/user/contents.d/u
after u legacy-services
mk U2/u ''
mk /etc/services.d/m/run '#!/bin/sh\nexec sleep 1000\n'
boot_life echo CMD
t_is "user2 can wait for services.d" "$OUT" $'U2\nCMD'

# The old layout: user is a directory of s6-rc.d, without a type, and the bundle directory does not count.
rc_root
mk S/user/contents.d/o ''
oneshot o 'echo OLDLAYOUT'
oneshot ignored 'echo IGNORED'
NS_ENV=(S6_VERBOSITY=1)
boot_life echo CMD
t_is "the old layout" "$(grep -v '^hexad:' <<<"$OUT")" $'OLDLAYOUT\nCMD'
t_like "is said to be old" "$OUT" "^hexad: warning: '/etc/s6-overlay/s6-rc.d/user' is the old place of this bundle"
t_ok "nothing is written below /etc" test ! -e "$R/etc/s6-overlay/s6-rc.d/user/type" -a ! -e "$R/etc/s6-overlay/s6-rc.d/user2"

rc_root
NS_ENV=(S6_VERBOSITY=0 S6_RUNTIME_PROFILE=alt)
oneshot o 'echo DEFAULT'
mkdir -p "$R/etc/cont-profile.d/alt"
cp -R "$R/etc/s6-overlay" "$R/etc/cont-profile.d/alt"
echo 'echo PROFILE' >"$R/etc/cont-profile.d/alt/s6-overlay/s6-rc.d/o/up"
boot_life true
t_is "S6_RUNTIME_PROFILE has sources of its own" "$OUT" PROFILE
NS_ENV=(S6_VERBOSITY=0 S6_RUNTIME_BUNDLEDIR=/bd)
mk /bd/user/contents.d/p ''
mk S/p/type oneshot
mk S/p/up 'echo BUNDLEDIR'
boot_life true
t_is "S6_RUNTIME_BUNDLEDIR has other members" "$OUT" BUNDLEDIR

# Fifty longruns, each ready only when it says so, with dependencies.
rc_root
for i in $(seq 1 50); do
	longrun "s$i" "echo s$i >>/out/order; echo >&3; exec 3>&-; exec sleep 1000"
	mk "S/s$i/notification-fd" '3\n'
	[ "$i" -le 5 ] || after "s$i" "s$((i - 5))"
	[ $((i % 7)) != 0 ] || after "s$i" "s$((i - 1))"
done
chmod 1777 "$R/out"
# shellcheck disable=SC2016
boot_start sh -c 'n=0; for s in /run/service/s*; do [ "$(s6-svstat -o ready "$s")" = true ] && n=$((n + 1)); done; echo $n ready'
boot_end 60
t_is "fifty services with dependencies are ready before the main program" "$CODE $OUT" "0 50 ready"
in_order() {
	awk '{ at[$1] = NR } END {
		for (i = 1; i <= 50; i++) {
			if (!at["s" i]) { print "s" i " is missing"; exit }
			if (i > 5 && at["s" i] < at["s" (i - 5)]) print "s" i " before s" (i - 5)
			if (i % 7 == 0 && at["s" i] < at["s" (i - 1)]) print "s" i " before s" (i - 1)
		}
	}' "$R/out/order"
}
t_is "each after what it depends on" "$(in_order)" ""
t_done
