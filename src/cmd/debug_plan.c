#include <stdio.h>

#include "cmd/cmd.h"
#include "cmd/debug.h"
#include "cmd/planned.h"

int debug_plan(Arena *a, const StrList *args)
{
	PlanInput in = {.fresh = true, .refused.arena = a};
	GoArgs parsed = {0};
	Plan plan;
	Diags d = {.arena = a};

	goargs_parse(a, S("build"), args, &parsed);
	if (!planned_tools(a, &in, &d) || !plan_make(a, &in, &parsed, &plan, &d))
		return finish(&d);
	const struct {
		const char *name;
		int64_t ns;
	} parts[] = {
		{"list", plan.times.list},
		{"rules", plan.times.rules},
		{"match", plan.times.match},
		{"rest", plan.times.rest},
	};
	for (isize i = 0; i < countof(parts); i++)
		printf("%s %lld\n", parts[i].name, (long long)(parts[i].ns / 1000));
	return finish(&d);
}
