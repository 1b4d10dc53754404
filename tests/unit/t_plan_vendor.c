#include "os/file.h"
#include "plan/vendor.h"
#include "test.h"

static void put(Arena *a, Str dir, const char *name, const char *text)
{
	Diags d = {.arena = a};
	Str path = path_join(a, dir, str_from(name));

	CHECK(dir_make_all(path_dir(path), &d) &&
		file_write_atomic(path, str_from(text), 0644, &d));
}

// Each row is a vendor/modules.txt, and the replacements and go.mod files for it.
TEST(test_replace)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{"", ""},
		{"# a.com/x v1.2.3\n## explicit; go 1.20\na.com/x\na.com/x/sub\n",
			"a.com/x => \"ROOT/vendor/a.com/x\": module a.com/x go 1.20"},
		{"# a.com/x v1.2.3\n## explicit\na.com/x\n# b.com/y v0.1.0\n## go "
		 "1.17\nb.com/y/z\n",
			"a.com/x => \"ROOT/vendor/a.com/x\": module a.com/x"
			"; b.com/y => \"ROOT/vendor/b.com/y\": module b.com/y go 1.17"},
		{"## workspace\n# a.com/x v1.2.3 => ../x\n## explicit; go 1.20\na.com/x\n# a.com/x "
		 "=> ../x\n",
			"a.com/x => \"ROOT/vendor/a.com/x\": module a.com/x go 1.20"},
		{"# a.com/x => b.com/y v1.0.0\n## explicit\n", // required, and no package used
			"a.com/x => \"ROOT/vendor/a.com/x\": module a.com/x"},
		// Ours need two packages of it, and the folder has one.
		{"# ours.com/part v1.0.0\nours.com/part/one\n", ""},
		{"# ours.com/all v1.0.0\nours.com/all/one\n",
			"ours.com/all => \"ROOT/vendor/ours.com/all\": module ours.com/all"},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		Diags d = {.arena = &a};
		Str root = test_dir();
		StrBuf got = {.arena = &a};
		Planner p = {.arena = &a, .bundle = root, .diags = &d, .env.os = S("linux")};

		test_row = rows[i].in;
		p.files.arena = p.overlay.arena = p.workspace.replaces.arena = &a;
		put(&a, root, "vendor/modules.txt", rows[i].in);
		put(&a, root, "vendor/ours.com/part/one/x.go", "package one\n");
		put(&a, root, "vendor/ours.com/all/one/x.go", "package one\n");
		put(&a, root, "packages",
			"linux ours.com/all ours.com/all/one\nlinux ours.com/part "
			"ours.com/part/one\n"
			"linux ours.com/part ours.com/part/two\nwindows ours.com/all "
			"ours.com/all/registry\n");
		CHECK(vendor_replace(&p, root));
		for (isize k = 0; k < p.workspace.replaces.n; k++) {
			Str mod = *(Str *)p.files.v[k].value, line = str_cut(&mod, '\n'),
			    go = str_trim(mod);
			buf_addf(&got, "%s%.*s: %.*s%s%.*s", k ? "; " : "",
				STR_ARG(p.workspace.replaces.v[k]), STR_ARG(line),
				go.len ? " " : "", STR_ARG(go));
		}
		Str text = buf_str(&got);
		isize at;
		while ((at = str_find(text, root)) >= 0)
			text = str_format(&a, "%.*sROOT%.*s", (int)at, text.p,
				(int)(text.len - at - root.len), text.p + at + root.len);
		CHECK_STR(text, str_from(rows[i].want));
		arena_free(&a);
	}
}

SUITE(plan_vendor, RUN(test_replace));
