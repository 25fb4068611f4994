package tools

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/invopop/jsonschema"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptool"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/recap"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/report"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/sessiontext"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/which"
)

type searchInput struct {
	Search  string `json:"search,omitempty" jsonschema:"maxLength=200,example=timeline"`
	Speaker string `json:"speaker,omitempty" jsonschema:"maxLength=200,example=Dana Smith"`
	Meeting string `json:"meeting,omitempty" jsonschema:"maxLength=2048,example=design review"`
	window
	Part   string `json:"part,omitempty" jsonschema:"enum=summary,enum=transcript,enum=chat"`
	Limit  int    `json:"limit,omitempty" jsonschema:"minimum=1,maximum=20,default=20"`
	Offset int    `json:"offset,omitempty" jsonschema:"minimum=0,maximum=1000000"`
	place
}

// JSONSchemaExtend adds the descriptions.
func (searchInput) JSONSchemaExtend(s *jsonschema.Schema) {
	describe(s, words{"search": "Words", "speaker": "Name, custom id or id"})
}

type searchOutput struct {
	report.Head
	Hits     int             `json:"hits"`
	Searched int             `json:"sessions_searched"`
	Sessions []searchSession `json:"sessions" jsonschema_description:"With hits, newest first"`
	LeftOut  int             `json:"left_out" jsonschema_description:"Hits after those shown"`
	Next     string          `json:"next,omitempty"`
	Timezone string          `json:"timezone"`

	zone *time.Location
}

type searchSession struct {
	SessionID string          `json:"session_id"`
	MeetingID string          `json:"meeting_id"`
	Title     string          `json:"title" jsonschema_description:"Untrusted text"`
	App       string          `json:"app,omitempty"`
	StartedAt time.Time       `json:"started_at,omitzero"`
	Hits      int             `json:"hits"`
	Passages  []searchPassage `json:"passages,omitempty"`
}

type searchPassage struct {
	Part  string             `json:"part"`
	Lines []sessiontext.Line `json:"lines"`

	quote string
}

const (
	maxSearched       = 50  // sessions of one call
	maxSearchRequests = 200 // of one call
	maxSearchListed   = 500 // sessions that are considered
	maxSearchChars    = 8000
	searchDays        = 7 // unless a range is given
)

func searchRecaps(d *Deps) mcptool.Tool {
	return mcptool.Define(d.settings(), mcptool.Spec{
		Name:        "search_recaps",
		Title:       "Search recaps",
		Description: "Who said what, when, over several sessions; the last 7 days unless a range is given.",
		Example:     map[string]any{"search": "launch"},
		Old:         oldNamesWith(map[string]string{"query": "search", "session_id": ""}),
	}, func(ctx context.Context, _ *mcptool.Call, in searchInput) (searchOutput, error) {
		switch {
		case d.Restricted:
			return searchOutput{}, errors.New("search_recaps is off on this server, whose callers share one API token; " +
				"its operator can allow it with --shared-search-and-links. " +
				"get_session_recap with search looks into one session")
		case in.Search == "" && in.Speaker == "":
			return searchOutput{}, errors.New(`give "search" (words, for example "timeline") or "speaker" ` +
				`(a name, custom id or id), or both`)
		case in.Speaker != "" && in.Part == "summary":
			return searchOutput{}, recapInput{Speaker: in.Speaker, Part: in.Part}.check()
		}
		s, ctx, err := d.newRecapSearch(ctx, in)
		if err != nil {
			return searchOutput{}, err
		}
		if err := s.run(ctx); err != nil {
			return searchOutput{}, err
		}
		return s.answer(), nil
	})
}

// recapSearch is one search in what was said.
type recapSearch struct {
	sessiontext.Across
	deps   *Deps
	in     searchInput
	find   which.Finder
	window when.Window

	meeting string // its name, if one was given
	apps    []which.App
	names   map[string]string // of apps, by id
	targets []sessiontext.Target
	heard   []sessiontext.Heard
	live    int         // sessions that go on
	gone    int         // sessions whose texts are kept no longer
	oldest  time.Time   // where what was listed ends, if there is more
	unread  []which.App // apps that were not searched
	notes   []string
}

