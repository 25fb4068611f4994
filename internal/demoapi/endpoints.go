package demoapi

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const prefix = "/client/v4"

func (a *API) routes() {
	kit := prefix + "/accounts/{account}/realtime/kit"
	a.mux.HandleFunc(prefix+"/user/tokens/verify", a.verifyToken(false))
	a.mux.HandleFunc(prefix+"/accounts", a.accounts)
	a.mux.HandleFunc(prefix+"/accounts/{account}/tokens/verify", a.account(a.verifyToken(true)))
	a.mux.HandleFunc(kit+"/apps", a.account(a.listApps))
	a.mux.HandleFunc(kit+"/{app}/meetings", a.app(a.listMeetings))
	a.mux.HandleFunc(kit+"/{app}/meetings/{meeting}", a.meeting(a.getMeeting))
	a.mux.HandleFunc(kit+"/{app}/meetings/{meeting}/participants", a.meeting(a.listParticipants))
	a.mux.HandleFunc(kit+"/{app}/meetings/{meeting}/participants/{participant}", a.meeting(a.getParticipant))
	a.mux.HandleFunc(kit+"/{app}/meetings/{meeting}/active-session", a.meeting(a.activeSession))
	a.mux.HandleFunc(kit+"/{app}/sessions", a.app(a.listSessions))
	a.mux.HandleFunc(kit+"/{app}/sessions/{session}", a.session(a.getSession))
	a.mux.HandleFunc(kit+"/{app}/sessions/{session}/participants", a.session(a.listPeers))
	a.mux.HandleFunc(kit+"/{app}/sessions/{session}/summary", a.session(a.getSummary))
	a.mux.HandleFunc(kit+"/{app}/sessions/{session}/transcript", a.session(a.getTranscript))
	a.mux.HandleFunc(kit+"/{app}/sessions/{session}/chat", a.session(a.getChat))
	a.mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		cloudflareError(w, http.StatusNotFound, 7003, "Could not route the request: perhaps the path is wrong")
	})
}

func (a *API) account(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.PathValue("account") != AccountID {
			cloudflareError(w, http.StatusForbidden, 10000, "Authentication error")
			return
		}
		next(w, r)
	}
}

func (a *API) app(next func(http.ResponseWriter, *http.Request, string)) http.HandlerFunc {
	return a.account(func(w http.ResponseWriter, r *http.Request) {
		id := r.PathValue("app")
		if !slices.ContainsFunc(a.apps, func(x app) bool { return x.ID == id }) {
			productError(w, http.StatusNotFound, http.StatusNotFound, "App not found")
			return
		}
		next(w, r, id)
	})
}

func (a *API) meeting(next func(http.ResponseWriter, *http.Request, *meeting)) http.HandlerFunc {
	return a.app(func(w http.ResponseWriter, r *http.Request, appID string) {
		id := r.PathValue("meeting")
		i := slices.IndexFunc(a.meetings, func(m *meeting) bool { return m.appID == appID && m.ID == id })
		if i < 0 {
			productError(w, http.StatusNotFound, http.StatusNotFound, "Meeting not found")
			return
		}
		next(w, r, a.meetings[i])
	})
}

func (a *API) session(next func(http.ResponseWriter, *http.Request, *session)) http.HandlerFunc {
	return a.app(func(w http.ResponseWriter, r *http.Request, appID string) {
		id := r.PathValue("session")
		for _, m := range a.meetings {
			if m.appID != appID {
				continue
			}
			for _, s := range m.sessions {
				for _, s := range append([]*session{s}, s.rooms...) {
					if s.ID == id {
						next(w, r, s)
						return
					}
				}
			}
		}
		productError(w, http.StatusNotFound, http.StatusNotFound, "Session not found")
	})
}

// verifyToken knows either a user's tokens or an account's own.
func (a *API) verifyToken(accounts bool) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if accounts != a.opts.AccountToken {
			cloudflareError(w, http.StatusUnauthorized, 1000, "Invalid API Token")
			return
		}
		result := map[string]any{"id": "7d1e0c52b6a94f3e8c0d2b4a6f8e1c35", "status": cmp.Or(a.opts.TokenStatus, "active")}
		if !a.opts.TokenExpires.IsZero() {
			result["expires_on"] = a.opts.TokenExpires.UTC().Format(time.RFC3339)
		}
		a.send(w, map[string]any{"success": true, "errors": []any{}, "messages": []any{}, "result": result})
	}
}

