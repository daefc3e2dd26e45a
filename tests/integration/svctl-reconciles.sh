#!/bin/bash
# sanitizer: leaks, of svctl's commands
# svctl reconcile makes the services of profiles that have come and removes those of profiles that have gone.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

s=$T/scan
mkdir -p "$s" "$T/home/profiles/mail" "$T/home/profiles/news"
touch "$T/home/profiles/mail/SOUL.md" "$T/home/profiles/news/SOUL.md"
export HEXAD_SCANDIR=$s HEXAD_CONFIG=$T/hexad.ini
unset APP_HOME
cat >"$HEXAD_CONFIG" <<END
[app]
user = $(id -u)
home = $T/home
login_home = $T/home
[profiles]
command = sleep 1000
command_default = sleep 1000
END
t_tree "$s"

said=$(svctl reconcile --dry-run)
t_is "--dry-run: exit code" $? 0
t_is "--dry-run says what a boot would do" "$(awk '{ print $1, $2 }' <<<"$said" | grep -E 'mail|news' | sort | tr '\n' ',')" \
	"mail registered,news registered,"
t_is "and does nothing" "$(ls -A "$s")" .s6-svscan
said=$(svctl reconcile)
t_is "reconcile: exit code" $? 0
t_is "says what it did" "$(awk '{ print $1, $2 }' <<<"$said" | grep -E 'mail|news' | sort | tr '\n' ',')" \
	"mail registered,news registered,"
t_is "and has done it" "$(svctl list | grep -E 'mail|news' | tr '\n' ' ')" "mail news "
t_ok "a service is supervised" s6-svok "$s/gateway-mail"
t_is "and down" "$(sv_pid "$s/gateway-mail")" 0
rm -r "$T/home/profiles/news"
t_like "a profile that has gone, in JSON" "$(svctl reconcile --json | tr -d ' \n')" '"profile":"news","action":"removed"'
gone() {
	[ ! -e "$HEXAD_SCANDIR/gateway-news" ]
}
t_ok "its service goes" t_await 10 gone
t_is "the others stay" "$(svctl list | grep -E 'mail|news')" mail
t_done
