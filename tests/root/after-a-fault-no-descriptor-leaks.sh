#!/bin/bash
# What hexad keeps across a fault is for hexad alone: a service that starts afterwards has the descriptors it
# had before, and none of the locks, pipes, directories or sockets of others.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"
. "$T_ROOT/tests/lib/hostile.sh"

h_app_service "$S" logged
h_app_service "$S/logged" log
h_begin
descriptors() { find "/proc/$1/fd" -type l -printf '%f %l\n' | sed 's/\[.*//' | sort; }
before=$(descriptors "$(sv_pid "$S/users")")
kill -SEGV "$TREE_PID"
h_scanned after
sv_up "$S/zzafter"
t_is "one that starts after a fault has no other descriptors than one before it" \
	"$(descriptors "$(sv_pid "$S/zzafter")")" "$before"
pid=$(sv_pid "$S/logged/log")
kill -KILL "$pid"
t_await_exit "$pid"
sv_tell "$S/logged/log" u
sv_await 10 sv_is_up "$S/logged/log"
t_is "nor does a logger hold more than its pipe" "$(descriptors "$(sv_pid "$S/logged/log")" | wc -l)" \
	"$(wc -l <<<"$before")"
t_done
