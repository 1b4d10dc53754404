#!/bin/sh
# run.sh [LIST] - measure the parser over the files named in LIST, by default over
# 10,000 of GOROOT and the module corpus of tests/diff.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
otel=$(realpath "${OTEL:-build/otel}")
out=build/bench-parse
mkdir -p "$out"
out=$(realpath "$out")

if [ $# -gt 0 ]; then
	cp "$1" "$out/files"
else
	"$here/../../tests/diff/corpus.sh" "$out/corpus"
	find "$(go env GOROOT)/src" -type f -name '*.go' | LC_ALL=C sort | cat - "$out/corpus" |
		awk '{ name[NR] = $0 } END { for (i = 0; i < 10000; i++) print name[1 + int(i * NR / 10000)] }' >"$out/files"
fi
GOWORK=off go build -C "$here" -o "$out/parse" .
"$out/parse" --otel "$otel" --list "$out/files"
