#!/bin/bash
#
# The container's environment: kept in files, given back by with-contenv, and the main program's own.
# timeout: 200
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/engine.sh"

dir=/run/s6/container_environment
mkdir "$T/init.d"
cat >"$T/init.d/10-adds" <<'END'
#!/bin/sh
printf 'added without newline' >/run/s6/container_environment/ADDED
END
chmod 755 "$T/init.d/10-adds"
export MAIN='env | sort | sed "s/^/main env: /"; with-contenv env | sort | sed "s/^/with: /"; echo main done; exec sleep 100000'
c_bg -e GREETING='hello  world' -e EMPTY= -e 'LINES_TWO=one
two' -v "$T/init.d:/etc/cont-init.d:ro"
t_await_line "$C_LOG" '^main done' 20
# with-contenv alone decides what is there: nothing of exec's own environment is left.
bare() {
	c_exec env -i /command/with-contenv "$@"
}

t_is "one file a variable, value and newline" "$(c_exec od -An -c "$dir/GREETING" | tr -s ' ')" \
	"$(printf 'hello  world\n' | od -An -c | tr -s ' ')"
t_is "the directory and its files are for everybody to read" \
	"$(c_exec stat -c %a "$dir" "$dir/GREETING" | tr '\n' ' ')" "755 644 "
t_is "with-contenv gives the value" "$(bare printenv GREETING)" "hello  world"
t_is "an empty value stays empty" "$(bare sh -c 'echo "${EMPTY-unset}"')" ""
t_is "a value of two lines stays so" "$(bare printenv LINES_TWO)" $'one\ntwo'
t_is "a file that a boot script wrote without newline" "$(bare printenv ADDED)" "added without newline"
t_like "PATH has /command" "$(bare printenv PATH)" '(^|:)/command(:|$)'
t_is "words are kept as they are" "$(bare printf '%s|' 'a b' '' '*')" 'a b||*|'
t_like "the main program has the engine's variables" "$(c_logs)" '^(main env|with): GREETING=hello  world$'
t_like "with-contenv works in the main program" "$(c_logs)" '^with: ADDED=added without newline$'
t_done
