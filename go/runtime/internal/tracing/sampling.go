package tracing

import (
	"context"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// decision is what a sampler says of a span.
type decision uint8

const (
	ask decision = iota // it has to be asked
	drop
	recordOnly
	sample
)

// Knows is what is known of a sampler without asking it, by the span above alone. (To ask it takes
// a context in which it looks for that span again, and a stack to do so: in a goroutine of its own,
// as a server has for each call, more than all the rest of a span that is refused.) The zero Knows
// is nothing.
type Knows struct {
	root          decision
	remote, local struct{ sampled, not decision }

	// Below says that what is below a span that was refused is refused as well.
	Below bool
}

// KnownOf returns what is known of the SDK's samplers, by their descriptions, which the
// specification fixes. Of another one there is nothing to know.
func KnownOf(s sdktrace.Sampler) (k Knows) {
	d := s.Description()
	if simple := simply(d); simple != ask {
		k.root = simple
		k.remote.sampled, k.remote.not, k.local.sampled, k.local.not = simple, simple, simple, simple
	}
	if rest, ok := strings.CutPrefix(d, "ParentBased{root:"); ok && strings.HasSuffix(rest, "}") {
		rest = rest[:len(rest)-1]
		for _, part := range []struct {
			name string
			to   *decision
		}{
			{",localParentNotSampled:", &k.local.not},
			{",localParentSampled:", &k.local.sampled},
			{",remoteParentNotSampled:", &k.remote.not},
			{",remoteParentSampled:", &k.remote.sampled},
		} {
			at := strings.LastIndex(rest, part.name)
			if at < 0 {
				return Knows{} // another release says it otherwise
			}
			*part.to = simply(rest[at+len(part.name):])
			rest = rest[:at]
		}
		k.root = simply(rest)
	}
	k.Below = k.local.not == drop || strings.HasPrefix(d, "TraceIDRatioBased{") // by the trace's id
	return k
}

// simply returns what the sampler of that description always says.
func simply(description string) decision {
	switch description {
	case "AlwaysOnSampler":
		return sample
	case "AlwaysOffSampler":
		return drop
	}
	return ask
}

// of returns what is known of a span below parent. The trace's state is the parent's, and there
// are no attributes.
func (k *Knows) of(parent trace.SpanContext) decision {
	if !parent.IsValid() {
		return k.root
	}
	by := &k.local
	if parent.IsRemote() {
		by = &k.remote
	}
	if parent.IsSampled() {
		return by.sampled
	}
	return by.not
}

// ask asks the sampler.
//
//go:noinline
func (p *Provider) ask(ctx context.Context, parent trace.SpanContext, id trace.TraceID, b *begin) (decision, trace.TraceState, []attribute.KeyValue) {
	if b.root {
		ctx = trace.ContextWithSpanContext(ctx, parent)
	}
	r := p.Sampler.ShouldSample(sdktrace.SamplingParameters{
		ParentContext: ctx, TraceID: id, Name: b.name, Kind: b.kind, Attributes: b.attributes, Links: b.links,
	})
	switch r.Decision {
	case sdktrace.RecordAndSample:
		return sample, r.Tracestate, r.Attributes
	case sdktrace.RecordOnly:
		return recordOnly, r.Tracestate, r.Attributes
	}
	return drop, r.Tracestate, r.Attributes
}
