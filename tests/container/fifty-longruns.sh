#!/bin/bash
#
# Fifty longruns in five layers, each of which needs two of the layer below: none begins before what it needs is ready, none
# is told to end before what needs it is gone.
# timeout: 120
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/engine.sh"
. "$(dirname "$0")/../lib/lives.sh"

layers=5
width=10

# The pause is for a fault to show in: who did not wait for readiness would begin in it.
node() {
	mk "S/$1/type" 'longrun\n'
	mk "S/$1/notification-fd" '3\n'
	image_script "/etc/s6-overlay/s6-rc.d/$1/run" "trap 'echo told $1; exit 0' TERM
echo begins $1
sleep 0.02
echo ready $1
echo >&3
exec 3>&-
while :; do sleep 1000 & wait \$!; done"
	image_script "/etc/s6-overlay/s6-rc.d/$1/finish" "echo gone $1"
}

# For each pair of a service and what it needs: the lines in the order that the graph asks for, once each.
out_of_order() {
	awk 'FNR == NR { user[NR] = $1; need[NR] = $2; pairs = NR; next }
		{ at[$1, $2] = FNR; times[$1, $2]++ }
		END {
			for (i = 1; i <= pairs; i++) {
				u = user[i]; n = need[i]
				if (times["begins", u] != 1 || times["ready", n] != 1 || times["told", n] != 1 || times["gone", u] != 1)
					print u, n, "not once"
				if (at["ready", n] >= at["begins", u])
					print u, "began before", n, "was ready"
				if (at["gone", u] >= at["told", n])
					print n, "was told before", u, "was gone"
			}
		}' "$T/needs" -
}

check_fifty() {
	local layer i name need

	: >"$T/needs"
	for ((layer = 0; layer < layers; layer++)); do
		for ((i = 0; i < width; i++)); do
			name=l$layer-$i
			node "$name"
			[ "$layer" != 0 ] || continue
			for need in "l$((layer - 1))-$i" "l$((layer - 1))-$(((i + 1) % width))"; do
				after "$name" "$need"
				echo "$name $need" >>"$T/needs"
			done
		done
	done
	mk S/top-layer/type 'bundle\n'
	for ((i = 0; i < width; i++)); do
		mk "S/top-layer/contents.d/l$((layers - 1))-$i" ''
	done
	mk U/top-layer ''
	owned_by_app /etc/s6-overlay/s6-rc.d
	life -- "${as_app[@]}" sh -c 'echo main $(s6-rc -a list | grep -c "^l[0-9]-") of $(s6-rc-db contents user | wc -l); exit 9'
	t_is "eighty times one needs another" "$(wc -l <"$T/needs")" 80
	t_is "all are up when the main program starts, which gives the code" "$CODE $(grep ^main <<<"$OUT")" "9 main 50 of 10"
	t_is "it is behind the last of them" "$(sed '/^main/q' <<<"$OUT" | grep -c '^ready ')" 50
	t_is "and before the first is told to end" "$(sed '/^main/q' <<<"$OUT" | grep -c '^told ')" 0
	t_is "each begins when what it needs is ready, and is told when what needs it is gone" "$(out_of_order <<<"$OUT")" ""
	t_is "nobody had to be killed" "$(grep -v '^\(begins\|ready\|told\|gone\) l[0-9]-[0-9]$\|^main\|^Terminated' <<<"$OUT")" ""
}

lives_side_by_side
t_done
