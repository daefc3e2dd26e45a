#!/bin/bash
#
# The README's Dockerfile builds as it is pasted, and its commands do what they say.
# timeout: 300
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/engine.sh"

# block LANGUAGE WORD: the README's first block of that language that has WORD in it.
block() {
	awk -v lang="$1" -v word="$2" '
		$0 == "```" lang { inside = 1; text = ""; next }
		inside && /^```/ { if (index(text, word)) { printf "%s", text; exit } inside = 0; next }
		inside { text = text $0 "\n" }' "$T_ROOT/README.md"
}

mkdir "$T/context"
block dockerfile COPY >"$T/context/Dockerfile"
t_like "the example takes the overlay" "$(cat "$T/context/Dockerfile")" '^FROM hexad:overlay AS hexad$'
t_ok "it has about ten lines" test "$(wc -l <"$T/context/Dockerfile")" -le 12
sed -i "s|^FROM hexad:overlay |FROM $OVERLAY |" "$T/context/Dockerfile"
C_IMAGE=hexad-test-$$:readme
t_ok "it builds" c_build "$C_IMAGE" "$T/context"
t_ok "it runs" c_bg

# The README's own commands, in their order, in this container.
n=0
while read -r _ _ _ user _ words; do
	n=$((n + 1))
	read -ra words <<<"$words"
	t_ok "docker exec -u $user: ${words[*]}" docker exec -u "$user" "$C" "${words[@]}"
done < <(block sh 'docker exec' | grep '^docker exec -u ')
t_is "both commands were tried" "$n" 2
t_like "mail is up" "$(docker exec -u app "$C" s6-svstat /run/service/gateway-mail)" '^up \(pid [0-9]+\) '
t_ok "it works" t_await_line "$C_LOG" 'working for mail' 10
t_is "as app" "$(docker exec -u app "$C" sh -c 'stat -c %U /proc/$(s6-svstat -o pid /run/service/gateway-mail)')" app
t_ok "docker stop ends it" docker stop "$C"
t_done
