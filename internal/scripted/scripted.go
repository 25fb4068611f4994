// Package scripted serves an API over real HTTP that answers exactly what a test
// says: a raw body, a meeting with its sessions and people, or whatever a handler
// writes. The sample account imitates the API; this package is for documented
// examples, and for answers that the sample account never gives.
package scripted

import (
	"embed"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// What a client needs to reach the API.
const (
	AccountID = "0123456789abcdef0123456789abcdef"
	AppID     = "2ae3ce9b-0fd6-4a5f-a1ee-1d9fe5a9a5c1"
	Token     = "scripted-token-not-a-secret"
)

//go:embed cases
var cases embed.FS

// Case returns a file of the folder cases, which holds small answers in the
// documented shapes.
func Case(tb testing.TB, name string) []byte {
	tb.Helper()
	raw, err := cases.ReadFile("cases/" + name)
	if err != nil {
		tb.Fatal(err)
	}
	return raw
}

// API answers with what was scripted, and with 404 to everything else.
type API struct {
	URL string // base URL

	tb       testing.TB
	mu       sync.Mutex
	routes   map[string]http.HandlerFunc
	requests []string
}

// Start serves an API on loopback until the test ends.
func Start(tb testing.TB) *API {
	tb.Helper()
	a := &API{tb: tb, routes: map[string]http.HandlerFunc{}}
	s := httptest.NewServer(a)
	tb.Cleanup(s.Close)
	a.URL = s.URL + "/client/v4"
	return a
}

// Environment returns the variables that make a program use this API.
func (a *API) Environment() map[string]string {
	return map[string]string{
		"CLOUDFLARE_API_TOKEN":  Token,
		"CLOUDFLARE_ACCOUNT_ID": AccountID,
		"REALTIMEKIT_APP_ID":    AppID,
		"CLOUDFLARE_BASE_URL":   a.URL,
	}
}

// Handle scripts the answer to a path below the app, such as "/sessions/1", or, if
// it starts with "//", to a path of the host, such as "//client/v4/accounts".
func (a *API) Handle(path string, h http.HandlerFunc) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if host, ok := strings.CutPrefix(path, "/"); ok && strings.HasPrefix(host, "/") {
		path = host
	} else {
		path = "/client/v4/accounts/" + AccountID + "/realtime/kit/" + AppID + path
	}
	a.routes[path] = h
}

// JSON scripts an answer with status 200 and the given body.
func (a *API) JSON(path string, body []byte) {
	a.Handle(path, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body) // the client may be gone
	})
}

// List scripts a list with paging. If key is empty, data is the list itself, and
// otherwise data is an object that holds the list under key.
func (a *API) List(path, key string, rows []any) {
	a.Handle(path, func(w http.ResponseWriter, r *http.Request) {
		from, to := window(r, len(rows))
		var data any = append([]any{}, rows[from:to]...)
		if key != "" {
			data = map[string]any{key: data}
		}
		start := from + 1
		if from == to {
			start = 0
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{ // the client may be gone
			"success": true,
			"data":    data,
			"paging":  map[string]int{"total_count": len(rows), "start_offset": start, "end_offset": to},
		})
	})
}

func window(r *http.Request, n int) (from, to int) {
	no, per := 1, 25
	if v, err := strconv.Atoi(r.URL.Query().Get("page_no")); err == nil && v > 0 {
		no = v
	}
	if v, err := strconv.Atoi(r.URL.Query().Get("per_page")); err == nil && v > 0 {
		per = v
	}
	from = min((no-1)*per, n)
	return from, min(from+per, n)
}

// Meeting scripts a meeting: its details, its roster, its sessions and their
// peers, in the documented shapes. Rows have the fields of the API; sessions are
// given latest first.
func (a *API) Meeting(meeting map[string]any, roster []any, sessions []map[string]any, peers map[string][]any) {
	id, _ := meeting["id"].(string)
	a.data("/meetings/"+id, meeting)
	a.List("/meetings", "", []any{meeting})
	a.List("/meetings/"+id+"/participants", "", roster)
	var list []any
	for _, s := range sessions {
		list = append(list, s)
		sid, _ := s["id"].(string)
		a.data("/sessions/"+sid, s)
		a.List("/sessions/"+sid+"/participants", "participants", peers[sid])
	}
	a.List("/sessions", "sessions", list)
}

func (a *API) data(path string, v any) {
	raw, err := json.Marshal(map[string]any{"success": true, "data": v})
	if err != nil {
		a.tb.Fatal(err)
	}
	a.JSON(path, raw)
}

// Requests returns the paths, with their queries, that were requested so far.
func (a *API) Requests() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]string{}, a.requests...)
}

// ServeHTTP implements http.Handler.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	a.requests = append(a.requests, r.URL.RequestURI())
	h := a.routes[r.URL.Path]
	a.mu.Unlock()
	if h == nil {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte(`{"success":false,"error":{"code":404,"message":"not scripted"}}`)) // the client may be gone
		return
	}
	h(w, r)
}
