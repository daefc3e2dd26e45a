#!/bin/bash
# sanitizer: leaks, of the applets
# A template service as s6-instance-maker makes it: run supervises instance/, links into instances/ are its services. The
# outer tree looks at none of it: template, instance, instances, data and env are the user's.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

s=$T/scan
mkdir "$s"
t_service "$s" tpl "exec s6-svscan -d3 -- instance"
echo 3 >"$s/tpl/notification-fd"
mkdir "$s/tpl/instance" "$s/tpl/instances"
t_service "$s/tpl" template "echo \"\$1 \$PWD\" >>$T/started; exec sleep 1000"
t_service "$s/tpl" data
t_service "$s/tpl" env
sv_listen tpl "$s/tpl"
t_tree "$s"
t_ok "it is ready when the inner tree takes commands" sv_until tpl U
for name in one two; do
	cp -R "$s/tpl/template" "$s/tpl/instances/$name"
	sv_listen $name "$s/tpl/instances/$name"
	ln -s "../instances/$name" "$s/tpl/instance/$name"
done
s6-svscanctl -a "$s/tpl/instance"
for name in one two; do
	t_ok "$name is started" sv_until $name u
	t_ok "$name has its name and its own directory" t_await_line "$T/started" "^$name $s/tpl/instances/$name\$"
done
one=$(sv_pid "$s/tpl/instances/one")
s6-svc -wD -d "$s/tpl/instance/two"
sv_until two D
t_is "one can be stopped alone" "$SV_GOT" dD
t_ok "the other runs on" sv_alive "$one"
for dir in template data env instance; do
	t_fails "$dir is no service" test -e "$s/tpl/$dir/supervise"
done
sv_tell "$s/tpl" d
sv_until tpl D
t_is "with the template all of them are stopped" "$SV_GOT" dD
sv_until one x
t_is "in the inner tree's own way" "$SV_GOT" dDx
t_fails "none is left" sv_alive "$one"
t_done
