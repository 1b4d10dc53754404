package gctx

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"
	"time"
	"unsafe"
)

var (
	traceID = [16]byte{0xab, 15: 1}
	spanID  = [8]byte{0xcd, 7: 2}
)

type key struct{}

func enter(name string) (*Active, Scope) {
	a := &Active{Ctx: context.WithValue(context.Background(), key{}, name)}
	return a, Enter(a, traceID, spanID)
}

func TestNestsAndRestores(t *testing.T) {
	if Current() != nil {
		t.Fatal("something is current before any Enter")
	}
	a, outer := enter("outer")
	b, inner := enter("inner")
	if Current() != b {
		t.Error("inner is not current")
	}
	inner.Leave()
	if Current() != a {
		t.Error("outer is not current again")
	}
	outer.Leave()
	if Current() != nil || getProfLabel() != nil {
		t.Error("something is left")
	}
	Scope{}.Leave()
}

func TestInherited(t *testing.T) {
	a, s := enter("a")
	inside, ended := make(chan *Active), make(chan *Active)
	left := make(chan bool)
	go func() {
		inside <- Current()
		<-left
		ended <- Current()
	}()
	if got := <-inside; got != a {
		t.Error("a new goroutine does not inherit")
	}
	s.Leave()
	close(left)
	if got := <-ended; got != nil {
		t.Error("an ended span is current in a goroutine that it started")
	}
}

func TestLeaveElsewhereOnlyEnds(t *testing.T) {
	_, s := enter("a")
	done := make(chan bool)
	go func() {
		b, inner := enter("b")
		s.Leave()
		if Current() != b {
			t.Error("Leave of another goroutine's scope changed this one's")
		}
		inner.Leave()
		close(done)
	}()
	<-done
	if Current() != nil {
		t.Error("ended elsewhere, still current")
	}
	setProfLabel(nil)
}

