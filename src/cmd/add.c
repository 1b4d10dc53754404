// add.c - otel add and otel remove: modules of rules, in the otel.yaml beside go.mod.
#include "cmd/command.h"
#include "os/env.h"
#include "os/file.h"
#include "plan/rulemod.h"
#include "plan/ruleset.h"
#include "plan/uselist.h"

typedef struct {
	Arena *arena;
	GoEnv env;
	Str root; // folder of the main module
	Source file;
	Diags *diags;
} Add;

// start finds the main module, and reads its otel.yaml if there is one.
static bool start(Arena *a, Diags *d, Add *out)
{
	GoArgs none = {0};
	Str go;

	*out = (Add){.arena = a, .diags = d, .file.text = S("")};
	if (!go_find(a, &go, d) || !go_env(a, go, &none, &out->env, d))
		return false;
	if (out->env.mod.len == 0) {
		diag_fault(d, "there is no module here");
		return diag_help(d, "rules are recorded in the otel.yaml beside go.mod");
	}
	out->root = path_dir(out->env.mod);
	out->file.name = path_join(a, out->root, S("otel.yaml"));
	return !file_exists(out->file.name) || file_read(a, out->file.name, &out->file.text, d);
}

static bool keep(Add *add, Str text)
{
	FileInfo info = {.mode = 0644};

	if (str_eq(text, add->file.text))
		return true;
	file_stat(add->file.name, &info);
	add->file.text = text;
	return file_write_atomic(add->file.name, text, info.mode, add->diags);
}

// count_rules reads the rules in a folder; what is wrong with them is a warning.
static isize count_rules(Add *add, Str dir)
{
	StrList none = {.arena = add->arena};
	RuleSources from = {.named = dir, .only = true, .roots = none};
	RuleSet set;
	isize n = 0;

	ruleset_read(add->arena, &from, &set, add->diags);
	for (const Rule *r = set.rules.first; r; r = r->next)
		n++;
	return n;
}

// folder_entry names a folder as seen from the main module.
static Str folder_entry(Add *add, Str word)
{
	Arena *a = add->arena;
	Str dir = path_clean(a, path_abs(a, word));
	Str root = path_clean(a, path_abs(a, add->root));

	if (str_eq(root, path_clean(a, path_abs(a, S(".")))) && word.p[0] == '.')
		return str_ends(word, S("/")) ? str_slice(word, 0, word.len - 1) : word;
	if (str_starts(dir, str_format(a, "%.*s/", STR_ARG(root))))
		return str_format(a, ".%.*s", STR_ARG(str_slice(dir, root.len, dir.len)));
	return dir;
}

// find returns where the rules are, and the entry by which the otel.yaml names them.
static bool find(Add *add, Str word, Str *dir, Str *entry)
{
	Arena *a = add->arena;
	RuleModule m;
	bool versioned = str_find(word, S("@")) >= 0;

	if (rulemod_is_folder(word)) {
		*dir = path_abs(a, word);
		*entry = folder_entry(add, word);
		return file_is_dir(*dir) ||
		       diag_fault(add->diags, "there is no folder '%.*s'", STR_ARG(word));
	}
	Str query = versioned ? word : str_format(a, "%.*s@latest", STR_ARG(word));
	if (!rulemod_fetch(a, &add->env, query, &m, add->diags))
		return false;
	*dir = m.dir;
	*entry = str_format(a, "%.*s@%.*s", STR_ARG(m.path), STR_ARG(m.version));
	return true;
}

static bool add_one(Add *add, Str word)
{
	Str dir, entry, text;

	if (!find(add, word, &dir, &entry))
		return false;
	bool tools = file_exists(path_join(add->arena, dir, S("otel.instrumentation.go"))) ||
		     file_exists(path_join(add->arena, dir, S("otelc.tool.go")));
	isize n = count_rules(add, dir);
	if (n == 0 && !tools)
		return diag_fault(add->diags, "'%.*s' holds no rules", STR_ARG(entry));
	if (!uselist_add(add->arena, &add->file, entry, &text, add->diags) || !keep(add, text))
		return false;
	printf("added %.*s to otel.yaml: %td rule%s\n", STR_ARG(entry), n, n == 1 ? "" : "s");
	return true;
}

static bool remove_one(Add *add, Str word)
{
	Str text, module = word, entry = str_cut(&module, '@');

	entry = rulemod_is_folder(entry) ? folder_entry(add, entry) : entry;
	if (!uselist_remove(add->arena, &add->file, entry, &text, add->diags))
		return false;
	if (str_eq(text, add->file.text))
		return diag_fault(add->diags, "otel.yaml does not use '%.*s'", STR_ARG(entry));
	printf("removed %.*s from otel.yaml\n", STR_ARG(entry));
	return keep(add, text);
}

static int change(
	Arena *a, const char *command, const StrList *args, bool (*one)(Add *add, Str word))
{
	Diags d = {.arena = a};
	Flags flags;
	int status;
	Add add;

	if (!flags_read(a, command, args, &flags, &status))
		return status;
	if (flags.words.n == 0)
		return usage_of(
			command, "which module of rules? MODULE, MODULE@VERSION or ./FOLDER");
	if (!start(a, &d, &add))
		return finish(&d);
	for (isize i = 0; i < flags.words.n; i++)
		if (!one(&add, flags.words.v[i]))
			break;
	return finish(&d);
}

int cmd_add(Arena *a, const Options *opt, const StrList *args)
{
	(void)opt;
	return change(a, "add", args, add_one);
}

int cmd_remove(Arena *a, const Options *opt, const StrList *args)
{
	(void)opt;
	return change(a, "remove", args, remove_one);
}
