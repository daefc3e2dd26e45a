# shellcheck shell=bash
#
# latency.sh: how long one service takes to be stopped and started, by letters. Sourced after sv.sh.
#
#   lat_round DIR            one stop and start of DIR, listened to under "lat"; sets LAT_US
#   lat_measure DIR ROUNDS   sets LAT_LEAST and LAT_MOST, in microseconds
#
# The least of many rounds is what the supervisor needs, whatever else the machine does; the most shows whether it stood still.

lat_round() {
	local t0

	t0=$(sv_now)
	sv_tell "$1" d
	sv_until lat D 30 >/dev/null
	sv_tell "$1" u
	sv_until lat u 30 >/dev/null
	LAT_US=$(($(sv_now) - t0))
}

lat_measure() {
	LAT_LEAST=999999999
	LAT_MOST=0
	for _ in $(seq "$2"); do
		lat_round "$1"
		[ "$LAT_US" -ge "$LAT_LEAST" ] || LAT_LEAST=$LAT_US
		[ "$LAT_US" -le "$LAT_MOST" ] || LAT_MOST=$LAT_US
	done
}
