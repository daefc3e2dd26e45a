#!/bin/bash
#
# PATH as /init completes it, the environment directory, the other directories below /run.
# shellcheck disable=SC2034 # NS_ENV is nsboot.sh's
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/boot.sh"

boot_root
path() {
	boot_before "export PATH='$1'; exec \"\$@\""
	boot_life /bin/sh -c 'echo "$PATH"; cat /run/s6/container_environment/PATH'
	t_is "PATH '$1'" "$OUT" "$2"$'\n'"$2"
}
path /foo /command:/usr/bin:/bin:/foo
path /usr/bin:/command /bin:/usr/bin:/command
path '' /command:/usr/bin:/bin
path /bin/:/command/ /command:/usr/bin:/bin:/bin/:/command/
path /command:/usr/bin:/bin /command:/usr/bin:/bin
path :/bin: /command:/usr/bin::/bin:
boot_before 'unset PATH; exec "$@"'
boot_life /bin/sh -c 'echo "$PATH"'
t_is "no PATH" "$OUT" /command:/usr/bin:/bin

boot_root
NS_ENV=(PLAIN=value EMPTY= 'BLANKS= a  b ' $'LINES=one\ntwo' EQ=x=y)
# A shell would lose these names before /init sees them.
boot_before 'exec env A.B=dot "a b=name" a/b=slash .dot=hidden "$@"'
boot_life sh -c 'cd /run/s6/container_environment && for f in * .[!.]*; do echo "[$f]"; cat "./$f"; done
	find . -printf "%y %m %u %p\n" | sort'
for row in PLAIN=value EMPTY= 'BLANKS= a  b ' A.B=dot 'a b=name' EQ=x=y HOME=/root; do
	t_ok "a file for ${row%%=*}" grep -Fqx -A1 -- "[${row%%=*}]" "$NS_LOG"
	t_is "its content" "$(grep -Fx -A1 -- "[${row%%=*}]" "$NS_LOG" | tail -n 1)" "${row#*=}"
done
t_is "newlines stay" "$(grep -Fx -A2 '[LINES]' "$NS_LOG" | tail -n 2)" $'one\ntwo'
t_is "no file for names that cannot be one, or that readers skip" "$(grep -cE 'slash|hidden|tmp' "$NS_LOG")" 0
t_is "the directory is 0755, its files 0644, root's" \
	"$(grep -E '^[df] [0-7]+ ' "$NS_LOG" | cut -d' ' -f1-3 | sort -u)" \
	$'d 755 root\nf 644 root'

boot_root
printf '[app]\nuser = app\n[profiles]\nenabled = no\n' >"$R/etc/hexad.ini"
boot_life sh -c 'stat -c "%n %F %a %U:%G" /run/s6 /run/s6/basedir /run/hexad /run/s6-linux-init-container-results \
	/run/s6-linux-init-container-results/exitcode /run/service; umask'
t_is "the layout" "$OUT" "/run/s6 directory 755 root:root
/run/s6/basedir directory 755 root:root
/run/hexad directory 755 root:root
/run/s6-linux-init-container-results directory 755 root:root
/run/s6-linux-init-container-results/exitcode regular file 644 root:root
/run/service directory 755 root:root
0022"
printf '[app]\nuser = app\n[profiles]\nenabled = no\n[supervisor]\nscandir_owner = app\n' >"$R/etc/hexad.ini"
boot_life sh -c 'stat -c "%a %U:%G" /run/service /run/service/.s6-svscan'
t_is "the scan directory can be the application's" "$OUT" $'755 app:app\n755 app:app'
boot_script 1 'sed -i s/app:x:10000:10000/app:x:10077:10078/ /etc/passwd'
NS_ENV=(S6_VERBOSITY=0)
boot_life stat -c '%u:%g' /run/service /run/service/.s6-svscan/control
t_is "a user remapped by a boot script keeps it" "$OUT" $'10077:10078\n10077:10078'
t_done
