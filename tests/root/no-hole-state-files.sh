#!/bin/bash
# timeout: 120
# State files as an application, or somebody with its volume, may leave them: read with limits, by a child that is the application
# user; each such profile is registered down with a warning, the others are as their states say, and the boot goes on.
# shellcheck disable=SC2034 # NS_ENV is nsboot.sh's
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/boot.sh"

H=$R/home/app
boot_root
NS_ENV=(S6_VERBOSITY=1)
boot_app_ini <<'INI'
[profiles]
command = sleep 1000
command_default = sleep 1000
INI
bad="big deep list number text truncated utf8 fifo null dir link rootsown"
for p in $bad good bom; do
	mkdir -p "$H/profiles/$p"
	touch "$H/profiles/$p/SOUL.md"
done
f() { echo "$H/profiles/$1/gateway_state.json"; }
printf '{"gateway_state":"running","x":"' >"$(f big)"
truncate -s 100M "$(f big)"
python3 -c 'print("{\"gateway_state\":\"running\",\"x\":" + "[" * 100000 + "]" * 100000 + "}")' >"$(f deep)"
echo '["running"]' >"$(f list)"
echo '{"desired_state":1,"gateway_state":"running"}' >"$(f number)"
echo 'running' >"$(f text)"
printf '{"gateway_state":"running"' >"$(f truncated)"
printf '{"gateway_state":"runn\xff\xfeing"}' >"$(f utf8)"
mkfifo "$(f fifo)"
mknod -m 666 "$(f null)" c 1 3
mkdir "$(f dir)"
echo '{"gateway_state":"running"}' >"$R/outside"
ln -s /outside "$(f link)"
echo '{"gateway_state":"running"}' >"$(f good)"
printf '\xef\xbb\xbf{"gateway_state":"running"}' >"$(f bom)"
chown -Rh 10000:10000 "$H"
echo '{"gateway_state":"running"}' >"$(f rootsown)"
chown 0:0 "$(f rootsown)"
chmod 600 "$(f rootsown)"
mkdir "$H/profiles/Upper" "$H/profiles/default"
touch "$H/profiles/Upper/SOUL.md" "$H/profiles/default/SOUL.md"
boot_start sh -c 'echo the main program runs; exec sleep 1000'
t_ok "the boot goes on" "$B/await" line 20 "$NS_LOG" '^the main program runs'
for p in good bom; do
	t_is "$p starts" "$(grep "^reconcile: profile=$p " "$NS_LOG")" "reconcile: profile=$p prior_state=running action=started"
done
for p in $bad; do
	t_is "$p is registered down" "$(grep "^reconcile: profile=$p " "$NS_LOG")" "reconcile: profile=$p prior_state=None action=registered"
	t_ok "with a warning" grep -q "^hexad: warning: profile '$p': " "$NS_LOG"
done
t_ok "a name that is none is skipped" grep -q '^reconcile: profile=Upper .*action=skipped' "$NS_LOG"
t_ok "a reserved one with a warning alone" grep -q "warning: profile 'profiles/default': the name is reserved" "$NS_LOG"
t_is "each has one line in the log" "$(grep -c . "$H/logs/container-boot.log")" 16
t_is "PID 1 has stayed small" "$(awk '/^VmHWM/ { print ($2 < 20000) ? "yes" : $0 }' "/proc/$NS_PID/status")" yes
ns_stop
t_done
