#!/bin/bash
# sanitizer: leaks, of the applets
#
# s6-rc-compile without a supervisor: its words and codes, and the database that it makes.
. "$(dirname "$0")/../lib/tap.sh"
cd "$T" || exit 1

mk() {
	mkdir -p "${1%/*}"
	printf %b "$2" >"$1"
}

compile() {
	rm -rf db
	s6-rc-compile db s "$@"
}

fresh() {
	rm -rf s
	mkdir s
}

# refused DESC CODE TEXT
refused() {
	t_code "$1" "$2" compile
	t_is "$1: its words" "$(cat "$T/.out")" "s6-rc-compile: fatal: $3"
	t_fails "$1: nothing is written" test -e db
}

fresh
mk s/a/type 'oneshot\n'
mk s/a/up ''
mk s/a/dependencies.d/nosuch ''
refused "an unknown name" 1 "during dependency resolution for service a: undefined service name nosuch"
fresh
for i in a b; do
	mk s/$i/type 'oneshot\n'
	mk s/$i/up ''
done
mk s/a/dependencies.d/b ''
mk s/b/dependencies.d/a ''
refused "a cycle" 1 "cyclic service dependency reached from b and involving a"
fresh
mk s/a/type 'oneshot \n'
refused "a bad type" 1 "invalid s/a/type: must be oneshot, longrun, or bundle"
mk s/a/type 'oneshot\n'
mk s/a/up 'foreground { a'
refused "a block without an end" 1 "syntax error in s/a/up: unmatched {"
fresh
mk s/s6rc-x ''
refused "a reserved name" 1 "in s: identifier s6rc-x starts with reserved prefix"
fresh
mk s/a/type 'longrun\n'
mk s/a/run ''
mk s/a/producer-for 'b\n'
mk s/b/type 'longrun\n'
mk s/b/run ''
refused "a pipeline of one side" 1 \
	"longrun service a declares being a producer for a service named b that does not declare it back"
fresh
mk s/a/up ''
refused "no type" 111 "unable to read s/a/type: No such file or directory"
rm -rf s
refused "no source" 111 "unable to opendir s: No such file or directory"

fresh
mk s/one/type 'oneshot\n'
mk s/one/up 'echo "a  b" c'
mk s/run.sh '#!/bin/sh\n'
mk s/web/type 'longrun\n'
ln -s ../run.sh s/web/run
mkdir -p s/web/dependencies.d s/web/data
ln -s nowhere s/web/dependencies.d/one
ln -s /nowhere s/web/data/link
mk s/b/type 'bundle\n'
mk s/b/contents 'web\n'
ln -s b s/alias
t_code "two names for one directory are two services, and its pipeline-less bundle is fine" 0 compile
t_code "what is there is not written over" 111 s6-rc-compile db s
t_is "with its reason" "$(cat "$T/.out")" "s6-rc-compile: fatal: unable to mkdir db: File exists"
db() {
	s6-rc-db -c "$T/db" "$@"
}
t_is "the database has all of it" "$(db list all)" $'web\none\nalias\nb'
t_is "dependencies" "$(db dependencies web)" one
t_is "contents" "$(db contents alias)" web
t_is "script" "$(db script one | tr '\0' '|')" 'echo|a  b|c|'
t_is "files that were links are files, links of data stay" "$(stat -c %F db/web/run) $(readlink db/web/data/link)" \
	"regular file /nowhere"
t_code "wrong kind" 5 db script web
t_code "unknown" 3 db type nosuch
t_code "no command" 100 db bogus
t_code "s6-rc without a supervisor" 111 s6-rc list
t_code "s6-rc-update wants an absolute path" 100 s6-rc-update db
t_done
