#include "cmd/rules.h"

#include "weave/rule_schema.h"

static int print_schema(Arena *a)
{
	Str schema = rule_schema(a);

	fwrite(schema.p, 1, (size_t)schema.len, stdout);
	return 0;
}

static int run_test(Arena *a, const StrList *words, bool update)
{
	if (words->n > 1)
		return usage_of("rules", "test takes one folder");
	return rules_test(a, words->n > 0 ? words->v[0] : S("."), update);
}

static int run_init(Arena *a, const StrList *words)
{
	if (words->n != 1)
		return usage_of("rules", "init takes one name, as in example.com/rules");
	return rules_init(a, words->v[0]);
}

int cmd_rules(Arena *a, const Options *opt, const StrList *args)
{
	StrList rest = {.arena = a};
	Flags flags;
	int status;

	if (!flags_read(a, "rules", args, &flags, &status))
		return status;
	if (flags.words.n == 0)
		return usage_of("rules", "what to do? check, init, test or schema");
	for (isize i = 1; i < flags.words.n; i++)
		strlist_add(&rest, flags.words.v[i]);
	Str word = flags.words.v[0];
	if (str_eq(word, S("check")))
		return rules_check(a, opt, &rest, flags_has(&flags, "json"));
	if (str_eq(word, S("init")))
		return run_init(a, &rest);
	if (str_eq(word, S("test")))
		return run_test(a, &rest, flags_has(&flags, "update"));
	if (str_eq(word, S("schema")))
		return print_schema(a);
	return unknown_word("rules", word);
}
