#include <string.h>

#include "cmd/command.h"
#include "test.h"

// The flags of a command are taken off its arguments; the rest stays in order.
TEST(test_flags)
{
	static const struct {
		const char *command, *args, *given, *words;
	} rows[] = {
		{"manifest", "app", "", "app"},
		{"manifest", "--format=json app", "format=json", "app"},
		{"manifest", "-format json app", "format=json", "app"},
		{"manifest", "app --weight", "weight=", "app"},
		{"manifest", "-- --format", "", "--format"},
		{"explain", "--json -tags x ./...", "json=", "-tags x ./..."},
		{"explain", "net/http -- ./a", "", "net/http -- ./a"},
		{"run", "--slow=1s app --slow=2s", "slow=1s", "app --slow=2s"},
		{"run", "-- app -v", "", "app -v"},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		StrList args = {.arena = &a}, given = {.arena = &a};
		Str rest = str_from(rows[i].args);
		Flags f;
		int status = 0;
		test_row = rows[i].args;
		while (rest.len > 0)
			strlist_add(&args, str_cut(&rest, ' '));
		CHECK(flags_read(&a, rows[i].command, &args, &f, &status) && status == 0);
		for (isize k = 0; k < f.given.n; k++)
			strlist_add(&given, str_format(&a, "%.*s=%.*s", STR_ARG(f.given.v[k].key),
						    STR_ARG(*(Str *)f.given.v[k].value)));
		CHECK_STR(str_join(&a, &given, S(" ")), str_from(rows[i].given));
		CHECK_STR(str_join(&a, &f.words, S(" ")), str_from(rows[i].words));
		arena_free(&a);
	}
}

// What stands in the table can be printed: lines fit a terminal, names are told apart.
TEST(test_table)
{
	for (isize i = 0; i < ncommands; i++) {
		const Command *c = &commands[i];
		Str text = str_from(c->text ? c->text : "");
		test_row = c->name;
		CHECK(command_find(str_from(c->name)) == c);
		CHECK(c->run && c->summary[strlen(c->summary) - 1] != '.');
		while (text.len > 0)
			CHECK(str_cut(&text, '\n').len <= 92);
		for (const CommandFlag *f = c->flags; f->name; f++)
			CHECK(!f->words || f->value);
	}
}

SUITE(cmd_flags, RUN(test_flags), RUN(test_table));
