#include "plan/apart.h"

#include "base/buf.h"
#include "os/file.h"
#include "plan/added.h"

// ---- whether

// shapes_alike tells whether the build's flags make of a package that we add what they make of
// one of the user's: these go by patterns or by what is named on the command line, or are not
// for our go. Behind a flag that we don't know may stand any other.
static bool shapes_alike(const GoArgs *args)
{
	static const char *const flags[] = {"a", "asmflags", "cover", "covermode", "coverpkg",
		"coverprofile", "gccgoflags", "gcflags", "linkshared", "n", "overlay", "pkgdir"};
	Str mode = goargs_last(args, S("buildmode"));

	for (isize i = 0; i < countof(flags); i++)
		if (goargs_last(args, str_from(flags[i])).len > 0)
			return false;
	return args->alien.len == 0 && !str_eq(args->command, S("test")) &&
	       (mode.len == 0 || str_eq(mode, S("default")) || str_eq(mode, S("exe")) ||
		       str_eq(mode, S("pie")));
}

// has_profile tells whether a profile shapes the packages of one of the programs.
static bool has_profile(const Planner *p)
{
	Str pgo = goargs_last(p->args, S("pgo"));

	if (pgo.len > 0 && !str_eq(pgo, S("auto")))
		return !str_eq(pgo, S("off"));
	for (isize i = 0; i < p->packages.n; i++) {
		const Package *pkg = p->packages.v[i].value;
		if (str_eq(pkg->name, S("main")) &&
			file_exists(path_join(p->arena, pkg->dir, S("default.pgo"))))
			return true;
	}
	return false;
}

// is_settled tells whether the sources of a package can change only together with the plan.
static bool is_settled(const Package *pkg)
{
	const Module *m = pkg->module;

	return pkg->standard || !m || m->is_main ||
	       (m->version.len > 0 && (m->replace_path.len == 0 || m->replace_version.len > 0));
}

// travels tells whether all that is linked for the hooks comes with the tool, and libraries that
// they import are as their module's version says.
static bool travels(const Planner *p)
{
	bool settled = true;

	for (isize i = 0; i < p->packages.n; i++)
		settled &= is_settled(p->packages.v[i].value);
	for (isize i = 0; i < p->woven.n; i++) {
		const Woven *w = &p->woven.v[i];
		StrList hooks = {.arena = p->arena};
		if (w->imports.n > 0)
			return false; // a compile asks go for them
		spec_packages(&w->spec, &hooks);
		for (isize k = 0; k < hooks.n; k++) {
			const HookPackage *hp = map_get(&p->rules.packages, hooks.v[k]);
			bool local = w->package->module && w->package->module->is_main;
			if (!hp || (hp->imports_library && (local || !settled)))
				return false;
			for (isize m = 0; m < hp->modules.n; m++)
				if (!str_starts(hp->modules.v[m], p->bundle))
					return false;
		}
	}
	return true;
}

bool apart_suits(const Planner *p)
{
	Str otelc = path_join(p->arena, p->bundle, S("go/otelc/pkg"));
	Str download = path_join(p->arena, p->env.modules, S("cache/download/new"));
	bool moves = p->out->moved.n > 0 || p->moved.n > 0 || p->elsewhere.home.len > 0;

	return !p->in->together && p->added.len > 0 && !moves && !p->extensions &&
	       !strlist_has(&p->workspace.uses, otelc) && shapes_alike(p->args) &&
	       !has_profile(p) && travels(p) && file_may_make(download) &&
	       !added_gave_up(p->arena, p->added);
}

void apart_main(Planner *p, Str package, Str name, Str path)
{
	buf_addf(&p->mains, "%.*s\t%.*s\t%.*s\n", STR_ARG(package), STR_ARG(name), STR_ARG(path));
}
