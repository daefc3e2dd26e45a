#!/bin/bash
# sanitizer: leaks, of svctl's commands
# svctl config: every setting, and the line of the file that gave it.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/svctl.sh"

s=$HEXAD_SCANDIR
svctl_ini <<'END'
# A comment.
[shutdown]
grace-ms = 500

[profiles]
enabled = no
env = TOKEN=secret
END
t_tree "$s"

t_is "a setting of the file" "$(svctl_says config shutdown.grace_ms)" "0 shutdown.grace_ms = 500  # $T/hexad.ini:3"
t_is "dashes and underscores are the same" "$(svctl_says config shutdown.grace-ms)" "0 shutdown.grace_ms = 500  # $T/hexad.ini:3"
t_is "a default" "$(svctl_says config supervisor.run_as)" "0 supervisor.run_as = owner  # default"
t_is "a section" "$(svctl config app | sed 's/ *#.*//')" "$(hexad --check-config "$HEXAD_CONFIG" | sed -n 's/ *$//; /^app\./p')"
t_is "all of them, as --check-config has them" "$(svctl config | sed 's/ *#.*//')" \
	"$(hexad --check-config "$HEXAD_CONFIG" | sed 's/ *$//')"
t_is "a variable of services is shown to the owner of the tree" "$(svctl_says config profiles.env)" \
	"0 profiles.env = TOKEN=secret  # $T/hexad.ini:7"
t_is "an unknown one, near another" "$(svctl_says config shutdown.grace)" \
	"2 svctl: fatal: no such setting 'shutdown.grace'; did you mean 'shutdown.grace_ms'?"
t_is "JSON" "$(svctl config --json shutdown.grace_ms | tr -d ' \n')" \
	"[{\"section\":\"shutdown\",\"key\":\"grace_ms\",\"value\":\"500\",\"file\":\"$T/hexad.ini\",\"line\":3}]"
t_is "JSON: a default" "$(svctl config --json supervisor.run_as | tr -d ' \n')" \
	'[{"section":"supervisor","key":"run_as","value":"owner","file":null,"line":null}]'
kill -SEGV "$TREE_PID"
t_await_line "$TREE_LOG" "took over after a fault"
t_is "after a fault" "$(svctl_says config shutdown.grace_ms)" "0 shutdown.grace_ms = 500  # $T/hexad.ini:3"
t_done
