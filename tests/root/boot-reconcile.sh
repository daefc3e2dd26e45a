#!/bin/bash
#
# Reconcile as a phase of boot: before the main program, never in its way, not in a dashboard's container.
# shellcheck disable=SC2034 # NS_ENV is nsboot.sh's
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/boot.sh"

ini() {
	cat >"$R/etc/hexad.ini" <<INI
[app]
user = ${1:-app}
home = /home/app
login_home = /home/app
[supervisor]
scandir_owner = app
[profiles]
command = /usr/local/bin/gateway -p %p run
command_default = /usr/local/bin/gateway run
skip_when_command = dashboard
INI
}

new_home() {
	boot_root
	NS_ENV=(S6_VERBOSITY=1)
	ini
	printf '#!/bin/sh\nexec sleep 1000\n' >"$R/gateway"
	mkdir -p "$R/usr/local/bin"
	mv "$R/gateway" "$R/usr/local/bin/gateway"
	chmod 755 "$R/usr/local/bin/gateway"
	for row in a:running b:stopped; do
		mkdir -p "$R/home/app/profiles/${row%:*}"
		echo soul >"$R/home/app/profiles/${row%:*}/SOUL.md"
		echo "{\"gateway_state\":\"${row#*:}\"}" >"$R/home/app/profiles/${row%:*}/gateway_state.json"
	done
	chown -R 10000:10000 "$R/home/app"
}

LOG=home/app/logs/container-boot.log
slots='cd /run/service && ls'
new_home
boot_life sh -c 's6-svstat -o up,normallyup /run/service/gateway-a /run/service/gateway-b 2>/dev/null
	for p in a b default; do s6-svstat -o normallyup /run/service/gateway-$p; done; exit 8'
t_is "slots are supervised when the main program begins, as their states say" \
	"$CODE $(grep -E '^(true|false)$' <<<"$OUT" | tr '\n' ' ')" \
	"8 true false false "
t_is "one line for each on the console" "$(grep '^reconcile: ' <<<"$OUT")" \
	"reconcile: profile=default prior_state=None action=registered
reconcile: profile=a prior_state=running action=started
reconcile: profile=b prior_state=stopped action=registered"
t_is "and in the boot log, the application's" "$(stat -c %u "$R/$LOG") $(grep -c . "$R/$LOG")" "10000 3"

boot_script 1 'ls /run/service'
boot_life true
t_is "the next start makes them anew, after the scripts" \
	"$CODE $(grep -c gateway- <<<"$OUT") $(grep -c . "$R/$LOG")" "0 0 6"

new_home
boot_life sh -c "$slots" dashboard
t_is "words that only contain the command's name do not count" "$(grep -c ^gateway- <<<"$OUT")" 3
boot_before 'exec "$@"'
printf '#!/bin/sh\ncd /run/service && ls\n' >"$R/usr/local/bin/dashboard"
chmod 755 "$R/usr/local/bin/dashboard"
rm "$R/$LOG"
boot_life dashboard
t_is "a dashboard's container gets no slots, and one line about it" \
	"$CODE $(grep -c ^gateway- <<<"$OUT") $(grep -c '^hexad: info: reconcile: skipped' <<<"$OUT")" "0 0 1"
t_fails "nor a line in the boot log" test -e "$R/$LOG"

new_home
ini nobody-here
boot_life sh -c "$slots; exit 4"
t_is "an unknown user: a warning, and the main program runs" "$CODE $(grep -c 'reconcile failed' <<<"$OUT")" "4 1"
new_home
rm "$R/etc/hexad.ini"
boot_life sh -c "$slots; exit 4"
t_is "no application user: no reconcile, no word" "$CODE $OUT" "4 "
new_home
chmod 700 "$R/home/app"
chown 0:0 "$R/home/app"
boot_life sh -c "$slots; exit 4"
t_is "a home that cannot be read: a warning, and the main program runs" \
	"$CODE $(grep -c 'reconcile failed' <<<"$OUT")" "4 1"

new_home
mkdir -m 700 "$R/home/app/logs"
boot_life sh -c "$slots; exit 4"
t_is "a boot log that cannot be written: a warning, slots and main program are there" \
	"$CODE $(grep -c 'boot log' <<<"$OUT" | sed 's/[1-9]/some/') $(grep -c ^gateway- <<<"$OUT")" "4 some 3"

# A profile that cannot be had is one line; the scan directory keeps what was there under its name.
new_home
boot_script 1 'mkdir /run/service/gateway-b; echo mine >/run/service/gateway-b/mark'
boot_life sh -c 'cat /run/service/gateway-b/mark; ls -A /run/service | grep -c "^\.gateway"; exit 4'
t_is "a slot that is there already stays" "$CODE $(grep -E '^(mine|0)$' <<<"$OUT" | tr '\n' ' ')" "4 mine 0 "

new_home
mkfifo "$R/out/gate"
boot_script 1 'echo >/out/begun; read -r _ </out/gate'
boot_start sh -c 'exit 6'
t_await 10 test -e "$R/out/begun"
ns_signal SEGV
t_await_line "$NS_LOG" '^hexad: warning: took over after a fault'
echo go >"$R/out/gate"
boot_end
t_is "a fault on the way: the pass is made, once" "$CODE $(grep -c '^reconcile: profile=a ' <<<"$OUT")" "6 1"
t_done
