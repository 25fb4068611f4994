package deliver

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/event"
)

const key = "0123456789abcdef0123456789abcdef"

var secret = "whsec_" + base64.StdEncoding.EncodeToString([]byte(key))

// receive returns a Post to a server that answers with h.
func receive(t *testing.T, o PostOptions, h http.HandlerFunc) *Post {
	t.Helper()
	s := httptest.NewTLSServer(h)
	o.URL, o.Secret, o.Transport = s.URL+"/hook/of-secret-words?key=of-secret-words", secret, s.Client().Transport
	p, err := NewPost(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close(); s.Close() })
	return p
}

func TestPost(t *testing.T) {
	t.Parallel()
	e := ended()
	p := receive(t, PostOptions{UserAgent: "agent/1"}, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		var got event.Event
		if err := json.Unmarshal(body, &got); err != nil || !reflect.DeepEqual(got, e) {
			t.Errorf("%v: body %s", err, body)
		}
		checker, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			t.Error(err)
		} else if err := checker.Verify(body, r.Header); err != nil {
			t.Error(err)
		}
		mac := hmac.New(sha256.New, []byte(key)) // as the specification words it
		_, _ = io.WriteString(mac, e.ID+"."+r.Header.Get("Webhook-Timestamp")+"."+string(body))
		if want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)); r.Header.Get("Webhook-Signature") != want {
			t.Errorf("signature %s, want %s", r.Header.Get("Webhook-Signature"), want)
		}
		if r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" ||
			r.Header.Get("Webhook-Id") != e.ID || r.UserAgent() != "agent/1" {
			t.Errorf("%s, %v", r.Method, r.Header)
		}
		w.WriteHeader(http.StatusAccepted)
	})
	if err := p.Deliver(t.Context(), e); err != nil {
		t.Error(err)
	}
}

func TestPostAnswers(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	p := receive(t, PostOptions{}, func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		w.Header().Set("Location", "/elsewhere")
		w.Header().Set("Retry-After", "90")
		status := 0
		for _, c := range r.Header.Get("X-Status") {
			status = 10*status + int(c-'0')
		}
		w.WriteHeader(status)
	})
	asked := &asking{next: p.http.Transport}
	p.http.Transport = asked
	for status, want := range map[string]struct{ fails, final bool }{
		"200": {false, false},
		"204": {false, false},
		"301": {true, false},
		"307": {true, false},
		"400": {true, true},
		"401": {true, false},
		"404": {true, false},
		"408": {true, false},
		"409": {true, true},
		"410": {true, true},
		"413": {true, true},
		"422": {true, true},
		"429": {true, false},
		"500": {true, false},
		"503": {true, false},
	} {
		asked.status = status
		before := requests.Load()
		err := p.Deliver(t.Context(), ended())
		if (err != nil) != want.fails || Permanent(err) != want.final {
			t.Errorf("%s: %v, permanent %t", status, err, Permanent(err))
		}
		if n := requests.Load() - before; n != 1 {
			t.Errorf("%s: %d requests", status, n)
		}
		known, ok := errors.AsType[*Error](err)
		if ok && (known.RetryAfter() == 90*time.Second) != (want.fails && !want.final) {
			t.Errorf("%s: after %s", status, known.RetryAfter())
		}
		if err != nil && (!strings.Contains(err.Error(), "HTTP "+status) || strings.Contains(err.Error(), "secret-words")) {
			t.Error(err)
		}
	}
}

// asking asks the server of the test for a status.
type asking struct {
	status string
	next   http.RoundTripper
}

func (a *asking) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Set("X-Status", a.status)
	return a.next.RoundTrip(r)
}

func (a *asking) CloseIdleConnections() {
	if c, ok := a.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// TestPostEndlessAnswer holds that no more of an answer is read than its bound.
func TestPostEndlessAnswer(t *testing.T) {
	t.Parallel()
	p := receive(t, PostOptions{}, func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := w.Write(make([]byte, 4096)); err != nil {
				return
			}
		}
	})
	if err := p.Deliver(t.Context(), ended()); err != nil {
		t.Error(err)
	}
}

