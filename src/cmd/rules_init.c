// rules_init.c - otel rules init: a module of rules to start from.
#include "base/buf.h"
#include "cmd/rules.h"
#include "os/file.h"

// A file of it. In its text each % stands for the module, each ^ for the package's name.
typedef struct {
	const char *path, *text;
} Template;

static const Template templates[] = {
	{"go.mod", "module %\n"
		   "\n"
		   "go 1.24\n"
		   "\n"
		   "require (\n"
		   "\tgo.opentelemetry.io/otel v1.41.0\n"
		   "\tgo.opentelemetry.io/otel/trace v1.41.0\n"
		   ")\n"},
	{"otel.yaml", "# Rules: which functions of the library call which hooks.\n"
		      "# 'otel rules check' holds them against a program that uses it.\n"
		      "greet:\n"
		      "  target: example.com/lib # the package to instrument\n"
		      "  where:\n"
		      "    func: Greet # with recv: \"*T\" a method\n"
		      "  do:\n"
		      "    - inject_hooks:\n"
		      "        before: Greet\n"
		      "        path: %\n"},
	{"hooks.go", "// Package ^ instruments example.com/lib.\n"
		     "package ^\n"
		     "\n"
		     "import (\n"
		     "\t\"context\"\n"
		     "\n"
		     "\t\"go.opentelemetry.io/otel\"\n"
		     "\t\"go.opentelemetry.io/otel/attribute\"\n"
		     "\t\"go.opentelemetry.io/otel/codes\"\n"
		     "\t\"go.opentelemetry.io/otel/trace\"\n"
		     ")\n"
		     "\n"
		     "const scope = \"%\"\n"
		     "\n"
		     "// Greet is called at the beginning of lib.Greet, with its parameters. "
		     "newCtx takes the\n"
		     "// place of ctx there; leave is deferred; after is given what is returned, "
		     "and returns what\n"
		     "// the caller gets.\n"
		     "func Greet(ctx context.Context, name string) (\n"
		     "\tnewCtx context.Context, leave func(), after func(string, error) (string, "
		     "error),\n"
		     ") {\n"
		     "\tnewCtx, span := otel.Tracer(scope).Start(ctx, \"greet\",\n"
		     "\t\ttrace.WithAttributes(attribute.String(\"greet.name\", name)))\n"
		     "\tleave = func() { span.End() }\n"
		     "\tafter = func(text string, err error) (string, error) {\n"
		     "\t\tif err != nil {\n"
		     "\t\t\tspan.RecordError(err)\n"
		     "\t\t\tspan.SetStatus(codes.Error, err.Error())\n"
		     "\t\t}\n"
		     "\t\treturn text, err\n"
		     "\t}\n"
		     "\treturn newCtx, leave, after\n"
		     "}\n"},
	{"testdata/greet/in.go", "package lib\n"
				 "\n"
				 "import \"context\"\n"
				 "\n"
				 "func Greet(ctx context.Context, name string) (string, error) {\n"
				 "\treturn \"hello \" + name, ctx.Err()\n"
				 "}\n"},
	{"README.md",
		"# %\n"
		"\n"
		"Rules that instrument example.com/lib, for the command otel.\n"
		"\n"
		"    otel add %          use them: otel.yaml is changed, go.mod is not\n"
		"    otel go build\n"
		"\n"
		"To work on them:\n"
		"\n"
		"    go mod tidy && go vet ./...\n"
		"    otel rules test     weaves testdata/*/in.go; --update accepts the result\n"
		"    otel add FOLDER     in a program that uses the library; FOLDER is this one\n"
		"    otel rules check    there: what the rules do, and what does not fit\n"},
};

// package_name makes a name for the package of the module's last element: "go-rules" is gorules.
static Str package_name(Arena *a, Str module)
{
	StrBuf b = {.arena = a};
	Str base = path_base(module);

	for (isize i = 0; i < base.len; i++) {
		char c = base.p[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
		if (letter || (b.len > 0 && c >= '0' && c <= '9'))
			buf_add(&b, str_slice(base, i, i + 1));
	}
	return b.len > 0 ? buf_str(&b) : S("rules");
}

static Str filled(Arena *a, Str text, Str module, Str package)
{
	StrBuf b = {.arena = a};

	for (isize i = 0; i < text.len; i++)
		buf_add(&b, text.p[i] == '%'   ? module
			    : text.p[i] == '^' ? package
					       : str_slice(text, i, i + 1));
	return buf_str(&b);
}

static bool write_all(Arena *a, Str dir, Str module, Diags *d)
{
	Str package = package_name(a, module);

	for (int i = 0; i < countof(templates); i++) {
		Str path = path_join(a, dir, str_from(templates[i].path));
		Str text = filled(a, str_from(templates[i].text), module, package);
		if (!dir_make_all(path_dir(path), d) || !file_write_atomic(path, text, 0644, d))
			return false;
	}
	return true;
}

int rules_init(Arena *a, Str name)
{
	Diags d = {.arena = a};
	Str dir = path_base(name);
	bool path = str_find(name, S("/")) > 0 && name.p[0] != '.';

	if (dir.len == 0 || str_starts(dir, S(".")) || (!path && dir.len != name.len))
		return usage_of("rules", "init takes a module's path, as in example.com/rules");
	if (file_exists(dir)) {
		diag_fault(&d, "'%.*s' is there already", STR_ARG(dir));
		return finish(&d);
	}
	Str module = path ? name : str_format(a, "example.com/%.*s", STR_ARG(name));
	if (!write_all(a, dir, module, &d))
		return finish(&d);
	if (rules_test(a, dir, true) != 0)
		return EXIT_DIAGNOSTICS;
	printf("%.*s: a module of rules; its README.md says what to do next\n", STR_ARG(dir));
	return 0;
}
