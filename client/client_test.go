package client_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var app = client.AppRef{AccountID: demoapi.AccountID, AppID: demoapi.AppID}

func open(t *testing.T, o demoapi.Options) (*client.Client, *demoapi.API) {
	t.Helper()
	s, err := demoapi.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	c, err := client.New(client.Options{Token: demoapi.Token, BaseURL: s.URL})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(); s.Close() })
	return c, s.API
}

func TestWalkKeepsOrder(t *testing.T) {
	c, api := open(t, demoapi.Options{LargeRoster: 1234, Faults: demoapi.Faults{Latency: time.Millisecond}})
	var ids []string
	pages := 0
	for page, err := range c.Participants(t.Context(), app, demoapi.LargeMeetingID) {
		if err != nil {
			t.Fatal(err)
		}
		if page.Start != len(ids)+1 || page.Total != 1234 {
			t.Errorf("page %d starts at %d after %d rows", pages, page.Start, len(ids))
		}
		pages++
		for _, p := range page.Items {
			ids = append(ids, p.ID)
		}
	}
	if pages != 13 || len(ids) != 1234 || api.Requests() != 13 || api.MaxInFlight() > 4 || api.MaxInFlight() < 2 {
		t.Errorf("%d pages, %d rows, %d requests, %d in flight", pages, len(ids), api.Requests(), api.MaxInFlight())
	}
	slices.Sort(ids)
	if n := len(slices.Compact(ids)); n != 1234 {
		t.Errorf("%d distinct ids", n)
	}
}

