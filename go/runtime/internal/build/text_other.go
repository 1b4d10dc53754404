//go:build go1.28

package build

import "runtime/debug"

func text() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.String()
	}
	return ""
}
