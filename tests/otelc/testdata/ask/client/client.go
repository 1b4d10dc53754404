// Package client asks servers over HTTP.
package client

import (
	"context"
	"net/http"
)

// Ask sends a request.
func Ask(ctx context.Context, url string) (int, error) { return get(ctx, url) }

// Other sends one too, but no hook knows it.
func Other(ctx context.Context, url string) (int, error) { return get(ctx, url) }

func get(ctx context.Context, url string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, "GET", url, nil)
	if err != nil {
		return 0, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
}

// Served is called while a request is served.
func Served(path string) {}
