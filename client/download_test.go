package client

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/download"
)

func drain(r io.Reader, _ string) error {
	_, err := io.Copy(io.Discard, r)
	return err
}

// TestDownloadRefusals is what a link may not be, for a client of the public API.
func TestDownloadRefusals(t *testing.T) {
	reached := false
	inside := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer inside.Close()
	inside.Config.ErrorLog = nil
	c, err := New(Options{Token: "t", Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for link, want := range map[string]error{
		"http://1.1.1.1/x?signature=secret": download.ErrNotHTTPS,
		"ftp://1.1.1.1/x":                   download.ErrNotHTTPS,
		"file:///etc/passwd":                download.ErrNotHTTPS,
		"":                                  download.ErrNotHTTPS,
		"https://":                          download.ErrNotHTTPS,
		"https://user:pass@example.com/":    download.ErrNotHTTPS,
		"gopher://x\n":                      download.ErrNotHTTPS,
		"//example.com/x":                   download.ErrNotHTTPS,
		inside.URL + "/?signature=secret":   download.ErrPrivateAddress,
		"https://169.254.169.254/latest/meta-data/": download.ErrPrivateAddress,
		"https://[::1]:1/":                          download.ErrPrivateAddress,
		"https://10.0.0.1/":                         download.ErrPrivateAddress,
		"https://[::ffff:127.0.0.1]:1/":             download.ErrPrivateAddress,
		"https://localhost:1/?signature=secret":     download.ErrPrivateAddress,
		"https://0.0.0.0:1/":                        download.ErrPrivateAddress,
		"https://2130706433:1/":                     nil,
		"https://0x7f.1:1/":                         nil,
	} {
		err := c.Download(t.Context(), &Link{URL: SecretURL(link), what: "the text"}, drain)
		if err == nil || want != nil && !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", link, err, want)
			continue
		}
		for e := err; e != nil; e = errors.Unwrap(e) {
			if strings.Contains(e.Error(), "secret") || strings.Contains(e.Error(), "signature") {
				t.Errorf("%q: the link is in the error: %v", link, e)
			}
		}
	}
	if reached {
		t.Error("a server on loopback was reached")
	}
}

func TestDownloadCancelled(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer s.Close()
	c, err := New(Options{Token: "t", BaseURL: s.URL, Timeout: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var e *Error
	link := &Link{URL: SecretURL(s.URL), what: "the text"}
	if err := c.Download(t.Context(), link, drain); !errors.As(err, &e) || !strings.Contains(e.Message, "within 50ms") {
		t.Errorf("timeout: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	if err := c.Download(ctx, link, drain); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// What an answer without content holds is an empty text.
func TestDownloadNoContent(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNoContent)
	}))
	defer s.Close()
	c, err := New(Options{Token: "t", BaseURL: s.URL})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	read := 0
	err = c.Download(t.Context(), &Link{URL: SecretURL(s.URL), what: "the text"}, func(r io.Reader, _ string) error {
		read++
		text, err := io.ReadAll(r)
		if len(text) > 0 {
			t.Errorf("%q", text)
		}
		return err
	})
	if err != nil || read != 1 {
		t.Errorf("read %d times: %v", read, err)
	}
}
