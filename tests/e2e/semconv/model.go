// Package semconv is the model of OpenTelemetry's semantic conventions, as far as our
// instrumentations have to do with it, for tests to hold telemetry against.
//
// spans.yaml says which attributes a span has. registry.yaml, made by Generate, says of
// which type each attribute is, and how a metric is to be.
package semconv

import (
	_ "embed"
	"fmt"
	"maps"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Version of the conventions that both files are of.
const Version = "1.43.0"

//go:embed spans.yaml
var spansFile []byte

//go:embed registry.yaml
var registryFile []byte

// Model is the conventions.
type Model struct {
	Spans      map[string]*Span     // by the group's name: span.http.client
	Attributes map[string]Attribute // by name; of a template, http.request.header, its beginning
	Metrics    map[string]Metric    // by name
}

// Span is a kind of span.
type Span struct {
	ID, Kind, Stability, Extends string
	Attributes                   map[string]Level
}

// Level is how much an attribute is wanted: required, conditionally_required,
// recommended, opt_in; and behind a colon when.
type Level string

// Wanted says whether it ought to be there, at least in some spans.
func (l Level) Wanted() bool { return l != "opt_in" }

// Attribute is one of the registry.
type Attribute struct {
	Type      string // string, int, double, boolean, Enum, string[] ...
	Stability string
	Template  bool // <name>.<key>
}

// Metric is an instrument.
type Metric struct {
	Instrument string // Counter, UpDownCounter, Histogram, Gauge
	Unit       string
	Value      string   // int64 or double
	Required   []string `yaml:",flow"` // attributes
	Optional   []string `yaml:",flow"`
}

// Load reads both files, which have to be of one version and to fit.
func Load() (*Model, error) {
	var spans struct {
		Version string
		Groups  []*Span
	}
	m := &Model{Spans: map[string]*Span{}}
	registry := struct {
		Version    string
		Attributes map[string]string
		Metrics    map[string]Metric
	}{}
	if err := yaml.Unmarshal(spansFile, &spans); err != nil {
		return nil, fmt.Errorf("spans.yaml: %v", err)
	}
	if err := yaml.Unmarshal(registryFile, &registry); err != nil {
		return nil, fmt.Errorf("registry.yaml: %v", err)
	}
	if spans.Version != Version || registry.Version != Version {
		return nil, fmt.Errorf("spans.yaml is of %s, registry.yaml of %s, want %s", spans.Version, registry.Version, Version)
	}
	m.Metrics, m.Attributes = registry.Metrics, map[string]Attribute{}
	for name, text := range registry.Attributes {
		f := strings.Fields(text)
		m.Attributes[name] = Attribute{Type: f[0], Stability: f[1], Template: len(f) > 2}
	}
	for _, g := range spans.Groups {
		if base := m.Spans[g.Extends]; base != nil {
			own := g.Attributes
			g.Attributes = maps.Clone(base.Attributes)
			maps.Copy(g.Attributes, own)
		} else if g.Extends != "" {
			return nil, fmt.Errorf("spans.yaml: %s extends %s, which does not stand before it", g.ID, g.Extends)
		}
		for name, level := range g.Attributes {
			if _, ok := m.Attributes[name]; !ok {
				return nil, fmt.Errorf("spans.yaml: %s: the registry has no attribute %s", g.ID, name)
			}
			switch word, _, _ := strings.Cut(string(level), ":"); word {
			case "required", "conditionally_required", "recommended", "opt_in":
			default:
				return nil, fmt.Errorf("spans.yaml: %s: %s: level %q", g.ID, name, level)
			}
		}
		m.Spans[g.ID] = g
	}
	return m, nil
}

// Find returns the attribute of that name, or the template that it is made of, and the
// name by which the model knows it.
func (m *Model) Find(name string) (a Attribute, known string, ok bool) {
	if a, ok := m.Attributes[name]; ok && !a.Template {
		return a, name, true
	}
	for i, c := range name {
		if c == '.' {
			if a, ok := m.Attributes[name[:i]]; ok && a.Template {
				return a, name[:i], true
			}
		}
	}
	return Attribute{}, "", false
}

// TypeError says what is wrong with a value of that attribute, as pdata gives it; "" if nothing.
func (a Attribute) TypeError(v any) string {
	ok := false
	switch a.Type {
	case "string", "Enum":
		_, ok = v.(string)
	case "int":
		_, ok = v.(int64)
	case "double":
		_, ok = v.(float64)
	case "boolean":
		_, ok = v.(bool)
	case "string[]":
		if list, is := v.([]any); is {
			ok = true
			for _, e := range list {
				_, str := e.(string)
				ok = ok && str
			}
		}
	case "any":
		ok = true
	}
	if ok {
		return ""
	}
	return fmt.Sprintf("%T, want %s", v, a.Type)
}
