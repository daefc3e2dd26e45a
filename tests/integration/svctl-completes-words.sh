#!/bin/bash
# sanitizer: leaks, of svctl's commands
# The bash completion offers what the tables say, and the names of the tree that is named.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/svctl.sh"

s=$HEXAD_SCANDIR
mkdir "$T/other"
t_service "$s" web
t_service "$s" db
t_service "$s" "a 'name; that a shell would split"
t_service "$s" gateway-mail
t_service "$s" gateway-web
t_tree "$s"
svctl completion bash >"$T/completion"
# shellcheck source=/dev/null
. "$T/completion"

# offers WORD...: what is offered for the last word.
offers() {
	COMP_WORDS=(svctl "$@")
	COMP_CWORD=$#
	COMPREPLY=()
	_svctl
	printf '%s ' "${COMPREPLY[@]}"
}

t_is "it is for svctl" "$(complete -p svctl)" "complete -F _svctl svctl"
t_is "commands" "$(offers sta)" "start status "
t_is "options before a command" "$(offers --ver)" "--version "
t_is "names of services" "$(offers start '' | tr ' ' '\n' | sort | tr '\n' ' ')" "db gateway-mail gateway-web mail web "
t_is "and of their profiles" "$(offers why ma)" "mail "
t_is "of profiles alone" "$(offers unregister '' | tr ' ' '\n' | sort | tr '\n' ' ')" "mail web "
t_is "that begin so" "$(offers status w)" "web "
t_is "behind options and their values" "$(offers -t 100 logs -f -n 5 d)" "db "
t_is "options of the command" "$(offers logs --f)" "--follow "
t_is "not those of others" "$(offers start --f)" " "
t_is "states" "$(offers wait r)" "ready restarted "
t_is "then names" "$(offers wait ready w)" "web "
t_is "signals" "$(offers signal US)" "USR1 USR2 "
t_is "then names too" "$(offers signal USR1 d)" "db "
t_is "commands for help" "$(offers help re)" "reconcile register reload restart "
t_is "nothing where nothing is known" "$(offers register x)" " "
t_is "nothing for a value" "$(offers -t '')" " "
t_is "directories for a directory" "$(offers -d "$T/oth")" "$T/other "
t_is "the tree that is named is asked" "$(offers -d "$T/other" start '')" " "
for shell in zsh fish; do
	svctl completion $shell >"$T/script.$shell"
	t_ok "there is one for $shell" grep -q svctl "$T/script.$shell"
	if command -v $shell >/dev/null; then
		t_ok "$shell reads it" $shell -n "$T/script.$shell"
	fi
done
if command -v fish >/dev/null; then
	fish_offers() {
		fish --no-config -c "set fish_complete_path; source '$T/script.fish'; complete -C '$1'" 2>&1 | cut -f 1 | tr '\n' ' '
	}
	t_is "fish: commands, behind options and their values" "$(fish_offers 'svctl -t 5 sta')" "start status "
	t_is "fish: names" "$(fish_offers 'svctl logs -n 3 w')" "web "
	t_is "fish: words first" "$(fish_offers 'svctl wait ')" "down ready restarted up "
	t_is "fish: then names" "$(fish_offers 'svctl wait up w')" "web "
	t_is "fish: of the tree that is named" "$(fish_offers "svctl -d $T/other start ")" ""
fi
t_is "not for another shell" "$(svctl completion csh 2>&1; echo $?)" \
	"svctl: fatal: there is no completion for 'csh': bash, zsh and fish are known"$'\n'100
t_done
