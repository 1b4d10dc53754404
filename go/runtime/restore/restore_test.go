package restore

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// The test starts itself: init runs before anything that could call it.
func TestRestore(t *testing.T) {
	if os.Getenv("RESTORE_CHILD") != "" {
		t.Logf("GOWORK=%q GOPROXY=%q", os.Getenv("GOWORK"), os.Getenv("GOPROXY"))
		_, there := os.LookupEnv("GOWORK")
		t.Logf("there=%v saved=%q", there, os.Getenv(saved))
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=TestRestore", "-test.v")
	cmd.Env = append(os.Environ(), "RESTORE_CHILD=1", "GOWORK=/ours", "GOPROXY=ours", saved+"=GOWORK\nGOPROXY=https://a=b,direct")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{`GOWORK="" GOPROXY="https://a=b,direct"`, `there=false saved=""`} {
		if !strings.Contains(string(out), want) {
			t.Errorf("the child says\n%s\nwithout %s", out, want)
		}
	}
}