func (a *API) accounts(w http.ResponseWriter, _ *http.Request) {
	list := []any{map[string]any{"id": AccountID, "name": AccountName, "type": "standard"}}
	for i := 1; i < a.opts.Accounts; i++ {
		list = append(list, map[string]any{"id": fmt.Sprintf("%032x", i), "name": fmt.Sprintf("%s %d", AccountName, i+1), "type": "standard"})
	}
	a.send(w, map[string]any{
		"success": true, "errors": []any{}, "messages": []any{}, "result": list,
		"result_info": map[string]any{"page": 1, "per_page": 50, "total_pages": 1, "count": len(list), "total_count": len(list)},
	})
}

func (a *API) listApps(w http.ResponseWriter, _ *http.Request) {
	a.send(w, map[string]any{"success": true, "data": a.apps})
}

func (a *API) listMeetings(w http.ResponseWriter, r *http.Request, appID string) {
	q := r.URL.Query()
	var found []*meeting
	for _, m := range a.meetings {
		if m.appID == appID && contains(q.Get("search"), m.Title, m.ID) && matches(q.Get("status"), m.Status) && within(q, m.CreatedAt) {
			found = append(found, m)
		}
	}
	a.list(w, r, len(found), func(from, to int) any { return rows(from, to, func(i int) *meeting { return found[i] }) })
}

func (a *API) getMeeting(w http.ResponseWriter, _ *http.Request, m *meeting) {
	a.send(w, map[string]any{"success": true, "data": m})
}

func (a *API) listParticipants(w http.ResponseWriter, r *http.Request, m *meeting) {
	n := m.size
	if grow := a.faults.Load().Grow; grow > 0 {
		n = min(n, n/2+int(m.reads.Add(1))*grow) // people are added while the pages are read
	}
	a.list(w, r, n, func(from, to int) any { return rows(from, to, m.at) })
}

func (a *API) getParticipant(w http.ResponseWriter, r *http.Request, m *meeting) {
	for i := range m.size {
		if p := m.at(i); p.ID == r.PathValue("participant") {
			a.send(w, map[string]any{"success": true, "data": p})
			return
		}
	}
	productError(w, http.StatusNotFound, http.StatusNotFound, "Participant not found")
}

func (a *API) activeSession(w http.ResponseWriter, _ *http.Request, m *meeting) {
	for _, s := range m.sessions {
		if s.EndedAt == nil {
			a.send(w, map[string]any{"success": true, "data": s})
			return
		}
	}
	productError(w, http.StatusNotFound, http.StatusNotFound, "No active session found for the meeting")
}

func (a *API) listSessions(w http.ResponseWriter, r *http.Request, appID string) {
	q := r.URL.Query()
	var found []*session
	for _, m := range a.meetings {
		if m.appID != appID || !matches(q.Get("associated_id"), m.ID) {
			continue
		}
		for _, s := range m.sessions {
			if contains(q.Get("search"), m.Title, m.ID, s.ID) && matches(q.Get("status"), s.Status) && within(q, s.StartedAt) {
				found = append(found, s)
			}
		}
	}
	slices.SortStableFunc(found, func(x, y *session) int {
		c := x.CreatedAt.Compare(y.CreatedAt)
		if q.Get("sort_by") == "minutesConsumed" {
			c = cmp.Compare(x.MinutesConsumed, y.MinutesConsumed)
		}
		return direction(q, c)
	})
	a.list(w, r, len(found), func(from, to int) any {
		return map[string]any{"sessions": rows(from, to, func(i int) *session { return found[i] })}
	})
}

func (a *API) getSession(w http.ResponseWriter, r *http.Request, s *session) {
	var body any = s
	if r.URL.Query().Get("include_breakout_rooms") == "true" {
		body = struct {
			*session
			Rooms []*session `json:"breakout_rooms"`
		}{s, s.rooms}
	}
	a.send(w, map[string]any{"success": true, "data": map[string]any{"session": body}})
}

func (a *API) listPeers(w http.ResponseWriter, r *http.Request, s *session) {
	q := r.URL.Query()
	at, n := s.at, s.size
	if q.Get("search") != "" || q.Get("sort_by") != "" || q.Get("view") == "consolidated" {
		found := selectPeers(s, q)
		at, n = func(i int) peer { return found[i] }, len(found)
	}
	a.list(w, r, n, func(from, to int) any { return map[string]any{"participants": rows(from, to, at)} })
}

