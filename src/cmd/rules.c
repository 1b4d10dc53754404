#include "cmd/command.h"

int cmd_rules(Arena *a, const Options *opt, const StrList *args)
{
	(void)a, (void)opt, (void)args;
	return usage_of("rules", "expected check, init, test or schema");
}
