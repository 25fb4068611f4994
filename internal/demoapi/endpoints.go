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
	app := kit + "/{app}"
	a.mux.HandleFunc(prefix+"/user/tokens/verify", a.verifyToken(false))
	a.mux.HandleFunc(prefix+"/accounts", a.accounts)
	a.mux.HandleFunc(prefix+"/accounts/{account}/tokens/verify", a.account(a.verifyToken(true)))
	a.mux.HandleFunc(kit+"/apps", a.account(a.listApps))
	a.mux.HandleFunc(app+"/meetings", a.app(a.listMeetings))
	a.mux.HandleFunc(app+"/meetings/{meeting}", a.meeting(a.getMeeting))
	a.mux.HandleFunc(app+"/meetings/{meeting}/participants", a.meeting(a.listParticipants))
	a.mux.HandleFunc(app+"/meetings/{meeting}/participants/{participant}", a.meeting(a.getParticipant))
	a.mux.HandleFunc(app+"/meetings/{meeting}/active-session", a.meeting(a.activeSession))
	a.mux.HandleFunc(app+"/meetings/{meeting}/active-livestream", a.meeting(a.activeLivestream))
	a.mux.HandleFunc(app+"/sessions", a.app(a.listSessions))
	a.mux.HandleFunc(app+"/sessions/{session}", a.session(a.getSession))
	a.mux.HandleFunc(app+"/sessions/{session}/{part}", a.sessionPart)
	a.mux.HandleFunc(app+"/sessions/{session}/participants/{peer}", a.session(a.getPeer))
	a.mux.HandleFunc(app+"/recordings", a.app(a.listRecordings))
	a.mux.HandleFunc(app+"/recordings/{recording}", a.app(a.getRecording))
	a.mux.HandleFunc(app+"/recordings/active-recording/{meeting}", a.meeting(a.activeRecording))
	a.mux.HandleFunc(app+"/webhooks", a.app(a.listWebhooks))
	a.mux.HandleFunc(app+"/webhooks/{webhook}", a.app(a.getWebhook))
	a.mux.HandleFunc(app+"/presets", a.app(a.listPresets))
	a.mux.HandleFunc(app+"/presets/{preset}", a.app(a.getPreset))
	a.mux.HandleFunc(app+"/livestreams", a.app(a.listLivestreams))
	a.mux.HandleFunc(app+"/livestreams/{livestream}", a.app(a.getLivestream))
	a.mux.HandleFunc(app+"/livestreams/{livestream}/{part}", a.app(a.livestreamPart))
	a.mux.HandleFunc(app+"/analytics/daywise", a.app(a.daywise))
	a.mux.HandleFunc(app+"/analytics/livestreams/overall", a.app(a.livestreamsOverall))
	a.mux.HandleFunc(app+"/analytics/livestreams/daywise", a.app(a.livestreamsDaywise))
	a.mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { noRoute(w) })
}

func noRoute(w http.ResponseWriter) {
	cloudflareError(w, http.StatusNotFound, 7003, "Could not route the request: perhaps the path is wrong")
}

// sessionPart also serves peer-report, which is where other paths have a session: the
// mux does not accept both patterns.
func (a *API) sessionPart(w http.ResponseWriter, r *http.Request) {
	if r.PathValue("session") == "peer-report" {
		a.app(a.getPeerReport)(w, r)
		return
	}
	next, ok := map[string]func(http.ResponseWriter, *http.Request, *session){
		"participants": a.listPeers,
		"summary":      a.getSummary,
		"transcript":   a.getTranscript,
		"chat":         a.getChat,
	}[r.PathValue("part")]
	if !ok {
		noRoute(w)
		return
	}
	a.session(next)(w, r)
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
		all := a.all()
		i := slices.IndexFunc(all, func(m *meeting) bool { return m.appID == appID && m.ID == id })
		if i < 0 {
			productError(w, http.StatusNotFound, http.StatusNotFound, "Meeting not found")
			return
		}
		next(w, r, all[i])
	})
}

