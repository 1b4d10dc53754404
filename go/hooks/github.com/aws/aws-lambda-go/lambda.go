// Package lambda holds the hooks of github.com/aws/aws-lambda-go: a span for each
// invocation, and what has been gathered is sent before the next one is asked for, as
// AWS Lambda stops the process in between. The rules are in otel.yaml.
package lambda

import (
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"sync/atomic"

	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
)

// invocations is off where OTEL_INSTRUMENTATION_GITHUB_COM_AWS_AWS_LAMBDA_GO_ENABLED is false.
var invocations hook.Instrumentation

func init() {
	hook.Register(&invocations, "github.com/aws/aws-lambda-go", "otel.tool/hooks/github.com/aws/aws-lambda-go", "0.1.0")
}

// asked says that there has been a call of next. What is gathered before the first
// invocation is sent with that.
var asked atomic.Bool

// NextEnter is woven into (*runtimeAPIClient).next, which asks for an invocation. It
// returns when what there is has been sent, or OTEL_GO_FLUSH_TIMEOUT is over.
func NextEnter() {
	if invocations.On() && asked.Swap(true) {
		defer hook.Guard()
		hook.Flush()
	}
}

func same(r io.Reader, e *messages.InvokeResponse_Error) (io.Reader, *messages.InvokeResponse_Error) {
	return r, e
}

// InvokeEnter is woven into callBytesHandlerFunc, which calls the program's handler: a
// span by the semantic conventions for AWS Lambda (1.43, in development).
func InvokeEnter(ctx context.Context, payload []byte) (newCtx context.Context, leave func(), after func(io.Reader, *messages.InvokeResponse_Error) (io.Reader, *messages.InvokeResponse_Error)) {
	newCtx, after = ctx, same
	if !invocations.On() {
		return
	}
	defer hook.Guard()
	name, attrs := describe(ctx, payload)
	c := &invocation{}
	c.Ctx, c.span = invocations.StartEntry(parent(ctx), name, trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(attrs...))
	c.scope = hook.MakeCurrent(&c.Active)
	return c.Ctx, c.end, c.answer
}

// invocation is one of them, while it lasts.
type invocation struct {
	hook.Active
	span     trace.Span
	scope    hook.Scope
	answered bool
}

func (c *invocation) answer(r io.Reader, e *messages.InvokeResponse_Error) (io.Reader, *messages.InvokeResponse_Error) {
	defer hook.Guard()
	c.answered = true
	if e != nil {
		c.fail(e.Type)
	}
	return r, e
}

// fail says that it has failed. What the error says is left out: there may be secrets in it.
func (c *invocation) fail(errorType string) {
	c.span.SetStatus(codes.Error, "")
	c.span.SetAttributes(attribute.String("error.type", errorType))
}

func (c *invocation) end() {
	defer hook.Guard()
	c.scope.Leave()
	if !c.answered {
		c.fail("panic") // which the library has recovered
	}
	c.span.End()
}

func describe(ctx context.Context, payload []byte) (name string, attrs []attribute.KeyValue) {
	name = os.Getenv("AWS_LAMBDA_FUNCTION_NAME")
	if name == "" {
		name = "invoke"
	}
	attrs = append(attrs, attribute.String("faas.trigger", trigger(payload)), attribute.Bool("faas.coldstart", !warm.Swap(true)))
	lc, ok := lambdacontext.FromContext(ctx)
	if !ok {
		return name, attrs
	}
	attrs = append(attrs, attribute.String("faas.invocation_id", lc.AwsRequestID))
	if arn := lc.InvokedFunctionArn; arn != "" {
		attrs = append(attrs, attribute.String("aws.lambda.invoked_arn", arn))
		if f := strings.Split(arn, ":"); len(f) > 6 {
			attrs = append(attrs, attribute.String("cloud.account.id", f[4]), attribute.String("cloud.resource_id", resourceID(f)))
		}
	}
	return name, attrs
}

// warm says that there has been an invocation.
var warm atomic.Bool

// resourceID is the ARN of the function at the version that runs: what was asked for may be an alias.
func resourceID(arn []string) string {
	id := strings.Join(arn[:7], ":")
	if version := os.Getenv("AWS_LAMBDA_FUNCTION_VERSION"); version != "" {
		id += ":" + version
	}
	return id
}

// triggers are how the events of services of AWS can be told, near their beginning.
var triggers = []struct{ sign, trigger string }{
	{`"requestContext":{`, "http"}, // API Gateway, function URLs, load balancers
	{`"eventSource":"aws:sqs"`, "pubsub"},
	{`"EventSource":"aws:sns"`, "pubsub"},
	{`"eventSource":"aws:kinesis"`, "pubsub"},
	{`"eventSource":"aws:kafka"`, "pubsub"},
	{`"eventSource":"aws:mq"`, "pubsub"},
	{`"eventSource":"aws:rmq"`, "pubsub"},
	{`"eventSource":"aws:s3"`, "datasource"},
	{`"eventSource":"aws:dynamodb"`, "datasource"},
	{`"detail-type":"Scheduled Event"`, "timer"}, // EventBridge
}

// trigger is faas.trigger of an event.
func trigger(payload []byte) string {
	const near = 8 << 10 // records of a stream may have their data before their source
	payload = payload[:min(len(payload), near)]
	for _, t := range triggers {
		if bytes.Contains(payload, []byte(t.sign)) {
			return t.trigger
		}
	}
	return "other"
}

// parent returns ctx with the span that X-Ray's header names, as far as the configured
// propagators read that header (OTEL_PROPAGATORS=xray).
func parent(ctx context.Context) context.Context {
	if header, ok := ctx.Value("x-amzn-trace-id").(string); ok && header != "" {
		return invocations.Extract(ctx, propagation.MapCarrier{"X-Amzn-Trace-Id": header})
	}
	return ctx
}
