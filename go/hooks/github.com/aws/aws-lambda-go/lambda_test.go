package lambda

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
)

// fromXRay is a propagator that takes the header for a trace's id.
type fromXRay struct{ propagation.TraceContext }

func (fromXRay) Extract(ctx context.Context, c propagation.TextMapCarrier) context.Context {
	id, _ := trace.TraceIDFromHex(c.Get("X-Amzn-Trace-Id"))
	return trace.ContextWithRemoteSpanContext(ctx, trace.NewSpanContext(trace.SpanContextConfig{TraceID: id, SpanID: trace.SpanID{1}, TraceFlags: 1}))
}

func on(t *testing.T) *tracetest.SpanRecorder {
	rec := tracetest.NewSpanRecorder()
	hook.Enable(sdk.NewTracerProvider(sdk.WithSpanProcessor(rec)), fromXRay{})
	faults := hook.Faults()
	t.Cleanup(func() {
		hook.Disable()
		if n := hook.Faults() - faults; n != 0 {
			t.Errorf("%d panics in the hook", n)
		}
	})
	return rec
}

// call calls what the woven callBytesHandlerFunc would be.
func call(ctx context.Context, event string, handler func(context.Context) *messages.InvokeResponse_Error) (failed *messages.InvokeResponse_Error) {
	ctx, leave, after := InvokeEnter(ctx, []byte(event))
	if leave != nil {
		defer leave()
	}
	defer func() {
		if recover() != nil {
			failed = &messages.InvokeResponse_Error{Type: "string"}
		}
	}()
	_, failed = after(io.Reader(nil), handler(ctx))
	return failed
}

func TestInvoke(t *testing.T) {
	t.Setenv("AWS_LAMBDA_FUNCTION_NAME", "f")
	t.Setenv("AWS_LAMBDA_FUNCTION_VERSION", "7")
	const (
		sqs      = `{"Records":[{"messageId":"1","body":"b","attributes":{},"eventSource":"aws:sqs","awsRegion":"r"}]}`
		schedule = `{"version":"0","id":"1","detail-type":"Scheduled Event","source":"aws.events","detail":{}}`
		gateway  = `{"version":"2.0","routeKey":"$default","rawPath":"/","requestContext":{"http":{"method":"GET"}}}`
	)
	warm.Store(false)
	const id = "000102030405060708090a0b0c0d0e0f"
	invoked := lambdacontext.NewContext(context.Background(), &lambdacontext.LambdaContext{AwsRequestID: "i", InvokedFunctionArn: "arn:aws:lambda:r:123:function:f:alias"})
	//lint:ignore SA1029 the library's own key
	traced := context.WithValue(context.Background(), "x-amzn-trace-id", id)
	for _, tt := range []struct {
		name  string
		ctx   context.Context
		event string
		fails *messages.InvokeResponse_Error
		want  string
	}{
		{"an invocation", invoked, "1", nil, "f Unset aws.lambda.invoked_arn=arn:aws:lambda:r:123:function:f:alias cloud.account.id=123 cloud.resource_id=arn:aws:lambda:r:123:function:f:7 faas.coldstart=true faas.invocation_id=i faas.trigger=other"},
		{"an error", context.Background(), sqs, &messages.InvokeResponse_Error{Type: "errorString", Message: "secret"}, "f Error error.type=errorString faas.coldstart=false faas.trigger=pubsub"},
		{"a panic", context.Background(), schedule, &messages.InvokeResponse_Error{Type: "string"}, "f Error error.type=panic faas.coldstart=false faas.trigger=timer"},
		{"X-Ray", traced, gateway, nil, "f Unset faas.coldstart=false faas.trigger=http"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rec := on(t)
			got := call(tt.ctx, tt.event, func(ctx context.Context) *messages.InvokeResponse_Error {
				if !trace.SpanFromContext(ctx).IsRecording() || !trace.SpanFromContext(hook.WithCurrent(context.Background())).IsRecording() {
					t.Error("the handler is outside of the span")
				}
				if tt.name == "a panic" {
					panic("secret")
				}
				return tt.fails
			})
			if (got == nil) != (tt.fails == nil) {
				t.Errorf("answered %v", got)
			}
			s := rec.Ended()[0]
			attrs := s.Attributes()
			slices.SortFunc(attrs, func(a, b attribute.KeyValue) int { return strings.Compare(string(a.Key), string(b.Key)) })
			text := s.Name() + " " + s.Status().Code.String()
			for _, a := range attrs {
				text += fmt.Sprintf(" %s=%s", a.Key, a.Value.Emit())
			}
			if text != tt.want || s.SpanKind() != trace.SpanKindServer || s.Status() != (sdk.Status{Code: s.Status().Code}) || s.Status().Code == codes.Ok {
				t.Errorf("got  %s\nwant %s", text, tt.want)
			}
			if from := s.SpanContext().TraceID().String() == id; from != (tt.name == "X-Ray") {
				t.Errorf("in the trace %s", s.SpanContext().TraceID())
			}
		})
	}
}

// What is off does nothing.
func TestOff(t *testing.T) {
	ctx := context.Background()
	if n := testing.AllocsPerRun(10, func() {
		NextEnter()
		if newCtx, leave, _ := InvokeEnter(ctx, nil); newCtx != ctx || leave != nil {
			t.Error("it does something")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
