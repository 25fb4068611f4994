package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/scripted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/traffic"
)

const walked = "0f0a4a52-5b8c-4c7e-9d4b-7a8f3c6f1d20"

// openScripted is a client of an API that answers what a test scripts.
func openScripted(t *testing.T) (*Client, *scripted.API, AppRef) {
	t.Helper()
	api := scripted.Start(t)
	c, err := New(Options{Token: scripted.Token, BaseURL: api.URL})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c, api, AppRef{scripted.AccountID, scripted.AppID}
}

// hurried runs f in a bubble of fake time, in which the SDK's waits between
// retries take none. The API stays outside: the client keeps no connection to it,
// for time stands still while one is open.
func hurried(t *testing.T, api *scripted.API, f func(t *testing.T, c *Client, app AppRef)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c, err := New(Options{
			Token:   scripted.Token,
			BaseURL: api.URL,
			WrapTransport: func(next http.RoundTripper) http.RoundTripper {
				next.(*http.Transport).DisableKeepAlives = true
				return next
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		f(t, c, AppRef{scripted.AccountID, scripted.AppID})
	})
}

// people are rows of a list, from one number to another.
func people(from, to int) (rows []any) {
	for i := from; i <= to; i++ {
		rows = append(rows, map[string]any{"id": fmt.Sprint("p-", i), "name": fmt.Sprint("Person ", i)})
	}
	return rows
}

// guests are rows without an id.
func guests(from, to int) (rows []any) {
	for i := from; i <= to; i++ {
		rows = append(rows, map[string]any{"name": fmt.Sprint("Guest ", i)})
	}
	return rows
}

// slice is page no of rows at so many a page.
func slice(rows []any, no, per int) []any {
	from := min((no-1)*per, len(rows))
	return rows[from:min(from+per, len(rows))]
}

// served is one answer: rows with a total (nil: no paging), or a status.
type served struct {
	rows   []any
	total  any
	status int
}

func (s served) write(w http.ResponseWriter) { s.writeAs(w, "data") }

func (s served) writeAs(w http.ResponseWriter, top string) {
	w.Header().Set("Content-Type", "application/json")
	if s.status != 0 {
		w.WriteHeader(s.status)
		_, _ = w.Write([]byte(`{"success":false,"error":{"code":404,"message":"no such page"}}`))
		return
	}
	body := map[string]any{"success": true, top: append([]any{}, s.rows...)}
	if s.total != nil {
		body[map[string]string{"data": "paging", "result": "result_info"}[top]] = map[string]any{"total_count": s.total}
	}
	_ = json.NewEncoder(w).Encode(body)
}

// paged serves rows at so many a page, with a total unless it is nil.
func paged(rows []any, per int, total any) func(no int) served {
	return func(no int) served { return served{rows: slice(rows, no, per), total: total} }
}

// fromZero counts pages from 0.
func fromZero(rows []any, per int, total any) func(no int) served {
	return func(no int) served { return served{rows: slice(rows, no+1, per), total: total} }
}

// halves serves pages of another size after the first two.
func halves(rows []any, per, later int) func(no int) served {
	return func(no int) served { return midway(rows, no, per, later) }
}

// always serves the same rows, whichever page is asked for.
func always(rows []any, total any) func(no int) served {
	return func(int) served { return served{rows: rows, total: total} }
}

// reading is what a walk over a roster brought.
type reading struct {
	names    []string
	coverage Coverage
	requests int
	err      error
}

func read(t *testing.T, serve func(no int) served) reading {
	t.Helper()
	c, api, app := openScripted(t)
	roster(api, serve)
	return readAll(t, c, api, app)
}

// roster has the API serve pages of participants.
func roster(api *scripted.API, serve func(no int) served) {
	api.Handle("/meetings/"+walked+"/participants", func(w http.ResponseWriter, req *http.Request) {
		no, _ := strconv.Atoi(req.URL.Query().Get("page_no"))
		serve(no).write(w)
	})
}

func readAll(t *testing.T, c *Client, api *scripted.API, app AppRef) (r reading) {
	t.Helper()
	for page, err := range c.Participants(t.Context(), app, walked) {
		if r.err = err; err != nil {
			break
		}
		for _, p := range page.Items {
			r.names = append(r.names, p.Name)
		}
		if page.Coverage.Read != len(r.names) {
			t.Errorf("%d rows, %+v", len(r.names), page.Coverage)
		}
		r.coverage = page.Coverage
	}
	r.requests = len(api.Requests())
	return r
}

type walkCase struct {
	serve    func(no int) served
	want     Coverage
	requests int // at most; 0: not counted
}

var walkCases = map[string]walkCase{
	"nobody":              {func(int) served { return served{total: 0} }, Coverage{}, 1},
	"nobody, no total":    {func(int) served { return served{} }, Coverage{}, 1},
	"short page":          {paged(people(1, 30), 100, 30), Coverage{Read: 30, Total: 30}, 1},
	"full page":           {paged(people(1, 100), 100, 100), Coverage{Read: 100, Total: 100}, 2},
	"full pages":          {paged(people(1, 500), 100, 500), Coverage{Read: 500, Total: 500}, 6},
	"total as a string":   {paged(people(1, 130), 100, "130"), Coverage{Read: 130, Total: 130}, 2},
	"clamped":             {paged(people(1, 130), 50, 130), Coverage{Read: 130, Total: 130}, 3},
	"clamped, no total":   {paged(people(1, 130), 25, nil), Coverage{Read: 130}, 7},
	"one a page":          {paged(people(1, 9), 1, nil), Coverage{Read: 9}, 10},
	"all at once":         {always(people(1, 300), 300), Coverage{Read: 300, Total: 300}, 2},
	"all at once, silent": {always(people(1, 300), nil), Coverage{Read: 300}, 2},
	"total of the page": {func(no int) served {
		rows := slice(people(1, 230), no, 100)
		return served{rows: rows, total: len(rows)}
	}, Coverage{Read: 230}, 4},
	"total too small":  {paged(people(1, 230), 100, 120), Coverage{Read: 230}, 4},
	"total of 0":       {paged(people(1, 130), 100, 0), Coverage{Read: 130}, 3},
	"total of -1":      {paged(people(1, 130), 100, -1), Coverage{Read: 130}, 3},
	"absurd total":     {paged(people(1, 130), 100, 1e18), Coverage{Read: 130}, 3},
	"total too large":  {paged(people(1, 130), 100, 5_000_000), Coverage{Read: 130, Total: 5_000_000}, 6},
	"smaller midway":   {halves(people(1, 260), 100, 40), Coverage{Read: 260, Total: 260}, 6},
	"larger midway":    {halves(people(1, 260), 40, 100), Coverage{Read: 260, Total: 260}, 0},
	"short midway":     {halves(people(1, 260), 100, 1), Coverage{Read: 260, Total: 260}, 0},
	"the same forever": {always(people(1, 100), 1000), Coverage{Read: 100, Total: 1000}, 6},
	"two forever": {
		func(no int) served { return served{rows: slice(people(1, 200), no%2+1, 100)} },
		Coverage{Read: 200}, 3,
	},
	"grows": {
		func(no int) served { return served{rows: slice(people(1, 240+no), no, 100), total: 240 + no} },
		Coverage{Read: 243, Total: 243, Changed: true}, 3,
	},
	"shrinks": {func(no int) served {
		if no < 3 {
			return served{rows: slice(people(1, 250), no, 100), total: 250}
		}
		return served{rows: people(201, 240), total: 240}
	}, Coverage{Read: 240, Total: 240, Changed: true}, 3},
	"shrinks, late": {func(no int) served {
		if no < 3 {
			return served{rows: slice(people(1, 250), no, 100), total: 250}
		}
		return served{rows: slice(people(201, 245), no-2, 100), total: 240}
	}, Coverage{Read: 245, Changed: true}, 4},
	"moves": {func(no int) served {
		if no == 1 {
			return served{rows: people(1, 100), total: 150}
		}
		return served{rows: slice(people(96, 145), no-1, 100), total: 150}
	}, Coverage{Read: 145, Total: 150, Changed: true}, 3},
	"twice in a page":     {always(append(people(1, 3), people(3, 3)...), 4), Coverage{Read: 3, Total: 3}, 1},
	"less than the total": {paged(people(1, 120), 100, 130), Coverage{Read: 120, Total: 130}, 3},
	"empty with a total":  {func(int) served { return served{total: 30} }, Coverage{Total: 30}, 2},
	"counted from 0":      {fromZero(people(1, 130), 50, 130), Coverage{Read: 130, Total: 130}, 5},
	"one page, from 0":    {fromZero(people(1, 30), 100, 30), Coverage{Read: 30, Total: 30}, 2},
	"failure after the end": {
		refuseFrom(2, 403, served{rows: people(1, 100), total: 100}),
		Coverage{Read: 100, Total: 100, Refused: true}, 2,
	},
	"success: false after the end": {func(no int) served {
		if no > 2 {
			return served{status: 200}
		}
		return served{rows: slice(people(1, 100), no, 50)}
	}, Coverage{Read: 100, Refused: true}, 3},
	"guests":           {paged(guests(1, 130), 100, 130), Coverage{Read: 130, Total: 130}, 2},
	"guests, no total": {paged(guests(1, 130), 50, nil), Coverage{Read: 130}, 4},
	"guests forever":   {always(guests(1, 40), nil), Coverage{Read: 40}, 2},
	"same guests":      {always(append(guests(1, 1), guests(1, 1)...), 2), Coverage{Read: 2, Total: 2}, 1},
	"mixed forever":    {always(append(guests(1, 1), people(1, 99)...), nil), Coverage{Read: 100}, 2},
	"refused after the end": {
		refuseFrom(3, 404, served{rows: people(1, 200), total: 200}),
		Coverage{Read: 200, Total: 200}, 3,
	},
	"refused, short":    {refuseFrom(2, 400, served{rows: people(1, 3)}), Coverage{Read: 3, Refused: true}, 2},
	"refused, no total": {refuseFrom(3, 422, served{rows: people(1, 200)}), Coverage{Read: 200, Refused: true}, 3},
	"odd rows": {
		always(append(people(1, 3), nil, 5, "x"), 6),
		Coverage{Read: 3, Total: 6, Unreadable: 3}, 1,
	},
}

func TestWalk(t *testing.T) {
	for name, tc := range walkCases {
		t.Run(name, func(t *testing.T) {
			got := read(t, tc.serve)
			if got.err != nil || got.coverage != tc.want || got.requests == 0 || tc.requests > 0 && got.requests > tc.requests {
				t.Errorf("%+v in %d requests, %v, want %+v in %d", got.coverage, got.requests, got.err, tc.want, tc.requests)
			}
			slices.Sort(got.names)
			if n := len(slices.Compact(got.names)); n != tc.want.Read && name != "same guests" {
				t.Errorf("%d different people", n)
			}
			complete := tc.want == Coverage{Read: tc.want.Read, Total: tc.want.Total} && tc.want.Read >= tc.want.Total
			if note := got.coverage.Note(); complete != (note == "") || complete != got.coverage.Complete() {
				t.Errorf("%+v: %q", got.coverage, note)
			}
		})
	}
}

// midway gives the rows in order, the first page of one size and all others of another.
func midway(rows []any, no, first, then int) served {
	if no == 1 {
		return served{rows: rows[:first], total: len(rows)}
	}
	return served{rows: slice(rows[first:], no-1, then), total: len(rows)}
}

// refuseFrom serves pages of 100 of what is given, and a status from a page on.
func refuseFrom(page, status int, all served) func(int) served {
	return func(no int) served {
		if no >= page {
			return served{status: status}
		}
		return served{rows: slice(all.rows, no, 100), total: all.total}
	}
}

func TestWalkErrors(t *testing.T) {
	for name, serve := range map[string]func(no int) served{
		"first page":                  func(int) served { return served{status: 404} },
		"before the total":            refuseFrom(2, 404, served{rows: people(1, 150), total: 150}),
		"no right to the second page": refuseFrom(2, 403, served{rows: people(1, 150)}),
		"broken API":                  refuseFrom(2, 501, served{rows: people(1, 150)}),
	} {
		api := scripted.Start(t)
		roster(api, serve)
		hurried(t, api, func(t *testing.T, c *Client, app AppRef) {
			t.Helper()
			var e *Error
			if got := readAll(t, c, api, app); !errors.As(got.err, &e) || e.Status < 400 {
				t.Errorf("%s: %+v", name, got)
			}
		})
	}
}

// TestWalkBounds reads a list without an end.
func TestWalkBounds(t *testing.T) {
	rows := func(ctx context.Context, per int) (int, Coverage) {
		asked, last := atomic.Int64{}, Coverage{}
		fetch := func(_ context.Context, r PageRequest) (Page[Participant], error) {
			asked.Add(1)
			page := Page[Participant]{rows: per, size: 400 * per}
			for i := range per {
				page.Items = append(page.Items, Participant{ID: fmt.Sprint(*r.No, "-", i)})
			}
			return page, nil
		}
		for page, err := range walk(ctx, fetch) {
			if err != nil {
				t.Fatal(err)
			}
			last = page.Coverage
		}
		return int(asked.Load()), last
	}
	for per, want := range map[int]Coverage{
		1:           {Read: MaxPages, Cut: true},
		50:          {Read: MaxPages * 50, Cut: true},
		1000:        {Read: MaxRows, Cut: true},
		MaxRows - 1: {Read: MaxRows, Cut: true},
	} {
		n, got := rows(t.Context(), per)
		if got != want || n > MaxPages || !strings.Contains(got.Note(), "only") {
			t.Errorf("%d a page: %+v in %d requests, want %+v", per, got, n, want)
		}
	}
	var huge Coverage
	for page := range walk(t.Context(), func(_ context.Context, r PageRequest) (Page[Participant], error) {
		return Page[Participant]{rows: 1, size: MaxBody, Items: []Participant{{ID: fmt.Sprint(*r.No)}}}, nil
	}) {
		huge = page.Coverage
	}
	if huge != (Coverage{Read: 2, Cut: true}) {
		t.Errorf("%+v", huge)
	}
}

// TestCasePaging reads the three documented forms of a session's participants.
func TestCasePaging(t *testing.T) {
	for name, total := range map[string]int{"paging-in-data": 3, "paging-on-top": 3, "no-paging": 0} {
		c, api, app := openScripted(t)
		raw := scripted.Case(t, "session-participants-"+name+".json")
		api.Handle("/sessions/"+walked+"/participants", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/plain") // content types lie
			if r.URL.Query().Get("page_no") == "1" {
				_, _ = w.Write(raw)
			} else {
				_, _ = w.Write([]byte(`{"success":true,"data":{"participants":[]}}`))
			}
		})
		n, last := 0, Coverage{}
		for page, err := range c.Peers(t.Context(), app, walked, PeerFilter{}) {
			if err != nil {
				t.Fatal(name, err)
			}
			n, last = n+len(page.Items), page.Coverage
		}
		if want := (Coverage{Read: 3, Total: total}); n != 3 || last != want {
			t.Errorf("%s: %d people, %+v, want %+v", name, n, last, want)
		}
	}
}

// TestBoundedTogether has two walks share what one call may read.
func TestBoundedTogether(t *testing.T) {
	fetch := func(_ context.Context, r PageRequest) (Page[Participant], error) {
		page := Page[Participant]{rows: 1000}
		for i := range page.rows {
			page.Items = append(page.Items, Participant{ID: fmt.Sprint(*r.No, "-", i)})
		}
		return page, nil
	}
	c := &Client{timeout: time.Hour, pool: traffic.NewPool()}
	ctx, cancel := c.Bounded(t.Context())
	defer cancel()
	var got []Coverage
	for range 2 {
		var last Coverage
		for page, err := range walk(ctx, fetch) {
			if err != nil {
				t.Fatal(err)
			}
			last = page.Coverage
		}
		got = append(got, last)
	}
	if want := []Coverage{{Read: MaxRows, Cut: true}, {Read: MaxCallRows - MaxRows, Cut: true}}; !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}
