package build

import (
	"runtime/debug"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	full := &debug.BuildInfo{GoVersion: "go1.26", Path: "example.com/a/cmd/b", Main: debug.Module{Path: "example.com/a", Version: "v1.2.3", Sum: "h1:x"},
		Deps:     []*debug.Module{{Path: "example.com/dep", Version: "v9.9.9"}},
		Settings: []debug.BuildSetting{{Key: "-ldflags", Value: "-X main.token=\"secret\""}, {Key: "vcs.revision", Value: "abc"}}}
	for text, want := range map[string]Info{
		full.String():                       {"example.com/a/cmd/b", "v1.2.3", "abc"},
		"":                                  {},
		"path\nmod\tx\nbuild\npath\tp\tq\n": {Path: "p"},
	} {
		if got := parse(text); got != want {
			t.Errorf("%q: %+v", text, got)
		}
	}
}

// It is what the standard library says.
func TestRead(t *testing.T) {
	info, ok := debug.ReadBuildInfo()
	if got := Read(); !ok || got.Path != info.Path || got.Version != info.Main.Version || !strings.HasSuffix(got.Path, ".test") {
		t.Errorf("%+v, want %+v", got, info)
	}
}
