/*
 * Names of services and profiles are asked for when they are needed, by 'svctl completion names'; everything else is
 * in the script. A command's kind of argument is in its row.
 */
#include "completion.h"

#include <errno.h>
#include <string.h>

#include "cmd.h"

#define SIGNALS "HUP INT QUIT KILL USR1 USR2 TERM ALRM ABRT STOP CONT WINCH"
#define STATES "up ready down restarted"
#define SHELLS "bash zsh fish names profiles"

/* The words a command's argument can be; an empty string: they are asked for, or nothing is known. */
static const char *words_of(enum svctl_args args)
{
	return args == ARG_SIGNAL ? SIGNALS : args == ARG_STATE ? STATES : args == ARG_SHELL ? SHELLS : "";
}

/* What 'svctl completion' is asked for the arguments that follow; NULL: nothing. */
static const char *asked_for(enum svctl_args args)
{
	switch (args) {
	case ARG_NAMES:
	case ARG_SIGNAL:
	case ARG_STATE:
		return "names";
	case ARG_PROFILES:
		return "profiles";
	default:
		return NULL;
	}
}

static bool takes(const struct svctl_cmd *cmd, const struct svctl_option_row *o)
{
	return (o->bit & OPT_COMMON) || (cmd->options & o->bit);
}

static void print_options(FILE *out, const struct svctl_cmd *cmd)
{
	const char *before = "";

	for (size_t i = 0; i < svctl_noptions; i++) {
		const struct svctl_option_row *o = &svctl_options[i];

		if (!takes(cmd, o))
			continue;
		fprintf(out, "%s--%s", before, o->name);
		before = " ";
		if (o->letter != 0)
			fprintf(out, " -%c", o->letter);
	}
}

/* Options whose value is the next word, one behind the other. */
static void print_with_value(FILE *out, const char *between)
{
	const char *before = "";

	for (size_t i = 0; i < svctl_noptions; i++) {
		const struct svctl_option_row *o = &svctl_options[i];

		if (o->value == NULL)
			continue;
		fprintf(out, "%s--%s", before, o->name);
		before = between;
		if (o->letter != 0)
			fprintf(out, "%s-%c", between, o->letter);
	}
}

static void print_names(FILE *out)
{
	for (size_t i = 0; i < svctl_ncommands; i++)
		fprintf(out, "%s%s", i > 0 ? " " : "", svctl_commands[i].name);
}

static void bash_case(FILE *out, const struct svctl_cmd *cmd)
{
	const char *asked = asked_for(cmd->args), *words = words_of(cmd->args);

	fprintf(out, "\t%s)\n\t\toptions='", cmd->name);
	print_options(out, cmd);
	fprintf(out, "'\n");
	if (cmd->args == ARG_COMMAND)
		fprintf(out, "\t\twords=$commands\n");
	else if (words[0] != '\0' && asked != NULL)
		fprintf(out, "\t\tif [ \"$n\" = 0 ]; then words='%s'; else ask=%s; fi\n", words, asked);
	else if (words[0] != '\0')
		fprintf(out, "\t\twords='%s'\n", words);
	else if (asked != NULL)
		fprintf(out, "\t\task=%s\n", asked);
	fprintf(out, "\t\t;;\n");
}

static void print_bash(FILE *out)
{
	fprintf(out, "# bash completion for svctl, printed by 'svctl completion bash'\n"
		"_svctl() {\n"
		"\tlocal cur=${COMP_WORDS[COMP_CWORD]} cmd='' commands words='' options='' ask='' word skip='' n=0 i\n"
		"\tlocal -a tree=()\n\n"
		"\tcommands='");
	print_names(out);
	fprintf(out, "'\n"
		"\tCOMPREPLY=()\n"
		"\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
		"\t\tword=${COMP_WORDS[i]}\n"
		"\t\tif [ -n \"$skip\" ]; then\n"
		"\t\t\tcase $skip in -d | --scandir) tree=(-d \"$word\") ;; esac\n"
		"\t\t\tskip=\n"
		"\t\t\tcontinue\n"
		"\t\tfi\n"
		"\t\tcase $word in\n"
		"\t\t");
	print_with_value(out, "|");
	fprintf(out, ") skip=$word ;;\n"
		"\t\t-*) ;;\n"
		"\t\t*) if [ -z \"$cmd\" ]; then cmd=$word; else n=$((n + 1)); fi ;;\n"
		"\t\tesac\n"
		"\tdone\n"
		"\tcase $skip in\n"
		"\t-d | --scandir | --dir)\n"
		"\t\tmapfile -t COMPREPLY < <(compgen -d -- \"$cur\")\n"
		"\t\treturn ;;\n"
		"\t?*) return ;;\n"
		"\tesac\n"
		"\tcase $cmd in\n"
		"\t'') words=$commands options='-d --scandir -t --timeout -h --help -V --version' ;;\n");
	for (size_t i = 0; i < svctl_ncommands; i++)
		bash_case(out, &svctl_commands[i]);
	fprintf(out, "\tesac\n"
		"\tcase $cur in -*) words=$options ask= ;; esac\n"
		"\t[ -z \"$ask\" ] || words=$(svctl \"${tree[@]}\" -t 2000 completion \"$ask\" 2>/dev/null)\n"
		"\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
		"}\n"
		"complete -F _svctl svctl\n");
}

