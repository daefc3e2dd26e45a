#!/bin/bash
# register and unregister are done when they answer: supervised at once, gone at once, 200 times out of 200.
# timeout: 180
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/svctl.sh"

s=$HEXAD_SCANDIR
svctl_ini <<'END'
[shutdown]
grace_ms = 500
[profiles]
command = sleep 1000
command_default = sleep 1000
log_script = T
END
t_tree "$s"

# The slot's own scripts need /command, which only an image has: his own run is what an owner may put there.
own_run() {
	printf '#!/bin/sh\n%s\n' "${2:-exec sleep 1000}" >"$s/gateway-$1/run"
	printf '#!/bin/sh\nexec cat\n' >"$s/gateway-$1/log/run"
}

t_is "register --down" "$(svctl_says register mail --down)" "0 gateway-mail is registered, down"
t_ok "it is supervised" s6-svok "$s/gateway-mail"
t_ok "and its logger" s6-svok "$s/gateway-mail/log"
t_ok "nothing else is left" test "$(ls -A "$s")" = $'.s6-svscan\ngateway-mail'
t_is "register again: nothing changes" "$(svctl_says register mail)" "0 gateway-mail is registered already"
t_is "list" "$(svctl_says list)" "0 mail"
t_is "list --json" "$(svctl list --json | tr -d ' \n')" '[{"profile":"mail","service":"gateway-mail"}]'
own_run mail
t_like "start by the slot's name" "$(svctl_says start gateway-mail)" '^0 gateway-mail is up \(pid [0-9]+\)$'
t_like "restart by the profile's name" "$(svctl_says restart mail)" '^0 gateway-mail is up \(pid [0-9]+\)$'
t_is "a service, near a profile's name" "$(svctl_says status mial)" "2 svctl: fatal: no such service 'mial'; did you mean 'mail'?"
t_is "unregister, near another" "$(svctl_says unregister mial)" "2 svctl: fatal: no such profile 'mial'; did you mean 'mail'?"
pid=$(sv_pid "$s/gateway-mail")
log=$(sv_pid "$s/gateway-mail/log")
t_is "unregister" "$(svctl_says unregister mail)" "0 gateway-mail is unregistered"
t_fails "its process is gone" sv_alive "$pid"
t_fails "its logger is gone" sv_alive "$log"
t_is "its directory is gone" "$(ls -A "$s")" .s6-svscan
t_is "unregister again" "$(svctl_says unregister mail)" "2 svctl: fatal: no such profile 'mail'"
t_is "nothing is registered" "$(svctl_says list)" "0 "

long=$(printf 'a%.0s' {1..243})
t_is "an upper case name" "$(svctl_says register Mail | head -c 45)" "100 svctl: fatal: bad profile name 'Mail': a "
for bad in '' ../x -x .x _x a/b 'a b' $'a\n' a. ä "$long"; do
	t_code "refused: '${bad:0:20}'" 100 svctl register -- "$bad"
	t_code "unregister refuses it too: '${bad:0:20}'" 100 svctl unregister -- "$bad"
done
t_is "nothing of that touched the directory" "$(ls -A "$s")" .s6-svscan
t_is "a name of 242 bytes" "$(svctl_says register --down "${long:1}" | cut -c 1-30)" "0 gateway-aaaaaaaaaaaaaaaaaaaa"
t_is "goes again" "$(svctl_says unregister "${long:1}" | cut -c 1-30)" "0 gateway-aaaaaaaaaaaaaaaaaaaa"
t_is "an existing directory is not touched" "$(mkdir "$s/gateway-mine"; svctl_says register mine)" \
	"1 svctl: fatal: 'gateway-mine' is there already, but is not supervised: profile 'mine' is not registered"
t_is "one that was never scanned can be removed" "$(svctl_says unregister mine)" "0 gateway-mine is unregistered"

# What ignores SIGTERM is killed when the grace is over; a client that goes away does not stop it.
svctl register stubborn --down >/dev/null
own_run stubborn "trap '' TERM; exec sleep 1000"
svctl start stubborn >/dev/null
pid=$(sv_pid "$s/gateway-stubborn")
t_code "the client gives up before the grace is over" 99 svctl -t 50 unregister stubborn
gone() {
	[ "$(ls -A "$HEXAD_SCANDIR")" = .s6-svscan ]
}
t_ok "the removal goes on without it" t_await 10 gone
t_fails "and its process is dead" sv_alive "$pid"
t_ok "that is in the audit" t_await_line "$TREE_LOG" 'verb=unregister service=gateway-stubborn was=up result=unanswered$'

n=$((T_SAN ? 40 : 200))
good=0
for ((i = 0; i < n; i++)); do
	svctl register "p$i" --down >/dev/null && own_run "p$i" && svctl start "gateway-p$i" >/dev/null &&
		good=$((good + 1))
done 2>"$T/complaints"
t_is "registered, then started at once" $good "$n"
t_is "without a complaint" "$(cat "$T/complaints")" ""
t_is "all of them are up" "$(svctl status | awk '$1 ~ /^gateway-p[0-9]+$/ && $2 == "up"' | wc -l)" "$n"
good=0
for ((i = 0; i < n; i++)); do
	svctl unregister "p$i" >/dev/null && good=$((good + 1))
done 2>"$T/complaints"
t_is "unregistered" $good "$n"
good=0
for ((i = 0; i < n; i++)); do
	svctl register again --down >/dev/null && own_run again && svctl start again >/dev/null &&
		svctl unregister again >/dev/null && [ ! -e "$s/gateway-again" ] && good=$((good + 1))
done 2>"$T/complaints"
t_is "registered, started and unregistered under the same name" $good "$n"
t_is "without a complaint there" "$(cat "$T/complaints")" ""
t_is "nothing is left of all that" "$(ls -A "$s")" .s6-svscan
t_done
