package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/scripted"
)

const (
	rosterPath = "/meetings/" + caseMeeting + "/participants"
	peersPath  = "/sessions/" + caseSession + "/participants"
)

// body answers with a text, whatever its length.
func body(text string) http.HandlerFunc {
	raw := []byte(text)
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(raw)
	}
}

// pageOf is page_no of rows in pages of a fixed size, whatever was asked for,
// and without any paging.
func pagesOf(key string, per int, rows []any) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		no, _ := strconv.Atoi(r.URL.Query().Get("page_no"))
		from := min(max(0, no-1)*per, len(rows))
		var data any = append([]any{}, rows[from:min(from+per, len(rows))]...)
		if key != "" {
			data = map[string]any{key: data}
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"success": true, "data": data})
	}
}

// joined are peers of the case's session, from one number to another; without
// an id they are guests.
func joined(from, to int, id bool) (rows []any) {
	for i := from; i <= to; i++ {
		row := map[string]any{
			"display_name": fmt.Sprint("Person ", i),
			"preset_name":  "guest",
			"joined_at":    "2026-11-20T10:00:00Z",
			"left_at":      "2026-11-20T10:30:00Z",
			"duration":     30,
		}
		if id {
			row["id"], row["user_id"] = fmt.Sprint("peer-", i), fmt.Sprint("user-", i)
		}
		rows = append(rows, row)
	}
	return rows
}

// caseAPI has the case's session, without a roster, and the peers given.
func caseAPI(t *testing.T, peers http.HandlerFunc) *scripted.API {
	t.Helper()
	api := scripted.Start(t)
	api.JSON("/sessions/"+caseSession, scripted.Case(t, "session-details-current.json"))
	api.Handle(peersPath, peers)
	api.List(rosterPath, "", nil)
	return api
}

type attended struct {
	Guests int `json:"guests"`
}

func TestCasePeoplePaging(t *testing.T) {
	for _, name := range []string{"paging-in-data", "paging-on-top", "no-paging"} {
		raw := scripted.Case(t, "session-participants-"+name+".json")
		api := caseAPI(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("page_no") == "1" {
				body(string(raw))(w, r)
			} else {
				body(`{"success":true,"data":{"participants":[]}}`)(w, r)
			}
		})
		var got attended
		start(t, api.Environment()).call("get_meeting_attendance", args{"session_id": caseSession}).into(t, &got)
		if got.Guests != 3 {
			t.Errorf("%s: %d people", name, got.Guests)
		}
	}
}

// TestPagesOfAnySize loses nobody where the API clamps pages and gives no paging.
func TestPagesOfAnySize(t *testing.T) {
	t.Parallel()
	for _, id := range []bool{true, false} {
		for _, per := range []int{1, 7, 25, 100, 200} {
			api := caseAPI(t, pagesOf("participants", per, joined(1, 21, id)))
			api.Handle(rosterPath, pagesOf("", per, joined(1, 21, id)))
			p := start(t, api.Environment())
			var got attended
			p.call("get_meeting_attendance", args{"session_id": caseSession}).into(t, &got)
			var list struct {
				Read, People int
			}
			p.call("list_session_participants", args{"session_id": caseSession}).into(t, &list)
			var invited struct {
				Read int
			}
			p.call("list_meeting_participants", args{"meeting_id": caseMeeting}).into(t, &invited)
			if list.Read != 21 || list.People != 21 || invited.Read != 21 {
				t.Errorf("%d a page, ids %v: %+v joinings, %+v on the roster, %+v", per, id, list, invited, got)
			}
			p.close(0)
		}
	}
}

// TestRepeatedPages asks an API that gives the same page for ever.
func TestRepeatedPages(t *testing.T) {
	t.Parallel()
	for name, paging := range map[string]string{"none": "", "much": `,"paging":{"total_count":90000}`} {
		for _, id := range []bool{true, false} {
			raw, err := json.Marshal(joined(1, 100, id))
			if err != nil {
				t.Fatal(err)
			}
			api := caseAPI(t, body(`{"success":true,"data":{"participants":`+string(raw)+`}`+paging+`}`))
			var list struct{ Read int }
			start(t, api.Environment()).call("list_session_participants", args{"session_id": caseSession}).into(t, &list)
			if n := len(api.Requests()); list.Read != 100 || n > 6 {
				t.Errorf("%s, ids %v: %d people in %d requests", name, id, list.Read, n)
			}
		}
	}
}

