#!/bin/bash
# Wrong words and missing supervisors: one clear sentence and a documented exit code for each.
. "$(dirname "$0")/../lib/tap.sh"

export HEXAD_SCANDIR=$T/scan
mkdir "$T/scan"

says() {
	local out

	out=$(svctl "$@" 2>&1)
	echo "$? $out"
}

t_is "nothing" "$(says)" "100 svctl: usage: svctl [-d SCANDIR] [-t MS] COMMAND [ARGUMENT...]; 'svctl help' lists the commands"
t_is "an unknown command, near another" "$(says statsu)" "100 svctl: fatal: no such command 'statsu'; did you mean 'status'?"
t_is "an unknown command, near none" "$(says frobnicate)" \
	"100 svctl: fatal: no such command 'frobnicate'; 'svctl help' lists them"
t_is "an unknown option" "$(says status -z)" "100 svctl: fatal: no such option '-z'; 'svctl help' lists them"
t_is "an unknown long option" "$(says status --colour)" "100 svctl: fatal: no such option '--colour'; 'svctl help' lists them"
t_is "a missing value" "$(says status -t)" "100 svctl: fatal: option '-t' needs a value"
for n in x -1 1x '' 99999999999; do
	t_is "a time of '$n'" "$(says -t "$n" status)" "100 svctl: fatal: '$n' is no number of milliseconds"
done
t_is "an option of another command" "$(says start --down web)" "100 svctl: fatal: 'start' takes no --down"
t_is "too few arguments" "$(says start)" "100 svctl: usage: svctl start [--json] NAME..."
t_is "too many arguments" "$(says register a b)" "100 svctl: usage: svctl register [--down] [--json] PROFILE"
t_is "help for an unknown command" "$(says help stpo)" "100 svctl: fatal: no such command 'stpo'; did you mean 'stop'?"

for cmd in status 'start x' 'stop x' 'restart x' 'register x' 'unregister x' list 'reconcile --dry-run' reconcile; do
	# shellcheck disable=SC2086 # words are meant
	t_is "$cmd: nobody supervises" "$(says $cmd)" "102 svctl: fatal: nothing supervises '$T/scan'"
done
t_is "no such tree" "$(says -d "$T/none" status)" \
	"102 svctl: fatal: there is no scan directory '$T/none'; name it with -d or HEXAD_SCANDIR"
: >"$T/file"
t_is "a file instead of a tree" "$(says -d "$T/file" status)" \
	"102 svctl: fatal: there is no scan directory '$T/file'; name it with -d or HEXAD_SCANDIR"
t_is "version without a supervisor" "$(says version | tr '\n' '|')" \
	"102 svctl $(cat "$T_ROOT/VERSION")|svctl: fatal: nothing supervises '$T/scan'|"
t_is "--version asks nobody" "$(says --version)" "0 svctl $(cat "$T_ROOT/VERSION")"

t_is "a stale socket" "$(mkdir "$T/scan/.s6-svscan"; python3 -c 'import socket, sys
socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET).bind(sys.argv[1])' "$T/scan/.s6-svscan/hexad"; says status)" \
	"102 svctl: fatal: nothing supervises '$T/scan'"

t_ok "help names every command" test "$(svctl help | grep -cE '^  [a-z]+  +[a-z]')" -ge 10
for cmd in $(svctl help | sed -nE 's/^  ([a-z]+)  +[a-z].*/\1/p'); do
	t_like "help $cmd" "$(says help "$cmd" | head -n 1)" "^0 usage: svctl \\[-d SCANDIR\\] (\\[-t MS\\] )?$cmd( |\$)"
	t_is "$cmd --help is the same" "$(says "$cmd" --help)" "$(says help "$cmd")"
	t_ok "the manual knows $cmd" grep -q "^\\.It Cm $cmd" "$T_ROOT/docs/svctl.1"
done
t_done
