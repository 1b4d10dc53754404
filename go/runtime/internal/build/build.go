// Package build tells what go has written into the program about its source. It is
// runtime/debug.ReadBuildInfo for the three things that we ask, without the reader of
// all modules and settings: 16 KB that few programs have, and some time at their start.
package build

import (
	"strings"
	"sync"
)

// Info is about the main package. What is not known is empty.
type Info struct {
	Path     string // of its import
	Version  string // of its module
	Revision string // of its source (vcs.revision)
}

// Read returns what is known.
var Read = sync.OnceValue(func() Info { return parse(text()) })

// parse reads the format of debug.BuildInfo.String.
func parse(text string) (info Info) {
	for line := range strings.Lines(text) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		switch {
		case f[0] == "path" && len(f) > 1:
			info.Path = f[1]
		case f[0] == "mod" && len(f) > 2:
			info.Version = f[2]
		case f[0] == "build" && len(f) > 1:
			if revision, ok := strings.CutPrefix(f[1], "vcs.revision="); ok {
				info.Revision = revision
			}
		}
	}
	return info
}