/* A single quote would end the word it stands in; our texts have none but this is where that is relied on. */
static void print_quoted(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			fputs("'\\''", out);
		else
			fputc(*text, out);
	}
}

/* One form of an option, as _arguments takes it. */
static void zsh_form(FILE *out, const struct svctl_option_row *o, const char *form, bool is_long)
{
	fprintf(out, " '%s%s[", form, is_long && o->value != NULL ? "=" : "");
	print_quoted(out, o->help);
	fprintf(out, "]%s%s%s'", o->value != NULL ? ":" : "", o->value != NULL ? o->value : "",
		o->value == NULL ? "" : strcmp(o->value, "SCANDIR") == 0 || strcmp(o->value, "DIR") == 0
		? ":_directories" : ":");
}

static void zsh_option(FILE *out, const struct svctl_option_row *o)
{
	char form[32];

	if (o->letter != 0) {
		snprintf(form, sizeof form, "-%c", o->letter);
		zsh_form(out, o, form, false);
	}
	snprintf(form, sizeof form, "--%s", o->name);
	zsh_form(out, o, form, true);
}

static void zsh_case(FILE *out, const struct svctl_cmd *cmd)
{
	const char *asked = asked_for(cmd->args), *words = words_of(cmd->args);

	fprintf(out, "\t%s) _arguments -S", cmd->name);
	for (size_t i = 0; i < svctl_noptions; i++) {
		if (takes(cmd, &svctl_options[i]))
			zsh_option(out, &svctl_options[i]);
	}
	if (cmd->args == ARG_COMMAND)
		fprintf(out, " '1:command:(");
	if (cmd->args == ARG_COMMAND)
		print_names(out);
	if (cmd->args == ARG_COMMAND)
		fprintf(out, ")'");
	if (words[0] != '\0')
		fprintf(out, " '1:%s:(%s)'", cmd->args == ARG_SIGNAL ? "signal" : "word", words);
	if (asked != NULL)
		fprintf(out, " '*:name:_svctl_%s'", asked);
	fprintf(out, " ;;\n");
}

static void print_zsh(FILE *out)
{
	fprintf(out, "#compdef svctl\n# zsh completion for svctl, printed by 'svctl completion zsh'\n"
		"_svctl_ask() { compadd -- ${(f)\"$(svctl $tree -t 2000 completion $1 2>/dev/null)\"} }\n"
		"_svctl_names() { _svctl_ask names }\n"
		"_svctl_profiles() { _svctl_ask profiles }\n"
		"_svctl() {\n"
		"\tlocal curcontext=$curcontext state line dir\n"
		"\tlocal -a tree\n"
		"\ttypeset -A opt_args\n"
		"\t_arguments -C");
	for (size_t i = 0; i < svctl_noptions; i++)
		if (svctl_options[i].bit & (OPT_COMMON | OPT_TIMEOUT))
			zsh_option(out, &svctl_options[i]);
	fprintf(out, " '1:command:->command' '*::argument:->argument'\n"
		"\tdir=${opt_args[-d]:-${opt_args[--scandir]}}\n"
		"\t[ -z \"$dir\" ] || tree=(-d ${(Q)dir})\n"
		"\tcase $state in\n"
		"\tcommand)\n"
		"\t\tlocal -a commands=(\n");
	for (size_t i = 0; i < svctl_ncommands; i++) {
		fprintf(out, "\t\t'%s:", svctl_commands[i].name);
		print_quoted(out, svctl_commands[i].help);
		fprintf(out, "'\n");
	}
	fprintf(out, "\t\t)\n\t\t_describe command commands ;;\n\targument)\n\t\tcase $words[1] in\n");
	for (size_t i = 0; i < svctl_ncommands; i++)
		zsh_case(out, &svctl_commands[i]);
	fprintf(out, "\t\tesac ;;\n\tesac\n}\n"
		"if [ \"$funcstack[1]\" = _svctl ]; then _svctl \"$@\"; else compdef _svctl svctl; fi\n");
}

