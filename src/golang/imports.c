#include "golang/imports.h"

#include "os/file.h"

enum { HEAD = 4096 }; // where the imports of most files are

bool imports_read(Arena *a, Source *src, File *out, Diags *diags)
{
	ParseOptions opt = {.imports_only = true};
	Diags of_head = {.arena = a};

	if (!file_read_head(a, src->name, HEAD, &src->text, diags))
		return false;
	if (src->text.len < HEAD)
		return parse_file(a, src, opt, out, diags);
	// Having looked at less than all of the head, the parser saw nothing of the cut.
	if (parse_file(a, src, opt, out, &of_head) && out->seen < src->text.len)
		return true;
	return file_read(a, src->name, &src->text, diags) && parse_file(a, src, opt, out, diags);
}
