#!/bin/bash
# sanitizer: leaks, of the applets
# The command line as s6-svscan has it: what is wrong for good ends with 100, what the system refuses with
# 111, and a second instance on one directory harms nobody.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

s=$T/scan
mkdir "$s" "$T/empty"
t_service "$s" web
sv_listen web "$s/web"
wrong() {
	local code=$1 text=$2

	shift 2
	t_code "code of s6-svscan $*" "$code" timeout 10 s6-svscan "$@"
	t_is "words of s6-svscan $*" "$(cat "$T/.out")" "s6-svscan: fatal: $text"
}
cd "$T" || exit 1
wrong 100 "unrecognized short option: Z" -Z empty
wrong 100 "unrecognized boolean option: --timeout" --timeout empty
wrong 100 "unrecognized option with argument: --time=5" --time=5 empty
wrong 100 "invalid option: -t" -t
wrong 100 "invalid option: -t" -t -- empty
wrong 100 "timeout must be an unsigned integer" -t 1x empty
wrong 100 "services-max must be an unsigned integer" --services-max=-1 empty
wrong 100 "name-max must be an unsigned integer" -L "" empty
wrong 100 "notification fd must be 3 or more" -d 2 empty
wrong 100 "invalid notification fd: Bad file descriptor" --notification-fd=9 empty
wrong 100 "console holder fd must be 3 or more" -X 2 empty
wrong 100 "invalid console holder fd: Bad file descriptor" --console-holder=9 empty
wrong 111 "unable to chdir to none: No such file or directory" none
echo >"$T/file"
wrong 111 "unable to chdir to file: Not a directory" file
cd "$T/empty" || exit 1 # what takes no directory for this one finds nothing to run
t_code "no directory" 100 timeout 10 s6-svscan
cd "$T" || exit 1
for kind in file directory link; do
	for place in .s6-svscan .s6-svscan/control; do
		mkdir -p "odd-$kind$place"
		[ $place = .s6-svscan ] || mkdir "odd-$kind$place/.s6-svscan"
		case $kind in
		file) echo >"odd-$kind$place/$place" ;;
		directory) [ $place = .s6-svscan ] || mkdir "odd-$kind$place/$place" ;;
		link) ln -s "$T/empty" "odd-$kind$place/$place" ;;
		esac
	done
	wrong 100 ".s6-svscan/control is not a FIFO" "odd-$kind.s6-svscan/control"
done
wrong 100 ".s6-svscan exists and is not a directory" odd-file.s6-svscan
wrong 100 ".s6-svscan exists and is not a directory" odd-link.s6-svscan

t_tree "$s" -c 100 -L200 --timeout=0 --
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
