#!/bin/bash
# The command line as s6-svscan has it: what is wrong for good ends with 100, what the system refuses with
# 111, and a second instance on one directory harms nobody.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

s=$T/scan
mkdir "$s" "$T/empty"
t_service "$s" web
sv_listen web "$s/web"
t_code "an unknown option" 100 timeout 10 s6-svscan -Z "$T/empty"
t_code "a number that is none" 100 timeout 10 s6-svscan -t 1x "$T/empty"
t_code "a readiness descriptor below 3" 100 timeout 10 s6-svscan -d 2 "$T/empty"
t_code "a readiness descriptor that is closed" 100 timeout 10 s6-svscan -d 9 "$T/empty"
t_code "a console descriptor that is closed" 100 timeout 10 s6-svscan -X 9 "$T/empty"
t_code "a directory that does not exist" 111 timeout 10 s6-svscan "$T/none"
cd "$T/empty" || exit 1 # what takes no directory for this one finds nothing to run
t_code "no directory" 100 timeout 10 s6-svscan
mkdir "$T/odd"
echo >"$T/odd/.s6-svscan"
t_code ".s6-svscan that is no directory" 100 timeout 10 s6-svscan "$T/odd"
mkdir -p "$T/odder/.s6-svscan"
echo >"$T/odder/.s6-svscan/control"
t_code "a control that is no FIFO" 100 timeout 10 s6-svscan "$T/odder"

t_tree "$s" -c 100 -L 200 -t 0
sv_until web u
pid=$(sv_pid "$s/web")
status=$(od -An -v -tx1 "$s/web/supervise/status")
t_code "a second instance" 100 timeout 10 s6-svscan "$s"
t_like "says why" "$(cat "$T/.out")" 'another instance of s6-svscan is already running on the same directory$'
t_code "another supervisor of one service" 100 timeout 10 s6-supervise "$s/web"
t_like "says why" "$(cat "$T/.out")" 'another instance of s6-supervise is already running$'
t_ok "the service runs on" sv_alive "$pid"
t_is "its status is untouched" "$(od -An -v -tx1 "$s/web/supervise/status")" "$status"
t_done
