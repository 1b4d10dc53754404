package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
	"time"

	"otel.tool/runtime/internal/tree"
)

// summary counts the traces by what they begin with. Its memory is bounded: of each
// name the durations of at most keep traces, of at most names names. Nil counts nothing.
type summary struct {
	traces, failed int
	by             map[string]*group
}

const (
	keep  = 10000
	names = 200
	other = "(other)"
)

// group is all traces that begin alike.
type group struct {
	name      string
	n, failed int
	durations []time.Duration
}

// add counts one trace.
func (s *summary) add(spans []tree.Span) {
	if s == nil || len(spans) == 0 {
		return
	}
	first := root(spans)
	name := first.Service + "  " + first.Name
	if s.by == nil {
		s.by = map[string]*group{}
	}
	if len(s.by) >= names && s.by[name] == nil {
		name = other
	}
	g := s.by[name]
	if g == nil {
		g = &group{name: name}
		s.by[name] = g
	}
	s.traces++
	g.n++
	if slices.ContainsFunc(spans, func(s tree.Span) bool { return s.Error }) {
		s.failed++
		g.failed++
	}
	if len(g.durations) < keep {
		g.durations = append(g.durations, first.Duration)
	} else {
		g.durations[g.n%keep] = first.Duration
	}
}

// root returns the span that has no parent among the others; of several, the earliest.
func root(spans []tree.Span) tree.Span {
	ids := map[string]bool{}
	for i := range spans {
		ids[spans[i].ID] = true
	}
	roots := slices.DeleteFunc(slices.Clone(spans), func(s tree.Span) bool { return ids[s.Parent] })
	if len(roots) == 0 { // a circle, which only a broken program makes
		roots = spans
	}
	return slices.MinFunc(roots, func(a, b tree.Span) int { return a.Start.Compare(b.Start) })
}

// write prints the table, those that took the longest altogether first.
func (s *summary) write(out io.Writer) {
	if s == nil {
		return
	}
	if s.traces == 0 {
		fmt.Fprintln(out, "otel run: no trace came. Was the program built by 'otel go build'?")
		return
	}
	plural := "s"
	if s.traces == 1 {
		plural = ""
	}
	fmt.Fprintf(out, "%d trace%s, %d with errors\n", s.traces, plural, s.failed)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "traces\terrors\tmedian\t95%\tlongest\t")
	groups := slices.SortedFunc(maps.Values(s.by), func(a, b *group) int {
		return cmp.Or(cmp.Compare(total(b), total(a)), cmp.Compare(a.name, b.name))
	})
	for _, g := range groups {
		slices.Sort(g.durations)
		fmt.Fprintf(w, "%d\t%d\t%s\t%s\t%s\t  %s\n", g.n, g.failed, g.quantile(0.5), g.quantile(0.95), g.quantile(1), g.name)
	}
	// What fails to be written here has nobody to be told.
	_ = w.Flush()
}

func total(g *group) time.Duration {
	var sum time.Duration
	for _, d := range g.durations {
		sum += d
	}
	return sum
}

// quantile returns the duration below which that part of the traces lies; the durations
// are sorted.
func (g *group) quantile(q float64) time.Duration {
	d := g.durations[int(q*float64(len(g.durations)-1)+0.5)]
	switch {
	case d >= time.Second:
		return d.Round(10 * time.Millisecond)
	case d >= time.Millisecond:
		return d.Round(10 * time.Microsecond)
	}
	return d.Round(time.Microsecond)
}