static void fish_command(FILE *out, const struct svctl_cmd *cmd)
{
	const char *asked = asked_for(cmd->args), *words = words_of(cmd->args);

	fprintf(out, "complete -c svctl -n 'test (count (__svctl_words)) = 0' -a %s -d '", cmd->name);
	print_quoted(out, cmd->help);
	fprintf(out, "'\n");
	for (size_t i = 0; i < svctl_noptions; i++) {
		const struct svctl_option_row *o = &svctl_options[i];

		if ((o->bit & OPT_COMMON) || !takes(cmd, o))
			continue;
		fprintf(out, "complete -c svctl -n '__svctl_at %s' -l %s", cmd->name, o->name);
		if (o->letter != 0)
			fprintf(out, " -s %c", o->letter);
		fprintf(out, "%s -d '", o->value != NULL ? " -x" : "");
		print_quoted(out, o->help);
		fprintf(out, "'\n");
	}
	if (words[0] != '\0' || cmd->args == ARG_COMMAND) {
		fprintf(out, "complete -c svctl -n '__svctl_at %s first' -a '", cmd->name);
		if (cmd->args == ARG_COMMAND)
			print_names(out);
		fprintf(out, "%s'\n", words);
	}
	if (asked != NULL)
		fprintf(out, "complete -c svctl -n '__svctl_at %s%s' -a '(__svctl_ask %s)'\n", cmd->name,
			words[0] != '\0' ? " later" : "", asked);
}

/* The words of the line without options and their values, and what is asked about them. */
static void fish_functions(FILE *out)
{
	fprintf(out, "function __svctl_words\n"
		"\tset -l skip 0\n"
		"\tset -l line (commandline -opc)\n"
		"\tset -e line[1]\n"
		"\tfor word in $line\n"
		"\t\tif test $skip = 1\n"
		"\t\t\tset skip 0\n"
		"\t\telse if contains -- $word ");
	print_with_value(out, " ");
	fprintf(out, "\n"
		"\t\t\tset skip 1\n"
		"\t\telse if not string match -q -- '-*' $word\n"
		"\t\t\techo $word\n"
		"\t\tend\n"
		"\tend\n"
		"end\n"
		"function __svctl_at\n"
		"\tset -l words (__svctl_words)\n"
		"\ttest \"$words[1]\" = $argv[1]; or return 1\n"
		"\tswitch \"$argv[2]\"\n"
		"\t\tcase first\n"
		"\t\t\ttest (count $words) = 1\n"
		"\t\tcase later\n"
		"\t\t\ttest (count $words) -gt 1\n"
		"\tend\n"
		"end\n"
		"function __svctl_ask\n"
		"\tset -l tree\n"
		"\tset -l last\n"
		"\tfor word in (commandline -opc)\n"
		"\t\tcontains -- \"$last\" -d --scandir; and set tree -d $word\n"
		"\t\tset last $word\n"
		"\tend\n"
		"\tsvctl $tree -t 2000 completion $argv[1] 2>/dev/null\n"
		"end\n");
}

static void print_fish(FILE *out)
{
	fprintf(out, "# fish completion for svctl, printed by 'svctl completion fish'\n");
	fish_functions(out);
	fprintf(out, "complete -c svctl -f\n");
	for (size_t i = 0; i < svctl_noptions; i++) {
		const struct svctl_option_row *o = &svctl_options[i];

		if (!(o->bit & (OPT_COMMON | OPT_TIMEOUT)))
			continue;
		fprintf(out, "complete -c svctl -l %s -s %c%s -d '", o->name, o->letter, o->value != NULL ? " -r" : "");
		print_quoted(out, o->help);
		fprintf(out, "'\n");
	}
	for (size_t i = 0; i < svctl_ncommands; i++)
		fish_command(out, &svctl_commands[i]);
}

int completion_print(FILE *out, const char *shell)
{
	if (strcmp(shell, "bash") == 0)
		print_bash(out);
	else if (strcmp(shell, "zsh") == 0)
		print_zsh(out);
	else if (strcmp(shell, "fish") == 0)
		print_fish(out);
	else
		return -EINVAL;
	return 0;
}