func TestWalkStopsEarly(t *testing.T) {
	c, api := open(t, demoapi.Options{LargeRoster: 50_000, Faults: demoapi.Faults{Latency: 5 * time.Millisecond}})
	for _, err := range c.Participants(t.Context(), app, demoapi.LargeMeetingID) {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	if got := api.Requests(); got > 5 {
		t.Errorf("%d requests for the first page", got)
	}
}

func TestWalkEndsAtError(t *testing.T) {
	c, _ := open(t, demoapi.Options{})
	pages, failed := 0, error(nil)
	for _, err := range c.Participants(t.Context(), app, "no-such-meeting") {
		pages++
		failed = err
	}
	if pages != 1 || !client.NotFound(failed) {
		t.Errorf("%d pages, %v", pages, failed)
	}
}

func TestIDsNeverReachAPath(t *testing.T) {
	c, api := open(t, demoapi.Options{})
	for _, id := range []string{
		"", "..", ".", "a/b", "a?b", "a#b", "a%2fb", "a b", "a\nb", "é", "-a", "a@", "a[", "a`", "a{", "a/", "a:",
		"a\x00", "a\x7f", "a\xff", strings.Repeat("a", 65),
	} {
		var refused *client.IDError
		if _, err := c.Meeting(t.Context(), app, id); !errors.As(err, &refused) || refused.Field != "meeting_id" {
			t.Errorf("meeting_id %q: %v", id, err)
		}
		other := client.AppRef{AccountID: app.AccountID, AppID: id}
		_, err := c.ParticipantsPage(t.Context(), other, demoapi.StandupMeetingID, client.PageRequest{})
		if !errors.As(err, &refused) || refused.Field != "app_id" {
			t.Errorf("app_id %q: %v", id, err)
		}
		if _, _, err := c.Apps(t.Context(), id); !errors.As(err, &refused) || refused.Field != "account_id" {
			t.Errorf("account_id %q: %v", id, err)
		}
	}
	if api.Requests() != 0 {
		t.Errorf("%d requests were made", api.Requests())
	}
	for _, id := range []string{"a", strings.Repeat("a", 64), "2ae3ce9b-0fd6-4a5f-a1ee-1d9fe5a9a5c1", "app_1"} {
		if err := client.CheckID("app_id", id); err != nil {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func TestBaseURL(t *testing.T) {
	for raw, ok := range map[string]bool{
		"https://api.cloudflare.com/client/v4":   true,
		"http://127.0.0.1:8080/client/v4":        true,
		"http://[::1]/":                          true,
		"http://localhost":                       true,
		"http://api.cloudflare.com":              false,
		"http://127.0.0.1.evil.example":          false,
		"http://localhost.evil.example":          false,
		"ftp://127.0.0.1":                        false,
		"https://user:secret@api.cloudflare.com": false,
		"https://x?a=b":                          false,
		"":                                       false,
		"api.cloudflare.com":                     false,
		"https://x/#f":                           false,
	} {
		if err := client.ValidateBaseURL(raw); (err == nil) != ok {
			t.Errorf("%q: %v", raw, err)
		}
	}
}

func TestCancelledCallIsNotAFailure(t *testing.T) {
	c, _ := open(t, demoapi.Options{Faults: demoapi.Faults{Latency: time.Minute}})
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	if _, _, err := c.Apps(ctx, demoapi.AccountID); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestErrorFields(t *testing.T) {
	c, api := open(t, demoapi.Options{})
	api.SetFaults(demoapi.Faults{Status: 429, FailAll: true, RetryAfter: "90", Cloudflare: true})
	_, _, err := c.Apps(t.Context(), demoapi.AccountID)
	var e *client.Error
	if !errors.As(err, &e) || e.Status != 429 || e.Code != 10429 || e.RetryAfter != 90*time.Second ||
		e.RequestID == "" || e.Message != "refused by a fault" {
		t.Errorf("%+v", err)
	}
	if strings.Contains(err.Error(), demoapi.Token) {
		t.Error("the token is in the error")
	}
}

// TestRefusedUntilTheEnd runs out of time while the SDK waits to ask again.
func TestRefusedUntilTheEnd(t *testing.T) {
	s, err := demoapi.Start(t.Context(), demoapi.Options{Faults: demoapi.Faults{Status: 429, FailAll: true}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	c, err := client.New(client.Options{Token: demoapi.Token, BaseURL: s.URL, Timeout: 300 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	var e *client.Error
	_, _, err = c.Apps(t.Context(), demoapi.AccountID)
	if !errors.As(err, &e) || e.Status != 429 || !strings.Contains(e.Remedy, "rate limit") {
		t.Errorf("%v", err)
	}
}

func TestLiveSession(t *testing.T) {
	c, _ := open(t, demoapi.Options{})
	live, err := c.LiveSession(t.Context(), app, demoapi.LiveMeetingID)
	if err != nil || live == nil || live.LiveParticipants != 5 || live.StartedAt.IsZero() {
		t.Errorf("%+v, %v", live, err)
	}
	none, err := c.LiveSession(t.Context(), app, demoapi.StandupMeetingID)
	if err != nil || none != nil {
		t.Errorf("%+v, %v", none, err)
	}
}

func TestMeetingFilter(t *testing.T) {
	c, _ := open(t, demoapi.Options{})
	filter := client.MeetingFilter{Search: "STAND-UP", Status: "ACTIVE"}
	page, err := c.MeetingsPage(t.Context(), app, filter, client.PageRequest{})
	if err != nil || len(page.Items) != 1 || page.Items[0].ID != demoapi.StandupMeetingID {
		t.Errorf("%+v, %v", page, err)
	}
}

func TestTokenOfTheContext(t *testing.T) {
	api, err := demoapi.Start(t.Context(), demoapi.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(api.Close)
	for _, own := range []string{"", demoapi.Token} {
		c, err := client.New(client.Options{Token: own, BaseURL: api.URL})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		if _, _, err := c.Apps(client.WithToken(t.Context(), ""), demoapi.AccountID); !errors.Is(err, client.ErrNoToken) {
			t.Errorf("without a token: %v", err)
		}
		var e *client.Error
		_, _, err = c.Apps(client.WithToken(t.Context(), "wrong"), demoapi.AccountID)
		if !errors.As(err, &e) || e.Status != 401 {
			t.Errorf("with a wrong token: %v", err)
		}
		if _, _, err := c.Apps(client.WithToken(t.Context(), demoapi.Token), demoapi.AccountID); err != nil {
			t.Error(err)
		}
	}
}

func TestLimitTooLow(t *testing.T) {
	for _, l := range []client.Limit{{Requests: 1, Window: time.Second}, {Requests: 10}, {Window: time.Second}} {
		if _, err := client.New(client.Options{Limit: l}); err == nil {
			t.Errorf("%+v was accepted", l)
		}
	}
}

func TestUsedUpLimit(t *testing.T) {
	s, err := demoapi.Start(t.Context(), demoapi.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	limit := client.Limit{Requests: 2, Window: time.Hour}
	c, err := client.New(client.Options{Token: demoapi.Token, BaseURL: s.URL, Limit: limit})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	if _, err := c.Meeting(t.Context(), app, demoapi.StandupMeetingID); err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	_, err = c.Meeting(t.Context(), app, demoapi.StandupMeetingID)
	var e *client.Error
	if !errors.As(err, &e) || e.Status != 0 || e.RetryAfter < time.Hour ||
		!strings.Contains(err.Error(), "limit of 2 requests in 1h0m0s") || !strings.Contains(err.Error(), "Try again in 1h") {
		t.Errorf("%v", err)
	}
	if took := time.Since(begin); took > 300*time.Millisecond || s.API.Requests() != 1 {
		t.Errorf("took %s, %d requests: not refused at once", took, s.API.Requests())
	}
}

// TestOddRows holds that what is missing, null or no time costs no page.
func TestOddRows(t *testing.T) {
	for body, want := range map[string]string{
		`{"success":true,"data":[{"id":"a","name":null,"created_at":"soon"},` +
			`{"id":"b","name":"B","created_at":"2026-03-02T10:00:00+01:00","more":{"x":[1]}}],` +
			`"paging":{"total_count":2,"start_offset":1,"end_offset":2}}`: "a  0001-01-01 b B 2026-03-02 2",
		`{"success":true,"data":null,"paging":{"total_count":0}}`: "0",
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(body))
		}))
		c, err := client.New(client.Options{Token: demoapi.Token, BaseURL: s.URL})
		if err != nil {
			t.Fatal(err)
		}
		page, err := c.ParticipantsPage(t.Context(), app, demoapi.StandupMeetingID, client.PageRequest{})
		got := ""
		for _, p := range page.Items {
			got += p.ID + " " + p.Name + " " + p.CreatedAt.Format(time.DateOnly) + " "
		}
		if got += strconv.Itoa(page.Total); err != nil || got != want {
			t.Errorf("%s: %q, %v, want %q", body, got, err, want)
		}
		c.Close()
		s.Close()
	}
}
