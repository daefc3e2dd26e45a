#!/bin/bash
# timeout: 300
# The application's own client, of the oldest and of the newest kind, and svctl, each as the application user in a container of
# its own: every step works at once, nothing is tried again, nobody waits between two steps.
# shellcheck disable=SC2034 # NS_ENV is nsboot.sh's
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/boot.sh"

H=$R/home/app
new_home() {
	boot_root
	NS_ENV=(S6_VERBOSITY=1 APP_HOME=/home/app)
	boot_app_ini <<-INI
		[supervisor]
		$1
		[profiles]
		command = /usr/local/bin/gateway -p %p run
		command_default = /usr/local/bin/gateway run
		park_exit_codes = 0, 78
		watch_ms = 0
	INI
	mkdir -p "$R/usr/local/bin" "$H/profiles/old"
	# Ends with 0 where the stop is meant, with 1 where it is not, as the application does.
	cat >"$R/usr/local/bin/gateway" <<-'END'
		#!/bin/sh
		home=/home/app
		[ "$1" != -p ] || home=/home/app/profiles/$2
		last() { kill $!; if [ -e "$home/.gateway-planned-stop.json" ]; then exit 0; else exit 1; fi; }
		trap last TERM
		echo "gateway $* as $(id -u) in $HOME"
		sleep 1000 &
		wait
	END
	chmod 755 "$R/usr/local/bin/gateway"
	touch "$H/profiles/old/SOUL.md"
	echo '{"gateway_state":"running"}' >"$H/profiles/old/gateway_state.json"
	mkdir "$H/profiles/mail"
	touch "$H/profiles/mail/SOUL.md"
	chown -R 10000:10000 "$H"
	cp "$T_ROOT/tests/lib/client.py" "$R/client.py"
	boot_start sleep 1000
	"$B/await" line 15 "$NS_LOG" '^reconcile: profile=default ' >/dev/null
	t_await 15 ns_app s6-svok /run/service/gateway-old
}
# Profiles without a directory have no state to write down.
hurried() { client --home '' --hurry "$@"; }
client() { ns_app python3 /client.py --era "$era" --home /home/app "$@" 2>&1; }
# step WANT WORD...: what the client prints
step() { t_is "$era: ${*:2}" "$(client "${@:2}")" "$1"; }
state() { ns_app s6-svstat -o up,wantedup "/run/service/gateway-$1" 2>&1; }

for era in seed newest; do
	new_home "scandir_owner = app"
	step "s6 (container supervisor)" detect
	step "default mail old" list
	step true running old
	step false running default
	step "" unregister mail
	step "default old" list
	step "" register mail
	step true running mail
	step "" stop mail
	t_await 10 test "$(state mail)" = "false false"
	step false running mail
	step "" start mail
	step true running mail
	pid=$(client pid mail)
	t_ok "$era: it is the process that s6-svstat says" ns_exec kill -0 "$pid"
	t_is "$era: and the application user's" "$(ns_exec stat -c %u "/proc/$pid")" 10000
	step "" restart mail
	changed() { [ "$(client pid mail)" -gt 0 ] && [ "$(client pid mail)" != "$pid" ]; }
	t_ok "$era: a restart is one" t_await 15 changed
	step "default mail old" list
	step "" unregister mail
	step "" unregister mail
	step "default old" list
	t_is "$era: nothing runs for it any more" "$(ns_exec pgrep -fc 'gateway -p mail')" 0
	for bad in Mail ../x -x _x 'a b' a.b ''; do
		t_fails "$era: the name '$bad' is refused" client register "$bad"
	done
	# Again and again, without a pause: the races of the scan and of the prune.
	odd=
	for i in 1 2 3 4 5 6 7 8; do
		odd+=$(hurried register-down "p$i" && hurried start "p$i" && hurried running "p$i" |
			grep -v '^true$'; hurried unregister "p$i")
		odd+=$(hurried register same && hurried running same | grep -v '^true$'; hurried unregister same)
	done
	t_is "$era: register, start, running, unregister, 16 times in a hurry" "$odd" ""
	step "default old" list
	t_is "$era: the scan directory holds nothing else" "$(ns_exec ls -A /run/service | xargs)" ".s6-svscan gateway-default gateway-old"
	t_ok "$era: logs are the application user's" grep -q 'gateway -p mail run as 10000 in /home/app' "$H/logs/gateways/mail/current"
	t_ok "$era: and are on the console too" grep -q 'gateway -p mail run as 10000 in /home/app' "$NS_LOG"
	t_fails "$era: without a fault" grep -q 'took over after a fault' "$NS_LOG"
	ns_stop
done

# The default: the scan directory is root's, and the application asks through the socket.
era=native
new_home "; nothing"
app() { ns_app "$@" 2>&1; }
t_is "the scan directory is root's" "$(ns_exec stat -c '%u %a' /run/service /run/service/.s6-svscan | xargs)" "0 755 0 755"
t_fails "the application makes nothing in it" ns_app mkdir /run/service/mine
t_fails "and takes nothing away" ns_app mv /run/service/gateway-old /run/service/away
t_is "svctl list" "$(app svctl list | xargs)" "default mail old"
t_like "unregister" "$(app svctl unregister mail)" '^gateway-mail is unregistered$'
t_fails "its directory is gone" ns_exec test -e /run/service/gateway-mail
t_like "register" "$(app svctl register mail)" '^gateway-mail is registered and up \(pid [0-9]+\)$'
t_is "the slot is the application user's" "$(ns_exec stat -c %u /run/service/gateway-mail)" 10000
t_like "stop" "$(app svctl stop mail)" '^gateway-mail is down$'
t_is "it was meant, which the application has seen" "$(app s6-svstat -o exitcode,wantedup /run/service/gateway-mail)" "0 false"
t_like "start" "$(app svctl start mail)" '^gateway-mail is up \(pid [0-9]+\)$'
pid=$(app s6-svstat -o pid /run/service/gateway-mail)
t_like "restart" "$(app svctl restart mail)" '^gateway-mail is up \(pid [0-9]+\)$'
t_ok "is another process" test "$(app s6-svstat -o pid /run/service/gateway-mail)" != "$pid"
t_ok "s6 commands control it too" ns_app s6-svc -wd -T 5000 -d /run/service/gateway-mail
t_ok "and what was done last is written down" t_await 10 grep -q '"desired_state": *"stopped"' "$H/profiles/mail/.hexad-intent.json"
t_like "register again" "$(app svctl register mail)" '^gateway-mail is registered already$'
t_like "a stranger may not" "$(ns_enter setpriv --reuid 10002 --regid 10002 --clear-groups svctl register x 2>&1)" 'refused: '
t_like "the application may not end the container" "$(app svctl shutdown)" 'refused: '
ns_stop
boot_start sleep 1000
t_await 15 ns_app s6-svok /run/service/gateway-mail
t_is "after a stop and a start each is as it was wanted" "$(for p in default mail old; do state $p; done | cut -d ' ' -f 2 | xargs)" \
	"false false true"
ns_stop
t_done
