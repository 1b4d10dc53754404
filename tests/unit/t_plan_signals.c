#include "plan/signals.h"
#include "test.h"

TEST(test_read)
{
	static const struct {
		const char *in, *want, *fault;
	} rows[] = {
		{"", "logs,metrics,traces", ""},
		{"traces", "traces", ""},
		{"traces,metrics", "metrics,traces", ""},
		{" logs , traces ,logs", "logs,traces", ""},
		{"all", "logs,metrics,traces", ""},
		{"traces,all", "logs,metrics,traces", ""},
		{"trace", "",
			"error: OTEL_GO_SIGNALS: unknown signal 'trace'\n"
			"help: did you mean 'traces'? It takes traces, metrics, logs, or all"},
		{"traces,,logs", "logs,traces",
			"error: OTEL_GO_SIGNALS: unknown signal ''\n"
			"help: it takes traces, metrics, logs, or all"},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		Diags d = {.arena = &a};
		StrList got;

		test_row = rows[i].in;
		bool ok = signals_read(&a, str_from(rows[i].in), &got, &d);
		CHECK(ok == (rows[i].fault[0] == '\0'));
		CHECK_STR(test_diags(&a, &d), str_from(rows[i].fault));
		if (ok)
			CHECK_STR(str_join(&a, &got, S(",")), str_from(rows[i].want));
		arena_free(&a);
	}
}

// Each row is what was chosen and what a rule's `signal` says: is the rule woven?
TEST(test_serve)
{
	static const struct {
		const char *chosen, *signal;
		bool want;
	} rows[] = {
		{"traces", "", true},
		{"metrics", "", true},
		{"logs", "", false},
		{"logs", "logs", true},
		{"traces", "logs", false},
		{"traces", "traces", true},
		{"metrics", "traces", false},
		{"metrics", "logs, metrics", true},
		{"all", "logs", true},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		Diags d = {.arena = &a};
		StrList chosen;
		Rule r = {.signal = str_from(rows[i].signal)};

		test_row = rows[i].chosen;
		CHECK(signals_read(&a, str_from(rows[i].chosen), &chosen, &d));
		CHECK(signals_serve(&chosen, &r) == rows[i].want);
		arena_free(&a);
	}
}

TEST(test_names)
{
	Arena a = {0};
	Diags d = {.arena = &a};
	Source src = {S("r.yaml"), S("x:\n")};
	Rule r = {.name = S("x"), .src = &src, .at = {0, 1}, .signal = S("metrics,log")};

	CHECK(!signals_check(&a, &r, &d));
	CHECK_STR(test_diags(&a, &d),
		S("r.yaml:1:1: error: rule 'x': unknown signal 'log'\nhelp: did you mean "
		  "'logs'?"));
	r.signal = S("metrics, logs");
	CHECK(signals_check(&a, &r, &d));
	arena_free(&a);
}

// By default nothing moves that could stay: version is that of the family in the build, which
// has what `has` names.
TEST(test_settle)
{
	static const struct {
		const char *version, *has, *want;
	} rows[] = {
		{"", "", "logs metrics traces"},        // no OpenTelemetry
		{"v1.30.0", "", "logs metrics traces"}, // the API alone: its SDK is ours
		{"v1.30.0", "sdk", "traces"},           // theirs stays
		{"v1.30.0", "sdk sdk/metric", "metrics traces"},
		{"v1.40.0", "sdk", "traces"},              // what counts is the highest of ours
		{"v1.20.0", "sdk", "logs metrics traces"}, // moves anyway
		{"v1.41.0", "sdk", "logs metrics traces"}, // as ours
		{"v1.45.0", "sdk", "logs metrics traces"},
	};
	static const char *const api[] = {"", "/metric", "/trace"};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		Diags d = {.arena = &a};
		StrMap packages = {.arena = &a};
		StrList chosen, names = {.arena = &a};
		Str has = str_from(rows[i].has);

		test_row = rows[i].version;
		for (isize k = 0; k < countof(api) && rows[i].version[0] != '\0'; k++)
			strlist_add(&names, str_from(api[k]));
		while (has.len > 0) {
			Str module = str_cut(&has, ' ');
			strlist_add(&names, str_format(&a, "/%.*s", STR_ARG(module)));
		}
		for (isize k = 0; k < names.n; k++) {
			Module *m = arena_new(&a, Module);
			Package *p = arena_new(&a, Package);
			m->path =
				str_format(&a, "go.opentelemetry.io/otel%.*s", STR_ARG(names.v[k]));
			m->version = str_from(rows[i].version);
			p->path = m->path;
			p->module = m;
			map_put(&packages, p->path, p);
		}
		CHECK(signals_read(&a, S(""), &chosen, &d));
		bool fewer = signals_settle(&chosen, &packages,
			S("x v1.0.0\ngo.opentelemetry.io/otel v1.38.0\n"
			  "go.opentelemetry.io/otel v1.41.0\n"));
		CHECK_STR(str_join(&a, &chosen, S(" ")), str_from(rows[i].want));
		CHECK(fewer == (chosen.n < 3));
		arena_free(&a);
	}
}

SUITE(plan_signals, RUN(test_read), RUN(test_serve), RUN(test_names), RUN(test_settle));