// TestEndlessPages holds the bounds of lists that never end.
func TestEndlessPages(t *testing.T) {
	t.Parallel()
	endless := func(head, tail string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			no, _ := strconv.Atoi(r.URL.Query().Get("page_no"))
			raw, _ := json.Marshal(joined(no*1000, no*1000+999, true))
			body(head+string(raw)+tail)(w, r)
		}
	}
	api := caseAPI(t, endless(`{"success":true,"data":{"participants":`, `}}`))
	api.Handle(rosterPath, endless(`{"success":true,"data":`, `}`))
	p := start(t, api.Environment(), "--timeout=20s")
	begin := time.Now()
	r := p.call("get_meeting_attendance", args{"session_id": caseSession})
	t.Logf("%s, %d requests: %.300s", time.Since(begin), len(api.Requests()), r.text())
	if n := len(api.Requests()); n > 150 || !strings.Contains(r.text(), "longer than one call reads") {
		t.Errorf("%d requests: %.1000s", n, r.text())
	}
	checkPeak(t, p.cmd.Process, maxPeak)
}

// TestHugeAnswers holds memory and time where one answer has no measure.
func TestHugeAnswers(t *testing.T) {
	forever := func(head, more string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, err := w.Write([]byte(head))
			for chunk := []byte(strings.Repeat(more, 1+1<<16/len(more))); err == nil && r.Context().Err() == nil; {
				_, err = w.Write(chunk)
			}
		}
	}
	name := strings.Repeat("x", 30<<20)
	const list = `{"success":true,"data":{"participants":[`
	const joining = `{"event_name":"PEER_JOINING","created_at":"2026-11-20T10:00:00Z"},`
	named := list + `{"id":"a","display_name":"` + name + `"}]},"paging":{"total_count":1}}`
	pageOfNamed := list + `{"id":"%s","display_name":"` + name + `"}]},"paging":{"total_count":900}}`
	for kind, serve := range map[string]http.HandlerFunc{
		"a million rows":        body(list + strings.Repeat(`{},`, 10_000_000) + `{}]}}`),
		"many rows":             body(list + strings.Repeat(`{"id":"a"},`, 74_999) + `{}]}}`),
		"many rows of a guest":  body(list + strings.Repeat(`{"display_name":"a"},`, 74_999) + `{}]}}`),
		"endless rows":          forever(list+`{}`, `,{}`),
		"endless text":          forever(list+`{"id":"`, `x`),
		"endless white space":   forever(` `, ` `),
		"endless depth":         forever(`{"success":true,"data":`, `[`),
		"a long name":           body(named),
		"a long name a page":    numberedPages(pageOfNamed),
		"many events":           body(list + `{"id":"a","peer_events":[` + strings.Repeat(joining, 400_000) + `{}]}]}}`),
		"much beside the list":  body(`{"junk":[` + strings.Repeat(`[],`, 8_000_000) + `0],"success":true,"data":{"participants":[]}}`),
		"endless refusal":       refusing(500, forever(`{"success":false,"x":"`, `x`)),
		"endless refusal of us": refusing(400, forever(`{"success":false,"x":[`, `[`)),
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel() // beside each other alone, for each takes time and memory
			api := caseAPI(t, serve)
			p := start(t, api.Environment(), "--timeout=10s")
			begin := time.Now()
			r := p.call("list_session_participants", args{"session_id": caseSession})
			if took := time.Since(begin); took > 12*time.Second && !raceEnabled {
				t.Errorf("took %s", took)
			}
			t.Logf("%s, %d requests: %.300s", time.Since(begin), len(api.Requests()), r.text())
			checkPeak(t, p.cmd.Process, maxPeak)
		})
	}
}