func (d *Deps) newRecapSearch(ctx context.Context, in searchInput) (*recapSearch, context.Context, error) {
	zone, now := d.zoned(in.Timezone), d.now()
	w, err := in.read(now, zone)
	if err != nil {
		return nil, ctx, err
	}
	if !w.Given() {
		w = when.Between(now.AddDate(0, 0, -searchDays).Truncate(time.Minute), time.Time{}, w)
	}
	budget, ctx := sessiontext.NewBudget(ctx, maxSearchRequests)
	s := &recapSearch{deps: d, in: in, find: d.finder(zone), window: w, names: map[string]string{}}
	s.Across = sessiontext.Across{
		API: d.API, Zone: zone, Now: now, Search: in.Search, Speaker: in.Speaker,
		Offset: in.Offset, Limit: in.Limit, Budget: budget,
	}
	if strings.ContainsAny(in.Speaker, "0123456789@_") { // else the texts name their speakers
		s.People = s.joined
	}
	return s, ctx, nil
}

// joined tells who joined a session, for a custom id that not every text has.
func (s *recapSearch) joined(ctx context.Context, app client.AppRef, session string) (recap.Index, error) {
	const pages, per = 3, 200
	people := map[string]*recap.Person{}
	for no := 1; no <= pages; no++ {
		size := per
		page, err := s.API.PeersPage(ctx, app, session, client.PeerFilter{}, client.PageRequest{No: &no, Per: &size})
		if err != nil {
			return recap.Index{}, err
		}
		for _, p := range page.Items {
			key := p.UserID + "/" + p.CustomID
			if people[key] == nil {
				people[key] = &recap.Person{CustomID: p.CustomID, Name: p.Name, IDs: []string{p.UserID}}
			}
			people[key].IDs = append(people[key].IDs, p.ID)
		}
		if len(page.Items) < per {
			break
		}
	}
	var all []recap.Person
	for _, p := range people {
		all = append(all, *p)
	}
	return recap.NewIndex(all), nil
}

// run searches the meeting, or the likely apps, and if these hold nothing the others.
func (s *recapSearch) run(ctx context.Context) error {
	if s.in.Meeting != "" {
		found, series, err := s.find.AcrossMeeting(ctx, s.in.where(), s.in.Meeting, s.window, maxSearchListed)
		if err != nil {
			return err
		}
		s.meeting = series.Name()
		return s.look(ctx, found)
	}
	note, err := s.find.Outward(ctx, s.in.where(), s.inApps, func() bool { return s.hits() > 0 || s.rest() })
	if note != "" {
		s.notes = append(s.notes, note)
	}
	return err
}

// inApps searches apps, unless as much was searched as a call may.
func (s *recapSearch) inApps(ctx context.Context, apps []which.App) error {
	if len(s.heard) == maxSearched {
		s.unread = apps
		return nil
	}
	found, err := s.find.Across(ctx, apps, s.window, maxSearchListed)
	if err != nil {
		return err
	}
	return s.look(ctx, found)
}

// look looks into the sessions of which a text may still exist, newest first.
func (s *recapSearch) look(ctx context.Context, found which.Across) error {
	s.apps = append(s.apps, found.Apps...)
	for _, app := range found.Apps {
		s.names[app.AppID] = app.String()
	}
	s.notes = append(s.notes, found.Notes...)
	if n := len(found.Sessions); found.Cut && n > 0 {
		s.oldest = found.Sessions[n-1].StartedAt
	}
	persists := map[string]bool{}
	room := maxSearched - len(s.heard)
	var targets []sessiontext.Target
	for _, session := range found.Sessions {
		if len(targets) > room { // one more, to know that there is
			break
		}
		if session.Live() {
			s.live++
			continue
		}
		parts, spent := s.kept(ctx, session, persists)
		if spent {
			s.oldest = session.StartedAt
			break
		}
		if len(parts) == 0 {
			s.gone++
			continue
		}
		targets = append(targets, sessiontext.Target{App: session.App.AppRef, Session: session.Session, Parts: parts})
	}
	heard, err := s.Look(ctx, targets[:min(room, len(targets))])
	s.targets, s.heard = append(s.targets, targets...), append(s.heard, heard...)
	return err
}

// kept are the parts of a session that may still exist. It is spent if there is no
// request left to find that out; persists has what is known of meetings.
func (s *recapSearch) kept(ctx context.Context, of which.InApp, persists map[string]bool) (parts []string, spent bool) {
	parts = s.parts()
	if sessiontext.Kept(of.Session, s.Now) {
		return parts, false
	}
	key := of.App.AppID + "/" + of.MeetingID
	may, known := persists[key]
	if !known && slices.Contains(parts, "chat") {
		if may, spent = s.Persists(ctx, of.App.AppRef, of.MeetingID); spent {
			return nil, true
		}
		persists[key] = may
	}
	if !may {
		return nil, false
	}
	return []string{"chat"}, false
}

// parts are those that are searched. A summary comes last, and has no speakers.
func (s *recapSearch) parts() []string {
	switch {
	case s.in.Part != "":
		return []string{s.in.Part}
	case s.in.Speaker != "":
		return []string{"transcript", "chat"}
	}
	return []string{"transcript", "chat", "summary"}
}