func TestPostTimeout(t *testing.T) {
	t.Parallel()
	wait := func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}
	p := receive(t, PostOptions{Timeout: 30 * time.Millisecond}, wait)
	if err := p.Deliver(t.Context(), ended()); err == nil || Permanent(err) || strings.Contains(err.Error(), "secret-words") {
		t.Error(err)
	}
	arrived := make(chan struct{})
	p = receive(t, PostOptions{Parallel: 1}, func(w http.ResponseWriter, r *http.Request) { close(arrived); wait(w, r) })
	ctx, cancel := context.WithCancel(t.Context())
	got := make(chan error, 2)
	for range 2 { // of which one waits for the other
		go func() { got <- p.Deliver(ctx, ended()) }()
	}
	<-arrived
	cancel()
	for range 2 {
		if err := <-got; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
}

func TestPostUnreachable(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"http://127.0.0.1:1/secret-words", "http://localhost:1/secret-words"} {
		p, err := NewPost(PostOptions{URL: url, Secret: secret})
		if err != nil {
			t.Fatal(err)
		}
		err = p.Deliver(t.Context(), ended())
		if err == nil || Permanent(err) || strings.Contains(err.Error(), "secret-words") {
			t.Errorf("%s: %v", url, err)
		}
		p.Close()
	}
	dialled, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://192.0.2.1/", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := transport(true).RoundTrip(dialled); err == nil || !strings.Contains(err.Error(), "not loopback") {
		t.Errorf("a name that is not this machine's: %v", err)
	}
}

func TestPostOptions(t *testing.T) {
	t.Parallel()
	for url, good := range map[string]bool{
		"https://hooks.example.com/x?y=z": true,
		"https://192.168.1.1/x":           true,
		"http://127.0.0.1:8080/x":         true,
		"http://[::1]/x":                  true,
		"http://localhost/x":              true,
		"http://hooks.example.com/x":      false,
		"http://192.168.1.1/x":            false,
		"http://localhost.example.com/":   false,
		"https://me:word@example.com/":    false,
		"https://example.com/#x":          false,
		"https:///x":                      false,
		"https:example.com":               false,
		"ftp://127.0.0.1/x":               false,
		"file:///etc/passwd":              false,
		"example.com/x":                   false,
		"":                                false,
		"https://exa mple.com/":           false,
	} {
		if _, err := NewPost(PostOptions{URL: url, Secret: secret}); (err == nil) != good {
			t.Errorf("%s: %v", url, err)
		} else if err != nil && strings.Contains(err.Error(), "word") && strings.Contains(err.Error(), "me:") {
			t.Errorf("the password is in %v", err)
		}
	}
	for word, good := range map[string]bool{
		secret:                               true,
		strings.TrimPrefix(secret, "whsec_"): false,
		"whsec_":                             false,
		"whsec_c2hvcnQ=":                     false,
		"whsec_not base64":                   false,
		"whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 65)): false,
		"": false,
	} {
		if err := CheckSecret(word); (err == nil) != good || err != nil && word != "" && len(word) > 6 && strings.Contains(err.Error(), word) {
			t.Errorf("%s: %v", word, err)
		}
	}
}

func TestPostRefusesOtherIDs(t *testing.T) {
	t.Parallel()
	p := receive(t, PostOptions{}, func(http.ResponseWriter, *http.Request) { t.Error("it was sent") })
	for _, id := range []string{"", "a\nb", "a.b", strings.Repeat("x", 65)} {
		e := ended()
		e.ID = id
		if err := p.Deliver(t.Context(), e); !Permanent(err) {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func TestRetryAfterHeader(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)
	for header, want := range map[string]time.Duration{
		"":                              0,
		"0":                             0,
		" 120 ":                         2 * time.Minute,
		"-5":                            0,
		"soon":                          0,
		"999999":                        time.Hour,
		"99999999999999999999":          0,
		"Wed, 25 Nov 2026 10:00:30 GMT": 30 * time.Second,
		"Wed, 25 Nov 2026 09:00:00 GMT": 0,
		"Fri, 25 Nov 2099 09:00:00 GMT": time.Hour,
	} {
		if got := retryAfter(header, now); got != want {
			t.Errorf("%q: %s, want %s", header, got, want)
		}
	}
}