func TestEndedSpanIsFreed(t *testing.T) {
	freed := make(chan bool)
	a := &Active{Ctx: context.WithValue(context.Background(), key{}, new([64]byte))}
	runtime.SetFinalizer(a, func(*Active) { close(freed) })
	s := Enter(a, traceID, spanID)
	stop := make(chan bool)
	go func() { <-stop }() // holds the node
	s.Leave()
	a, s = nil, Scope{}
	for i := 0; i < 100; i++ {
		runtime.GC()
		select {
		case <-freed:
			close(stop)
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
	t.Error("an ended span is kept alive by a goroutine that it started")
}

// profile returns the goroutine profile, which names the labels.
func profile(t *testing.T) string {
	var b bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&b, 1); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestLabelsInProfiles(t *testing.T) {
	ShowInProfiles(true)
	defer ShowInProfiles(false)
	ctx := pprof.WithLabels(context.Background(), pprof.Labels("user", "one"))
	pprof.SetGoroutineLabels(ctx)
	defer pprof.SetGoroutineLabels(context.Background())

	_, s := enter("a")
	_, s2 := enter("b")
	want := `"trace_id":"ab000000000000000000000000000001"`
	got := profile(t)
	for _, want := range []string{want, `"span_id":"cd00000000000002"`, `"user":"one"`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in the goroutine profile:\n%s", want, got)
		}
	}
	if strings.Contains(got, `"otel"`) {
		t.Error("the mark is visible")
	}
	s2.Leave()
	s.Leave()
	if got := profile(t); strings.Contains(got, "trace_id") || !strings.Contains(got, `"user":"one"`) {
		t.Errorf("labels not as before:\n%s", got)
	}
}

func TestLabelsInCPUProfiles(t *testing.T) {
	ShowInProfiles(true)
	defer ShowInProfiles(false)
	for try := range 5 {
		var b bytes.Buffer
		if err := pprof.StartCPUProfile(&b); err != nil {
			t.Skip(err)
		}
		_, s := enter("a")
		for end := time.Now().Add(time.Duration(100<<try) * time.Millisecond); time.Now().Before(end); {
			Current()
		}
		s.Leave()
		pprof.StopCPUProfile()
		z, err := gzip.NewReader(&b)
		if err != nil {
			t.Fatal(err)
		}
		if all, _ := io.ReadAll(z); bytes.Contains(all, []byte("ab000000000000000000000000000001")) {
			return
		}
	}
	t.Error("no trace id in a CPU profile")
}

func TestHiddenFromProfiles(t *testing.T) {
	_, s := enter("a")
	defer s.Leave()
	if got := profile(t); strings.Contains(got, "trace_id") || strings.Contains(got, "otel\":") {
		t.Errorf("labels are visible:\n%s", got)
	}
}

func TestUserLabelsWin(t *testing.T) {
	_, s := enter("a")
	ctx := pprof.WithLabels(context.Background(), pprof.Labels("user", "two"))
	pprof.SetGoroutineLabels(ctx)
	if Current() != nil {
		t.Error("the program's labels taken for ours")
	}
	mine := getProfLabel()
	s.Leave()
	if getProfLabel() != mine {
		t.Error("labels that the program set after Enter are lost")
	}
	pprof.SetGoroutineLabels(context.Background())
}

// setLabels is what a woven pprof.SetGoroutineLabels does.
func setLabels(ctx context.Context) {
	n := Keep()
	pprof.SetGoroutineLabels(ctx)
	if n != nil {
		n.Rejoin()
	}
}

func TestLabelsSetWithin(t *testing.T) {
	ShowInProfiles(true)
	defer ShowInProfiles(false)
	labels := func(v string) context.Context {
		return pprof.WithLabels(context.Background(), pprof.Labels("user", v))
	}
	none := context.Background()
	a, outer := enter("outer")
	b, inner := enter("inner")

	setLabels(labels("one"))
	got := profile(t)
	if Current() != b || !strings.Contains(got, `"user":"one"`) || !strings.Contains(got, `"span_id"`) {
		t.Errorf("within labels: %v\n%s", Current(), got)
	}
	inherited := make(chan *Active)
	go func() { inherited <- Current() }()
	if <-inherited != b {
		t.Error("not inherited")
	}
	setLabels(none) // as pprof.Do does at its end
	if Current() != b || strings.Contains(profile(t), `"user"`) {
		t.Error("after labels")
	}
	setLabels(labels("two"))
	inner.Leave()
	if Current() != a || !strings.Contains(profile(t), `"user":"two"`) {
		t.Errorf("outer, with labels that stay: %v", Current())
	}
	outer.Leave()
	if Current() != nil || node(getProfLabel()) != nil || !strings.Contains(profile(t), `"user":"two"`) {
		t.Error("the labels that the program set do not stay")
	}
	setLabels(none)
	if getProfLabel() != nil || Keep() != nil {
		t.Error("something is left")
	}

	_, s := enter("a")
	setLabels(labels("three"))
	setLabels(none)
	s.Leave()
	if getProfLabel() != nil {
		t.Error("something is left")
	}
}

func TestForeignListsWithRoom(t *testing.T) {
	for _, list := range [][]label{
		nil, {}, make([]label, 0, 4), make([]label, 1, 2),
		append(make([]label, 0, 3), label{"otel", "x"}),
		append(make([]label, 0, 3), label{"a", "b"}, label{"otel", ""})[:1],
	} {
		p := &struct{ list []label }{list}
		setProfLabel(unsafe.Pointer(p))
		if Current() != nil {
			t.Errorf("%v (cap %d) taken for ours", list, cap(list))
		}
	}
	setProfLabel(nil)
}

func TestAllocations(t *testing.T) {
	a := &Active{Ctx: context.Background()}
	for _, show := range []bool{false, true} {
		ShowInProfiles(show)
		if n := testing.AllocsPerRun(100, func() { Enter(a, traceID, spanID).Leave() }); n != 1 {
			t.Errorf("Enter with labels shown %v makes %v allocations, want 1", show, n)
		}
	}
	ShowInProfiles(false)
	if n := testing.AllocsPerRun(100, func() { Current() }); n != 0 {
		t.Errorf("Current makes %v allocations", n)
	}
}

var sink *Active

func BenchmarkCurrentNone(b *testing.B) {
	for i := 0; i < b.N; i++ {
		sink = Current()
	}
}

func BenchmarkCurrent(b *testing.B) {
	_, s := enter("a")
	defer s.Leave()
	for i := 0; i < b.N; i++ {
		sink = Current()
	}
}

func BenchmarkEnterLeave(b *testing.B) {
	a := &Active{Ctx: context.Background()}
	b.ReportAllocs()
	for i := 0; i < b.N; i++ {
		Enter(a, traceID, spanID).Leave()
	}
}

func BenchmarkEnterLeaveShown(b *testing.B) {
	ShowInProfiles(true)
	defer ShowInProfiles(false)
	BenchmarkEnterLeave(b)
}