func (s *recapSearch) hits() (n int) {
	for _, h := range s.heard {
		n += h.Hits
	}
	return n
}

// rest reports whether there are sessions that were not searched.
func (s *recapSearch) rest() bool { return len(s.heard) < len(s.targets) || !s.oldest.IsZero() }

// answer shows the first hits.
func (s *recapSearch) answer() searchOutput {
	out := searchOutput{Hits: s.hits(), Sessions: []searchSession{}, zone: s.Zone, Timezone: s.Zone.String()}
	room := searchRoom{hits: s.in.Limit, chars: maxSearchChars}
	var stop *sessiontext.Heard // the first with hits that are not shown
	past := make([]int, len(s.heard))
	for i, h := range s.heard {
		past[i] = h.Skipped
		if hasText(h) {
			out.Searched++
		}
		if h.Hits == 0 {
			continue
		}
		row := s.row(h)
		if stop == nil {
			passages, n, more := room.fill(h, s.Zone)
			row.Passages, past[i] = passages, past[i]+n
			if more || past[i] < h.Hits {
				stop = &s.heard[i]
			}
		}
		out.LeftOut += h.Hits - past[i]
		out.Sessions = append(out.Sessions, row)
	}
	s.explain(&out)
	if stop != nil {
		out.Next = s.next(stop.Session.StartedAt, past)
	} else if s.rest() {
		out.Next = s.next(s.firstUnsearched(), past)
	}
	out.Summary = s.headline(out)
	return out
}

// searchRoom is how much more an answer may show.
type searchRoom struct{ hits, chars int }

// fill shows what fits of one session's hits, and counts them. There is more if a
// text has more: what follows waits for it.
func (r *searchRoom) fill(h sessiontext.Heard, zone *time.Location) (shown []searchPassage, hits int, more bool) {
	for _, t := range h.Texts {
		if r.hits <= 0 || len(t.Lines) == 0 {
			continue
		}
		lines, quote, n := t.Cut(r.hits, r.chars, zone)
		r.hits, r.chars, hits = r.hits-n, r.chars-len(quote), hits+n
		shown = append(shown, searchPassage{t.Part.Part, lines, quote})
		if t.Offset+n < *t.Hits {
			return shown, hits, true
		}
		if r.chars <= 0 {
			r.hits = 0
		}
	}
	return shown, hits, false
}

func hasText(h sessiontext.Heard) bool {
	return slices.ContainsFunc(h.Texts, func(t *sessiontext.Text) bool { return t.Found })
}

func (s *recapSearch) row(h sessiontext.Heard) searchSession {
	row := searchSession{
		SessionID: untrusted.Line(h.Session.ID, 64),
		MeetingID: untrusted.Line(h.Session.MeetingID, 64),
		Title:     untrusted.Line(h.Session.Title, 120),
		StartedAt: h.Session.StartedAt.In(s.Zone),
		Hits:      h.Hits,
	}
	if len(s.apps) > 1 {
		row.App = s.names[h.App.AppID]
	}
	return row
}

func (s *recapSearch) firstUnsearched() time.Time {
	if len(s.heard) < len(s.targets) {
		return s.targets[len(s.heard)].Session.StartedAt
	}
	return s.oldest
}

// next is the call that goes on with the sessions that began at a time. Those that
// began later are not searched again, so only hits of the others are skipped.
func (s *recapSearch) next(at time.Time, past []int) string {
	skip, call := 0, []string{}
	to := s.window.To
	if s.window.At.IsZero() && !at.IsZero() {
		if end := at.Truncate(time.Second).Add(time.Second); to.IsZero() || end.Before(to) {
			to = end
		}
	}
	for i, h := range s.heard {
		if at.IsZero() || !s.window.At.IsZero() || h.Session.StartedAt.Before(to) {
			skip += past[i]
		}
	}
	if s.window.At.IsZero() {
		if !s.window.From.IsZero() {
			call = append(call, "from="+s.window.From.In(s.Zone).Format(time.RFC3339Nano))
		}
		if !to.IsZero() {
			call = append(call, "to="+to.In(s.Zone).Format(time.RFC3339Nano))
		}
	}
	if skip > 0 || len(call) == 0 || s.in.Offset > 0 {
		call = append(call, fmt.Sprintf("offset=%d", skip))
	}
	instead := ""
	if s.in.On != "" && s.window.At.IsZero() {
		instead = ", without on"
	}
	return "Repeat the call with " + strings.Join(call, ", ") + instead + "."
}
