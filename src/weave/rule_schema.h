// rule_schema.h - the JSON Schema of rule files and otel.yaml, for editors.
//
// Draft 2020-12. It is made of the tables by which the files are read, so it knows the
// same keys; what a text must look like inside is mostly left to the reader.
#ifndef WEAVE_RULE_SCHEMA_H
#define WEAVE_RULE_SCHEMA_H

#include "base/str.h"

Str rule_schema(Arena *a);

#endif
