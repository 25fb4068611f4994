package client

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// BenchmarkPage reads one page of a hundred people, from the response to rows.
func BenchmarkPage(b *testing.B) {
	var rows []string
	for i := range 100 {
		rows = append(rows, fmt.Sprintf(
			`{"id":"%08d-0000-4000-8000-000000000000","name":"Person %d","created_at":"2026-11-20T10:00:00Z"}`, i, i))
	}
	body := `{"success":true,"data":[` + strings.Join(rows, ",") + `],"paging":{"total_count":100}}`
	answer := func(http.RoundTripper) http.RoundTripper {
		return roundTripper(func(req *http.Request) (*http.Response, error) {
			return &http.Response{
				StatusCode:    http.StatusOK,
				Header:        http.Header{"Content-Type": {"application/json"}},
				Body:          io.NopCloser(strings.NewReader(body)),
				ContentLength: int64(len(body)),
				Request:       req,
			}, nil
		})
	}
	c, err := New(Options{Token: "t", WrapTransport: answer, Limit: Limit{Requests: 1 << 40, Window: 1}})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		page, err := c.ParticipantsPage(b.Context(), scriptedApp, walked, PageRequest{})
		if err != nil || len(page.Items) != 100 {
			b.Fatal(len(page.Items), err)
		}
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