// numberedPages fills the number of the page in.
func numberedPages(format string) http.HandlerFunc {
	before, after, _ := strings.Cut(format, "%s")
	rest := []byte(after)
	return func(w http.ResponseWriter, r *http.Request) {
		body(before+"p"+r.URL.Query().Get("page_no"))(w, r)
		_, _ = w.Write(rest)
	}
}

func refusing(status int, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		next(w, r)
	}
}

// answersOfNothing lack what the API documents.
func answersOfNothing() []string {
	long := strings.Repeat(`{"id":"a"},`, 2000)
	return []string{
		``,
		`{}`,
		`null`,
		`[]`,
		`7`,
		`"ok"`,
		`true`,
		`{"success":true}`,
		`{"success":true,"data":null}`,
		`{"success":true,"data":7}`,
		`{"success":true,"data":"x"}`,
		`{"success":true,"data":{"participants":null,"sessions":null}}`,
		`{"success":true,"result":[]}`,
		`{"success":false,"data":[` + long + `{}]}`,
		`{"data":[` + long + `{}],"success":false}`,
		`{"data":{"sessions":[],"participants":[],"id":"a"},"success":false}`,
	}
}

// TestAnswersOfNothing holds that an answer without what the API documents is
// an error in every tool, never "none".
func TestAnswersOfNothing(t *testing.T) {
	t.Parallel()
	for _, text := range answersOfNothing() {
		api := scripted.Start(t)
		for _, path := range []string{
			"/meetings",
			"/sessions",
			"/meetings/" + caseMeeting,
			rosterPath,
			"/meetings/" + caseMeeting + "/active-session",
			"/sessions/" + caseSession,
			peersPath,
			"//client/v4/accounts/" + scripted.AccountID + "/realtime/kit/apps",
			"//client/v4/accounts",
		} {
			api.Handle(path, body(text))
		}
		p := start(t, with(api.Environment(), "CLOUDFLARE_ACCOUNT_ID", ""))
		more := []toolCall{{"list_sessions", args{}}, {"get_session_recap", args{"session_id": caseSession}}}
		for _, c := range append(p.everyTool(caseMeeting, caseSession), more...) {
			if r := p.call(c.tool, with2(c.args, "account_id", scripted.AccountID)); !r.IsError {
				t.Errorf("%.60s: %s: %s", text, c.tool, r.text())
			}
		}
		if r := p.call("list_apps", args{}); !r.IsError {
			t.Errorf("%.60s: accounts: %s", text, r.text())
		}
		p.close(0)
	}
}

func with2(in args, name string, v any) args {
	out := args{name: v}
	maps.Copy(out, in)
	return out
}

// TestBrokenAnswers asks once more where an answer breaks off, and says what happened.
func TestBrokenAnswers(t *testing.T) {
	t.Parallel()
	good := string(scripted.Case(t, "session-participants-paging-in-data.json"))
	breaks := map[string]http.HandlerFunc{
		"cut": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", strconv.Itoa(len(good)))
			_, _ = w.Write([]byte(good[:200]))
		},
		"cut chunks": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(good[:200]))
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		},
		"cut JSON": body(good[:200]),
		"hung up":  func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	}
	for name, broken := range breaks {
		for _, forever := range []bool{false, true} {
			asksAgain(t, name, broken, forever, good)
		}
	}
}

// asksAgain answers once or always with a broken answer, and else with a good one.
func asksAgain(t *testing.T, name string, broken http.HandlerFunc, forever bool, good string) {
	t.Helper()
	n := atomic.Int32{}
	api := caseAPI(t, func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1) == 1 || forever {
			broken(w, r)
		} else {
			body(good)(w, r)
		}
	})
	r := start(t, api.Environment()).call("list_session_participants", args{"session_id": caseSession})
	if r.IsError != forever || n.Load() > 3 || strings.HasPrefix(name, "cut") && n.Load() != 2 {
		t.Errorf("%s, for ever %v: %d requests: %s", name, forever, n.Load(), r.text())
	}
	if forever && strings.HasPrefix(name, "cut") && !strings.Contains(r.text(), "cut off") {
		t.Errorf("%s: %s", name, r.text())
	}
	if !forever && !strings.Contains(r.text(), "3 people joined") {
		t.Errorf("%s: %s", name, r.text())
	}
}