func (a *API) session(next func(http.ResponseWriter, *http.Request, *session)) http.HandlerFunc {
	return a.app(func(w http.ResponseWriter, r *http.Request, appID string) {
		id := r.PathValue("session")
		for _, m := range a.all() {
			if m.appID != appID {
				continue
			}
			if s := m.session(id); s != nil {
				next(w, r, s)
				return
			}
		}
		productError(w, http.StatusNotFound, http.StatusNotFound, "Session not found")
	})
}

// session returns the session or breakout room with this id, or nil.
func (m *meeting) session(id string) *session {
	for _, s := range m.sessions {
		for _, s := range append([]*session{s}, s.rooms...) {
			if s.ID == id {
				return s
			}
		}
	}
	return nil
}

// verifyToken verifies either a user's token or an account's own.
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
		list = append(list, map[string]any{
			"id":   fmt.Sprintf("%032x", i),
			"name": fmt.Sprintf("%s %d", AccountName, i+1),
			"type": "standard",
		})
	}
	a.send(w, map[string]any{
		"success":  true,
		"errors":   []any{},
		"messages": []any{},
		"result":   list,
		"result_info": map[string]any{
			"page":        1,
			"per_page":    50,
			"total_pages": 1,
			"count":       len(list),
			"total_count": len(list),
		},
	})
}

func (a *API) listApps(w http.ResponseWriter, r *http.Request) {
	if a.opts.OlderShapes {
		a.send(w, map[string]any{"success": true, "data": a.apps})
		return
	}
	q := r.URL.Query()
	var found []app
	for _, x := range a.apps {
		if contains(q.Get("search"), x.Name, x.ID) {
			found = append(found, x)
		}
	}
	slices.SortStableFunc(found, func(x, y app) int { return direction(q, x.CreatedAt.Compare(y.CreatedAt)) })
	a.list(w, r, len(found), func(from, to int) any { return rows(from, to, func(i int) app { return found[i] }) })
}

func (a *API) listMeetings(w http.ResponseWriter, r *http.Request, appID string) {
	q := r.URL.Query()
	var found []*meeting
	for _, m := range a.all() {
		if m.appID != appID || !contains(q.Get("search"), m.Title, m.ID) {
			continue
		}
		if matches(q.Get("status"), m.Status) && within(q, m.CreatedAt) {
			found = append(found, m)
		}
	}
	a.list(w, r, len(found), func(from, to int) any { return rows(from, to, func(i int) *meeting { return found[i] }) })
}