func selectPeers(s *session, q url.Values) []peer {
	var found []peer
	byUser := map[string]int{}
	all := rows(0, s.size, s.at)
	if q.Get("view") == "consolidated" {
		byCustom := map[string]string{}
		for _, p := range all {
			byCustom[p.CustomID] = p.UserID
		}
		for _, room := range s.rooms {
			for _, p := range rows(0, room.size, room.at) {
				p.UserID = cmp.Or(byCustom[p.CustomID], p.UserID)
				all = append(all, p)
			}
		}
		slices.SortStableFunc(all, func(x, y peer) int { return x.JoinedAt.Compare(y.JoinedAt) })
	}
	for _, p := range all {
		name := ""
		if p.Name != nil {
			name = *p.Name
		}
		if !contains(q.Get("search"), name, p.CustomID, p.ID, p.UserID) {
			continue
		}
		if k, known := byUser[p.UserID]; known && q.Get("view") == "consolidated" {
			found[k].LeftAt = p.LeftAt
			found[k].Duration += p.Duration
			continue
		}
		byUser[p.UserID] = len(found)
		found = append(found, p)
	}
	slices.SortStableFunc(found, func(x, y peer) int {
		c := x.JoinedAt.Compare(y.JoinedAt)
		if q.Get("sort_by") == "duration" {
			c = cmp.Compare(x.Duration, y.Duration)
		}
		return direction(q, c)
	})
	return found
}

// list answers with the rows from..to (exclusive) which the page parameters choose.
func (a *API) list(w http.ResponseWriter, r *http.Request, total int, data func(from, to int) any) {
	no, ok1 := whole(r, "page_no", 1)
	per, ok2 := whole(r, "per_page", 25)
	if !ok1 || !ok2 {
		productError(w, http.StatusBadRequest, http.StatusBadRequest, "page_no and per_page must be integers of at least 0")
		return
	}
	per = min(per, a.opts.MaxPerPage)
	from := total
	if no-1 <= total/per {
		from = min((no-1)*per, total)
	}
	to := min(from+per, total)
	body := map[string]any{"success": true, "data": data(from, to)}
	if !a.faults.Load().NoPaging {
		start := from + 1
		if from == to {
			start = 0
		}
		body["paging"] = map[string]int{"total_count": total, "start_offset": start, "end_offset": to}
	}
	a.send(w, body)
}

func rows[T any](from, to int, at func(int) T) []T {
	out := make([]T, 0, to-from)
	for i := from; i < to; i++ {
		out = append(out, at(i))
	}
	return out
}

// whole reads an integer parameter; 0 means the default, as in the API.
func whole(r *http.Request, name string, fallback int) (int, bool) {
	v := r.URL.Query().Get(name)
	if v == "" {
		return fallback, true
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 {
		return 0, false
	}
	if n == 0 {
		n = fallback
	}
	return n, true
}

func contains(search string, texts ...string) bool {
	return search == "" || slices.ContainsFunc(texts, func(t string) bool {
		return strings.Contains(strings.ToLower(t), strings.ToLower(search))
	})
}

func matches(want, have string) bool { return want == "" || want == have }

func within(q url.Values, at time.Time) bool {
	start, err1 := time.Parse(time.RFC3339, q.Get("start_time"))
	end, err2 := time.Parse(time.RFC3339, q.Get("end_time"))
	return (err1 != nil || !at.Before(start)) && (err2 != nil || at.Before(end))
}

func direction(q url.Values, c int) int {
	if q.Get("sort_order") == "DESC" {
		return -c
	}
	return c
}

func (a *API) send(w http.ResponseWriter, body any) {
	raw, err := json.Marshal(body)
	if err != nil {
		productError(w, http.StatusInternalServerError, http.StatusInternalServerError, err.Error())
		return
	}
	a.write(w, raw)
}

func cloudflareError(w http.ResponseWriter, status, code int, message string) {
	refuse(w, status, map[string]any{
		"success": false, "errors": []any{map[string]any{"code": code, "message": message}}, "messages": []any{}, "result": nil,
	})
}

func productError(w http.ResponseWriter, status, code int, message string) {
	refuse(w, status, map[string]any{"success": false, "error": map[string]any{"code": code, "message": message}})
}

func refuse(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // a client gone is its own affair
}
