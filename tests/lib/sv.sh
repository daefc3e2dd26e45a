# shellcheck shell=bash
#
# sv.sh: looking at supervised services as a client does, from the files alone. Sourced after tap.sh.
#
#   sv_listen NAME DIR       listens to DIR/event under NAME (makes event/ if the service is new)
#   sv_letters NAME N [S]    reads N letters into SV_GOT, or what came within S seconds (10)
#   sv_until NAME LETTER [S] reads letters into SV_GOT until LETTER has come; fails if it does not
#   sv_pid DIR               pid in supervise/status
#   sv_flags DIR             the byte of flags, as two hex digits
#   sv_wstat DIR             the wait status, as four hex digits
#   sv_tell DIR BYTES        writes control bytes, as s6-svc does
#   sv_scan SCANDIR BYTES    the same for a scan directory
#   sv_alive PID...          are all of them alive (a zombie is not)
#   sv_now                   microseconds now
#   sv_gap DIR               microseconds between the last death and the start that followed
#   sv_born PID              hundredths of a second from the start of the machine to that of the process
#   sv_note_birth FIFO       text for a run that tells when it was started
#   sv_await S COND DIR [ARG]  waits until COND DIR ARG (sv_is_up, sv_is_down, sv_has_flags HEX)
#   sv_up DIR [S]            waits until run is alive
#   sv_down DIR [S]          waits until there is no process and down is wanted

declare -A sv_fd
SV_GOT=

sv_listen() {
	local fd fifo

	[ -d "$2/event" ] || { mkdir "$2/event" && chmod 3730 "$2/event"; } || return 1
	fifo=$2/event/ftrig1:@400000006000000000000000:$(printf '%06d' "${#sv_fd[@]}")
	mkfifo -m 622 "$fifo" || return 1
	exec {fd}<>"$fifo"
	sv_fd[$1]=$fd
}

sv_letters() {
	read -r -N "$2" -t "${3:-10}" -u "${sv_fd[$1]}" SV_GOT
}

sv_until() {
	local c

	SV_GOT=
	while read -r -N 1 -t "${3:-10}" -u "${sv_fd[$1]}" c; do
		SV_GOT+=$c
		[ "$c" != "$2" ] || return 0
	done
	echo "# no '$2' within ${3:-10} s, but '$SV_GOT'"
	return 1
}

# FILE OFFSET LENGTH: these bytes into SV_HEX, as hex digits. No process: conditions that are waited for ask again and again.
sv_hex() {
	local LC_ALL=C part='' text='' end=00 i c

	SV_HEX=
	[ -r "$1" ] || return 1
	while [ -n "$end" ]; do
		IFS= read -r -d '' part || end=
		for ((i = 0; i < ${#part}; i++)); do
			printf -v c '%02x' "'${part:i:1}"
			text+=${c: -2}
		done
		text+=$end
	done 2>/dev/null <"$1"
	SV_HEX=${text:2*$2:2*$3}
	[ -n "$SV_HEX" ]
}

sv_bytes() { sv_hex "$1/supervise/status" "$2" "$3" && echo "$SV_HEX"; }
sv_pid() { sv_hex "$1/supervise/status" 24 8 && echo $((16#$SV_HEX)); }
sv_flags() { sv_bytes "$1" 34 1; }
sv_wstat() { sv_bytes "$1" 32 2; }

sv_tell() { printf %s "$2" >"$1/supervise/control"; }
sv_scan() { printf %s "$2" >"$1/.s6-svscan/control"; }

sv_alive() {
	local pid stat

	for pid; do
		[ "$pid" != 0 ] && read -r stat 2>/dev/null <"/proc/$pid/stat" || return 1
		[[ ${stat##*)} != " Z"* ]] || return 1
	done
}

sv_now() { echo "${EPOCHREALTIME/[.,]/}"; }

# The pid, the wait status and the flags are the last eleven bytes.
sv_is_up() {
	sv_hex "$1/supervise/status" 24 11 && [ $((16#${SV_HEX:0:16})) != 0 ] && [ $((16#${SV_HEX:20} & 2)) = 0 ]
}

sv_is_down() {
	sv_hex "$1/supervise/status" 24 11 && [ $((16#${SV_HEX:0:16})) = 0 ] && [ $((16#${SV_HEX:20} & 4)) = 0 ]
}

sv_has_flags() {
	sv_hex "$1/supervise/status" 34 1 && [ "$SV_HEX" = "$2" ]
}

# Waits for a condition on one service: what comes into supervise/ is what changes it.
sv_await() {
	local s=$1 cond=$2

	shift 2
	t_await "$s" "$cond" "$@"
}

sv_up() { sv_await "${2:-10}" sv_is_up "$1"; }
sv_down() { sv_await "${2:-10}" sv_is_down "$1"; }

# Microseconds from the death that the tally has last to the start that the status has: both stamps are the supervisor's
# own, so a slow test does not make them longer.
sv_gap() {
	local d t

	sv_hex "$1/supervise/death_tally" 0 1000000
	d=${SV_HEX: -28}
	sv_hex "$1/supervise/status" 0 12
	t=$SV_HEX
	echo $(((16#${t:0:16} - 16#${d:0:16}) * 1000000 + (16#${t:16:8} - 16#${d:16:8}) / 1000))
}

# When a process was made, in hundredths of a second since boot.
sv_born() {
	local stat

	read -r stat <"/proc/$1/stat" || return 1
	stat=${stat##*) }
	# shellcheck disable=SC2086 # words are meant
	set -- $stat
	echo "${20}"
}

# Shell text for a run: notes in FIFO when its process was made, in hundredths of a second since boot.
sv_note_birth() {
	printf 'read -r stat </proc/$$/stat; stat=${stat##*) }; set -- $stat; echo "${20}" >%s' "$1"
}
