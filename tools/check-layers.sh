#!/bin/sh
# check-layers.sh - a file may include its own folder and the folders before it.
set -eu
layers="base os text golang weave plan cmd"

rank() { i=0; for l in $layers; do i=$((i + 1)); [ "$l" = "$1" ] && echo $i && return; done; echo 99; }

bad=0
for dir in src/*/; do
	from=$(basename "$dir")
	for to in $(sed -n 's/^#include "\([a-z]*\)\/.*/\1/p' "$dir"*.[ch] | sort -u); do
		if [ "$(rank "$to")" -gt "$(rank "$from")" ]; then
			echo "src/$from must not include $to/" >&2
			bad=1
		fi
	done
done
for f in $(find src tests tools -name '*.[ch]'); do
	if [ "$(wc -l <"$f")" -gt 800 ]; then
		echo "$f is longer than 800 lines" >&2
		bad=1
	fi
done
exit $bad