// getMeeting answers with more than the list has.
func (a *API) getMeeting(w http.ResponseWriter, _ *http.Request, m *meeting) {
	a.send(w, map[string]any{"success": true, "data": struct {
		*meeting
		AI *aiConfig `json:"ai_config,omitempty"`
	}{m, m.ai()}})
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
	for _, m := range a.all() {
		if m.appID != appID || !matches(q.Get("associated_id"), m.ID) {
			continue
		}
		for _, s := range m.sessions {
			if !contains(q.Get("search"), m.Title, m.ID, s.ID) {
				continue
			}
			if matches(q.Get("status"), s.Status) && within(q, s.StartedAt) {
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
		}{s, append([]*session{}, s.rooms...)}
	}
	if a.opts.OlderShapes {
		body = map[string]any{"session": body}
	}
	a.send(w, map[string]any{"success": true, "data": body})
}

// listPeers puts paging inside data, as the documented examples do.
func (a *API) listPeers(w http.ResponseWriter, r *http.Request, s *session) {
	q := r.URL.Query()
	at, n := s.at, s.size
	if q.Get("search") != "" || q.Get("sort_by") != "" || q.Get("view") == "consolidated" {
		found := selectPeers(s, q)
		at, n = func(i int) peer { return found[i] }, len(found)
	}
	events := q.Get("include_peer_events") == "true"
	a.page(w, r, n, maxPeers, func(from, to int, paging *paging) map[string]any {
		list := rows(from, to, at)
		for i := range list {
			if events {
				list[i].Events = list[i].events(s)
			}
		}
		data := map[string]any{"participants": list}
		if paging != nil && !a.opts.OlderShapes {
			data["paging"], paging = paging, nil
		}
		return envelope(data, paging)
	})
}

// getPeer answers with a joining by its own id, or with the first one of a person.
func (a *API) getPeer(w http.ResponseWriter, r *http.Request, s *session) {
	id := r.PathValue("peer")
	for _, q := range rows(0, s.size, s.at) {
		if q.ID == id || q.UserID == id {
			if r.URL.Query().Get("include_peer_events") == "true" {
				q.Events = q.events(s)
			}
			a.send(w, envelope(map[string]any{"participant": q}, nil))
			return
		}
	}
	productError(w, http.StatusNotFound, http.StatusNotFound, "Participant not found")
}

func selectPeers(s *session, q url.Values) []peer {
	var found []peer
	byUser := map[string]int{}
	all := rows(0, s.size, s.at)
	if q.Get("view") == "consolidated" {
		all = s.withRooms(all)
	}
	for _, p := range all {
		if !contains(q.Get("search"), p.name(), p.CustomID, p.ID, p.UserID) {
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

// withRooms adds the peers of the breakout rooms, under the user ids that these people
// have in the session, and returns all by the time of joining.
func (s *session) withRooms(all []peer) []peer {
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
	return all
}

// The largest pages, if Options.MaxPerPage is not set.
const (
	maxRows  = 100
	maxPeers = 200 // documented only for the participants of a session
)

// paging says which rows a page holds, counted from 1. An empty page starts at 0.
type paging struct {
	Total int `json:"total_count"`
	Start int `json:"start_offset"`
	End   int `json:"end_offset"`
}

func envelope(data any, paging *paging) map[string]any {
	body := map[string]any{"success": true, "data": data}
	if paging != nil {
		body["paging"] = paging
	}
	return body
}

// list answers with the rows that the page parameters choose. The row to is not one of
// them.
func (a *API) list(w http.ResponseWriter, r *http.Request, total int, data func(from, to int) any) {
	a.page(w, r, total, maxRows, func(from, to int, p *paging) map[string]any { return envelope(data(from, to), p) })
}

// page answers with what body makes of the rows. The paging is nil if a fault leaves it
// out.
func (a *API) page(
	w http.ResponseWriter, r *http.Request, total, most int, body func(from, to int, p *paging) map[string]any,
) {
	no, ok1 := whole(r, "page_no", 1)
	per, ok2 := whole(r, "per_page", 25)
	if !ok1 || !ok2 {
		const rule = "page_no and per_page must be integers of at least 0"
		productError(w, http.StatusBadRequest, http.StatusBadRequest, rule)
		return
	}
	per = min(per, cmp.Or(a.opts.MaxPerPage, most))
	from := total
	if no-1 <= total/per {
		from = min((no-1)*per, total)
	}
	to := min(from+per, total)
	if a.faults.Load().NoPaging {
		a.send(w, body(from, to, nil))
		return
	}
	start := from + 1
	if from == to {
		start = 0
	}
	a.send(w, body(from, to, &paging{total, start, to}))
}

func rows[T any](from, to int, at func(int) T) []T {
	out := make([]T, 0, to-from)
	for i := from; i < to; i++ {
		out = append(out, at(i))
	}
	return out
}

// whole reads an integer parameter. As in the API, 0 means the default.
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
	if err == nil {
		raw, err = a.reshape(raw)
	}
	if err != nil {
		productError(w, http.StatusInternalServerError, http.StatusInternalServerError, err.Error())
		return
	}
	a.write(w, raw)
}

func cloudflareError(w http.ResponseWriter, status, code int, message string) {
	refuse(w, status, map[string]any{
		"success":  false,
		"errors":   []any{map[string]any{"code": code, "message": message}},
		"messages": []any{},
		"result":   nil,
	})
}

func productError(w http.ResponseWriter, status, code int, message string) {
	refuse(w, status, map[string]any{"success": false, "error": map[string]any{"code": code, "message": message}})
}

func refuse(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client may be gone
}
