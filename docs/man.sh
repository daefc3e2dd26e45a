#!/bin/sh
#
# man.sh hexad.ini.5|hexad-shim.1: prints a manual page that is made from a table: of docs/hexad.ini.md, or of
# shim/applets.def. `make man` brings the pages in docs/ up to date, and a test compares them with what this prints.

cd "$(dirname "$0")/.." || exit 1
date="November 29, 2026"

# Markdown of one line -> roff: code in bold, a backslash and a leading dot or quote as themselves.
roff='
function roff(s) {
	gsub(/\\/, "\\e", s)
	while (match(s, /`[^`]*`/))
		s = substr(s, 1, RSTART - 1) "\\fB" substr(s, RSTART + 1, RLENGTH - 2) "\\fR" substr(s, RSTART + RLENGTH)
	if (s ~ /^[.'"'"']/)
		s = "\\&" s
	return s
}
# Lines of at most 80 columns, broken at blanks and behind each sentence.
function say(s,   n, words, i, line) {
	n = split(roff(s), words, " ")
	line = ""
	for (i = 1; i <= n; i++) {
		if (line != "" && length(line) + length(words[i]) > 78) {
			print line
			line = ""
		}
		if (line == "" && words[i] ~ /^[.'"'"']/)
			words[i] = "\\&" words[i]
		line = line (line == "" ? "" : " ") words[i]
		if (words[i] ~ /[.?]$/ && words[i] !~ /\.\.$/) {
			print line
			line = ""
		}
	}
	if (line != "")
		print line
}
'

ini() {
	cat <<END
.Dd $date
.Dt HEXAD.INI 5
.Os
.Sh NAME
.Nm hexad.ini
.Nd settings of hexad
.Sh SYNOPSIS
.Nm /etc/hexad.ini
.Sh DESCRIPTION
END
	awk "$roff"'
	# Text of several lines is one paragraph or one item.
	function flush() {
		if (text != "")
			say(text)
		text = ""
	}
	function end_list() {
		flush()
		if (list)
			print ".El"
		list = 0
	}
	NR == 1 { next }
	/^## / {
		end_list()
		title = substr($0, 4)
		if (title == "Form")
			print ".Ss Form"
		else
			print ".Ss Section " title
		started = 1
		next
	}
	/^\| (key|---) / { next }
	/^\| `/ {
		n = split(substr($0, 3), f, / \| /)
		sub(/ \|$/, "", f[n])
		if (!list)
			print ".Bl -tag -width Ds"
		list = 1
		key = f[1]
		gsub(/`/, "", key)
		print ".It Cm " key
		say(f[4] (f[4] ~ /[.,]$/ ? "" : "."))
		say("Value: " f[2] "; default: " f[3] ".")
		next
	}
	/^\* / {
		flush()
		if (!list)
			print ".Bl -bullet"
		list = 1
		print ".It"
		text = substr($0, 3)
		next
	}
	/^$/ {
		if (list)
			end_list()
		else if (text != "") {
			flush()
			paragraph = started
		}
		next
	}
	{
		sub(/^ +/, "")
		if (text == "" && paragraph && !list)
			print ".Pp"
		paragraph = 0
		text = text (text == "" ? "" : " ") $0
	}
	END { end_list() }
	' docs/hexad.ini.md | awk '/^\.Ss/ { last = "" } !(/^\.Pp/ && last == "") { print } { last = $0 ~ /^\.Ss/ ? "" : $0 }'
	cat <<'END'
.Sh FILES
.Bl -tag -width Ds
.It Pa /etc/hexad.ini
Read where
.Ev HEXAD_CONFIG
is not set.
.El
.Sh EXAMPLES
Services of profiles run
.Ql /bin/worker
as the user
.Ql app :
.Bd -literal -offset indent
[app]
user = app
home = /home/app
login_home = /home/app

[profiles]
command = /bin/worker %p
command_default = /bin/worker
.Ed
.Pp
.Ql hexad --check-config FILE
prints a file as it is understood, or its errors;
.Ql svctl config
shows the settings of a supervisor that runs.
.Sh SEE ALSO
.Xr svctl 1 ,
.Xr hexad 8
END
}

shim() {
	cat <<END
.Dd $date
.Dt HEXAD-SHIM 1
.Os
.Sh NAME
.Nm hexad-shim
.Nd the s6 commands in one program
.Sh SYNOPSIS
.Nm
.Ar command
.Op Ar argument ...
.Nm
.Fl -list
.Sh DESCRIPTION
.Nm
is every command below under its own name, as a link to it, and works on trees
supervised by hexad and by s6 alike.
Called as
.Nm
it takes the command as its first argument.
.Bl -tag -width Ds
.It Fl -list
Print the names of the commands, one a line.
.El
.Pp
The commands, with the usage that each prints:
.Bl -tag -width Ds
END
	# A row may be several lines and several strings; only the second and later strings are its usage.
	awk "$roff"'
	/^APPLET\(/ { row = "" ; open = 1 }
	open { row = row " " $0 }
	open && /\)$/ {
		open = 0
		gsub(/\\"/, "\001", row)
		n = split(row, part, "\"")
		usage = ""
		for (i = 4; i <= n; i += 2)
			usage = usage part[i]
		gsub(/\001/, "\"", usage)
		print ".It Cm " part[2]
		say(usage)
	}' shim/applets.def
	cat <<'END'
.El
.Pp
Options, messages and exit codes are those of the commands of s6 and s6-overlay
of the same name;
.Pa docs/compat.md
of the sources lists every difference.
.Sh EXIT STATUS
Where a command of s6 has none of its own:
.Bl -tag -width Ds
.It 0
Done.
.It 1
Something is wrong with the directory, or it is not so.
.It 99
The time is over.
.It 100
Wrong usage.
.It 102
Nothing supervises the directory.
.It 111
A system call failed.
.El
.Sh SEE ALSO
.Xr svctl 1 ,
.Xr hexad 8
END
}

case ${1:-} in
hexad.ini.5) ini ;;
hexad-shim.1) shim ;;
*)
	echo "man.sh: usage: man.sh hexad.ini.5|hexad-shim.1" >&2
	exit 100
	;;
esac
