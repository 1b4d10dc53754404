package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"otel.tool/tests/e2e/collect"
)

// lambdaMain is a function for AWS Lambda, which gives back what it gets but "fail".
const lambdaMain = `package main

import (
	"context"
	"errors"
	"net/http"

	"github.com/aws/aws-lambda-go/lambda"
)

func main() {
	lambda.Start(func(ctx context.Context, in string) (string, error) {
		if in == "fail" {
			return "", errors.New("S3CR3T")
		}
		if in == "panic" {
			panic("S3CR3T")
		}
		if r, err := http.Get("http://127.0.0.1:1/"); err == nil {
			r.Body.Close()
		}
		return in, nil
	})
}
`

// lambdaAPI is AWS Lambda's runtime API: it has some invocations, notes what they answer
// and what has been collected when the next one is asked for. The last one ends the program.
type lambdaAPI struct {
	spans *collect.Collector
	in    []string

	mu       sync.Mutex
	asked    int
	out      []string
	received []int // spans, at each time that an invocation was asked for
}

func (l *lambdaAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !strings.HasSuffix(r.URL.Path, "/next") {
		body, _ := io.ReadAll(r.Body)
		l.out = append(l.out, r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]+" "+string(body))
		w.WriteHeader(http.StatusAccepted)
		return
	}
	l.received = append(l.received, len(l.spans.Spans()))
	payload, _ := json.Marshal(l.in[l.asked])
	l.asked++
	w.Header().Set("Lambda-Runtime-Aws-Request-Id", fmt.Sprint("id", l.asked))
	w.Header().Set("Lambda-Runtime-Deadline-Ms", "9999999999999")
	w.Header().Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-west-1:123:function:f")
	_, _ = w.Write(payload)
}

// TestLambda runs a function for AWS Lambda, plain and woven: the same answers, and when
// it asks for the next invocation, the spans of the one before have been sent.
func TestLambda(t *testing.T) {
	t.Parallel()
	const client = "Client GET Error|Client GET Error" // before 1.41.0 there are no spans of invocations
	const spans = "Server f|  Client GET Error|Server f Error|Server f|  Client GET Error|Server f Error"
	trees := []string{client, client, spans, spans}
	for i, version := range tested["github.com/aws/aws-lambda-go"] {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			between(t, i, len(trees))
			a := emptyApp(t, "go.mod", "module example.com/f\n\ngo 1.24\n", "main.go", lambdaMain)
			a.must("go", "get", "github.com/aws/aws-lambda-go@"+version)
			plain, _, _ := lambda(t, a.plain())
			got, received, spans := lambda(t, a.woven())
			if got != plain || strings.Count(plain, "response") != 2 {
				t.Errorf("- plain, + woven:\n%s", diff(plain, got))
			}
			if tree := collect.Tree(spans); tree != lines(trees[i]) {
				t.Errorf("got\n%swant\n%s", tree, lines(trees[i]))
			}
			if strings.Contains(fmt.Sprint(spans), "S3CR3T") {
				t.Errorf("a span holds a secret: %+v", spans)
			}
			if len(received) != 4 || received[0] != 0 || received[1] == 0 || received[3] <= received[1] {
				t.Errorf("of %d spans, when an invocation was asked for, had come %v", len(spans), received)
			}
			for _, span := range spans {
				if span.Name == "f" && span.Attrs["error.type"] == nil {
					attrs{"faas.invocation_id": anything, "cloud.account.id": "123", "aws.lambda.invoked_arn": "arn:aws:lambda:eu-west-1:123:function:f"}.check(t, span)
				}
			}
		})
	}
}

// lambda runs a function against a runtime API of its own.
func lambda(t *testing.T, bin string) (answers string, received []int, spans []collect.Span) {
	t.Helper()
	c := collect.Start(t)
	api := &lambdaAPI{spans: c, in: []string{"a", "fail", "b", "panic"}}
	s := httptest.NewServer(api)
	defer s.Close()
	env := []string{"AWS_LAMBDA_RUNTIME_API=" + strings.TrimPrefix(s.URL, "http://"), "AWS_LAMBDA_FUNCTION_NAME=f",
		"OTEL_EXPORTER_OTLP_ENDPOINT=" + c.GRPC, "OTEL_BSP_SCHEDULE_DELAY=600000"}
	p := start(t, env, bin)
	<-p.done
	api.mu.Lock()
	defer api.mu.Unlock()
	return strings.Join(api.out, "\n"), api.received, c.Spans()
}
