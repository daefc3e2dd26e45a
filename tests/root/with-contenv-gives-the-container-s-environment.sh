#!/bin/bash
# with-contenv: the environment of /run/s6/container_environment and nothing else, by the overlay's rules.
. "$(dirname "$0")/../lib/tap.sh"

if ! unshare -m true 2>/dev/null; then
	t_skip "with-contenv" "no mount namespace can be made here"
	t_done
fi

cat >"$T/inside" <<'END'
set -e
mount -t tmpfs none /run
mkdir -p /run/s6/container_environment /run/tools
cd /run/s6/container_environment
printf 'value\n' >ONE
printf 'no newline' >PLAIN
printf 'two\nlines\n\n' >LINES
printf '\n' >EMPTY
: >GONE
printf 'a\0b' >NUL
printf x >.hidden
printf x >A=B
printf '#!/bin/sh\necho tool "$@"\n' >/run/tools/tool
chmod 755 /run/tools/tool
w=$B/bin/with-contenv
export ONE=mine GONE=here LOCAL=lost
echo "caller's PATH: $(PATH=/bin:/usr/bin $w sh -c 'echo $PATH')"
# A variable a line; newlines within are shown as bars.
env -i HOME=/ PATH=/usr/bin:/bin "$w" env -0 | tr '\n\0' '|\n'
printf '/run/tools:/usr/bin:/bin\n' >PATH
echo "file's PATH: $(env -i "$w" tool a 'b c')"
echo "shebang: $(printf '#!%s sh\necho "$1 $ONE"\n' "$w" >/run/script; chmod 755 /run/script; env -i /run/script arg)"
: >PATH
echo "unset PATH: $(env -i "$w" env | grep ^PATH= || echo none)"
rm PATH
echo "keep: $(S6_KEEP_ENV=1 "$w" sh -c 'echo $ONE $LOCAL')"
echo "keep 0: $(S6_KEEP_ENV=00 "$w" sh -c 'echo $ONE $LOCAL')"
echo "keep yes: $(S6_KEEP_ENV=yes "$w" sh -c 'echo $ONE $LOCAL')"
code() {
	set +e
	"$@" 2>&1
	echo "code $?"
	set -e
}
code "$w" /run/none
code "$w" /etc/passwd
code "$w" sh -c 'exit 9'
code "$w"
head -c 200000 /dev/zero | tr '\0' x >BIG
"$w" sh -c ':' 2>/dev/null || echo "big: the kernel's limit"
head -c 100000 BIG >B2
mv B2 BIG
"$w" sh -c 'echo "big: ${#BIG}"'
mkdir DIR
code "$w" true
rm -r /run/s6
code "$w" true
END
got=$(unshare -m bash "$T/inside" 2>&1)
t_is "everything" "$got" "caller's PATH: /bin:/usr/bin
EMPTY=
LINES=two|lines|
NUL=a|b
ONE=value
PLAIN=no newline
PATH=/usr/bin:/bin
file's PATH: tool a b c
shebang: arg value
unset PATH: none
keep: mine lost
keep 0: value
keep yes: value
with-contenv: fatal: unable to exec /run/none: No such file or directory
code 127
with-contenv: fatal: unable to exec /etc/passwd: Permission denied
code 126
code 9
with-contenv: usage: with-contenv prog...
code 100
big: the kernel's limit
big: 100000
with-contenv: fatal: unable to envdir /run/s6/container_environment/DIR: Is a directory
code 111
with-contenv: fatal: unable to envdir /run/s6/container_environment: No such file or directory
code 111"
t_done
