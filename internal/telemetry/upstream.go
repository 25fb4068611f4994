package telemetry

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.41.0"
	"go.opentelemetry.io/otel/trace"
)

// Transport returns a RoundTripper that reports each request through next as a
// client span and a measurement. Of the URL it reports host and port, and the path
// with every id replaced; it leaves out the query, which holds search texts. It does
// not send the trace context, because the API is somebody else's.
func (t *Telemetry) Transport(next http.RoundTripper) http.RoundTripper {
	if t == nil {
		return next
	}
	return &upstream{t: t, next: next}
}

type upstream struct {
	t    *Telemetry
	next http.RoundTripper
}

// CloseIdleConnections closes those of the transport below.
func (u *upstream) CloseIdleConnections() {
	if c, ok := u.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// RoundTrip makes the request. Span and measurement end when the body does.
func (u *upstream) RoundTrip(req *http.Request) (*http.Response, error) {
	start := time.Now()
	template := pathTemplate(req.URL.Path)
	attrs := []attribute.KeyValue{
		semconv.HTTPRequestMethodKey.String(req.Method),
		semconv.URLTemplate(template),
		semconv.ServerAddress(req.URL.Hostname()),
	}
	if port, err := strconv.Atoi(req.URL.Port()); err == nil {
		attrs = append(attrs, semconv.ServerPort(port))
	}
	ctx, span := u.t.tracer.Start(req.Context(), req.Method+" "+template,
		trace.WithSpanKind(trace.SpanKindClient),
		trace.WithTimestamp(start),
		trace.WithAttributes(attrs...),
	)
	// Cloudflare's SDK counts its retries in this header.
	if n, err := strconv.Atoi(req.Header.Get("X-Stainless-Retry-Count")); err == nil && n > 0 {
		span.SetAttributes(semconv.HTTPRequestResendCount(n))
	}
	active := metric.WithAttributes(attrs...)
	u.t.meters.upstreamActive.Add(ctx, 1, active)
	end := func(failure string, more ...attribute.KeyValue) {
		if failure != "" {
			more = append(more, semconv.ErrorTypeKey.String(failure))
			span.SetStatus(codes.Error, "")
		}
		span.SetAttributes(more...)
		span.End()
		u.t.meters.upstreamActive.Add(ctx, -1, active)
		u.t.meters.upstream.Record(ctx, time.Since(start).Seconds(), metric.WithAttributes(append(attrs, more...)...))
	}
	res, err := u.next.RoundTrip(req.WithContext(ctx))
	if err != nil {
		end(failureOf(ctx, err))
		return res, err
	}
	status := semconv.HTTPResponseStatusCode(res.StatusCode)
	res.Body = &body{ReadCloser: res.Body, end: func(err error) {
		failure := ""
		if err != nil {
			failure = failureOf(ctx, err)
		} else if res.StatusCode >= 400 {
			failure = strconv.Itoa(res.StatusCode)
		}
		end(failure, status)
	}}
	return res, nil
}

// failureOf returns one of a few words, because the error's text may hold addresses.
func failureOf(ctx context.Context, err error) string {
	switch {
	case errors.Is(err, context.Canceled), errors.Is(ctx.Err(), context.Canceled):
		return "cancelled"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(ctx.Err(), context.DeadlineExceeded):
		return "timeout"
	default:
		return "network"
	}
}

type body struct {
	io.ReadCloser
	once sync.Once
	end  func(error)
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err == nil {
		return n, nil
	}
	b.once.Do(func() {
		if errors.Is(err, io.EOF) {
			b.end(nil)
		} else {
			b.end(err)
		}
	})
	return n, err
}

func (b *body) Close() error {
	err := b.ReadCloser.Close()
	b.once.Do(func() { b.end(nil) })
	return err
}

// words are the words of the API's paths. Anything else in a path is an id.
var words = map[string]bool{
	"client":         true,
	"v4":             true,
	"accounts":       true,
	"user":           true,
	"tokens":         true,
	"verify":         true,
	"realtime":       true,
	"kit":            true,
	"apps":           true,
	"meetings":       true,
	"participants":   true,
	"active-session": true,
	"sessions":       true,
	"summary":        true,
	"transcript":     true,
	"chat":           true,
	"presets":        true,
	"recordings":     true,
	"livestreams":    true,
	"analytics":      true,
	"daywise":        true,
}

func pathTemplate(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if p != "" && !words[p] {
			parts[i] = "{id}"
		}
	}
	return strings.Join(parts[:min(len(parts), 16)], "/")
}
