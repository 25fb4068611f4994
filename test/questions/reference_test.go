package questions

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
)

// The reference is what the sample account holds, read over HTTP as anybody
// could, without this project's client, and judged second by second. It shares
// no code with what it is compared with, and takes its time.
type reference struct {
	now   time.Time
	apps  []*refApp
	fetch func(path string, query ...string) (json.RawMessage, int)
}

type refApp struct {
	ID, Name   string
	meetings   []*refMeeting
	recordings []refRecording // oldest first
}

type refMeeting struct {
	ID        string    `json:"id"`
	Title     string    `json:"title"`
	Status    string    `json:"status"`
	CreatedAt time.Time `json:"created_at"`

	app      *refApp
	roster   []refRow
	sessions []*refSession // oldest first
}

type refRow struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	CustomID  string    `json:"custom_participant_id"`
	Preset    string    `json:"preset_name"`
	CreatedAt time.Time `json:"created_at"`
}

type refSession struct {
	ID        string     `json:"id"`
	MeetingID string     `json:"associated_id"`
	Type      string     `json:"type"`
	Status    string     `json:"status"`
	StartedAt time.Time  `json:"started_at"`
	EndedAt   *time.Time `json:"ended_at"`
	Minutes   float64    `json:"minutes_consumed"`

	meeting *refMeeting
	peers   []refPeer
	judged  []judged // once it was judged
}

type refPeer struct {
	ID       string     `json:"id"`
	UserID   string     `json:"user_id"`
	Name     string     `json:"display_name"`
	CustomID string     `json:"custom_participant_id"`
	Preset   string     `json:"preset_name"`
	JoinedAt time.Time  `json:"joined_at"`
	LeftAt   *time.Time `json:"left_at"`
	Events   []struct {
		Name string    `json:"event_name"`
		At   time.Time `json:"created_at"`
	} `json:"peer_events"`
}

type refRecording struct {
	ID        string     `json:"id"`
	SessionID string     `json:"session_id"`
	Status    string     `json:"status"`
	StartedAt time.Time  `json:"started_time"`
	Seconds   *int       `json:"recording_duration"`
	Expiry    *time.Time `json:"download_url_expiry"`
	Meeting   struct{ ID, Title string }
}

// newReference reads the whole account as of a time.
func newReference(t testing.TB, api *demoapi.Server, now time.Time) *reference {
	t.Helper()
	ref := &reference{now: now.UTC()}
	ref.fetch = func(path string, query ...string) (json.RawMessage, int) {
		return refGet(t, api.URL+"/accounts/"+demoapi.AccountID+"/realtime/kit/"+path, query)
	}
	refList(t, ref, "apps", "", &ref.apps)
	for _, app := range ref.apps {
		refList(t, ref, app.ID+"/meetings", "", &app.meetings)
		byID := map[string]*refMeeting{}
		for _, m := range app.meetings {
			m.app, byID[m.ID] = app, m
			refList(t, ref, app.ID+"/meetings/"+m.ID+"/participants", "", &m.roster)
		}
		ref.readRecordings(t, app)
		var sessions []*refSession
		refList(t, ref, app.ID+"/sessions", "sessions", &sessions)
		for _, s := range sessions {
			if s.Type != "meeting" {
				continue
			}
			s.meeting = byID[s.MeetingID]
			s.meeting.sessions = append(s.meeting.sessions, s)
			ref.readPeers(t, app, s)
		}
	}
	for _, m := range ref.meetings() {
		slices.SortFunc(m.sessions, func(x, y *refSession) int { return x.StartedAt.Compare(y.StartedAt) })
	}
	return ref
}

// readPeers adds the joinings of the session's breakout rooms: being in a room
// is being in the session.
func (ref *reference) readPeers(t testing.TB, app *refApp, s *refSession) {
	t.Helper()
	var details struct {
		Data struct {
			Rooms []struct{ ID string } `json:"breakout_rooms"`
		}
	}
	raw, _ := ref.fetch(app.ID+"/sessions/"+s.ID, "include_breakout_rooms", "true")
	if err := json.Unmarshal(raw, &details); err != nil {
		t.Fatal(err)
	}
	for _, id := range append([]string{s.ID}, roomIDs(details.Data.Rooms)...) {
		var peers []refPeer
		refList(t, ref, app.ID+"/sessions/"+id+"/participants", "participants", &peers, "include_peer_events", "true")
		s.peers = append(s.peers, peers...)
	}
}

func roomIDs(rooms []struct{ ID string }) (out []string) {
	for _, r := range rooms {
		out = append(out, r.ID)
	}
	return out
}

func refGet(t testing.TB, address string, query []string) (json.RawMessage, int) {
	t.Helper()
	q := url.Values{}
	for i := 0; i < len(query); i += 2 {
		q.Set(query[i], query[i+1])
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+"?"+q.Encode(), http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+demoapi.Token)
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Body.Close()
	raw, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return raw, w.StatusCode
}

// refList reads page after page until one is empty. In some answers the list has
// a name.
func refList[T any](t testing.TB, ref *reference, path, name string, into *[]T, query ...string) {
	t.Helper()
	for no := 1; ; no++ {
		raw, status := ref.fetch(path, append(query, "per_page", "200", "page_no", fmt.Sprint(no))...)
		var body struct{ Data json.RawMessage }
		if err := json.Unmarshal(raw, &body); err != nil || status != http.StatusOK {
			t.Fatalf("%s: %d %v %s", path, status, err, raw)
		}
		if name != "" {
			var named map[string]json.RawMessage
			if err := json.Unmarshal(body.Data, &named); err != nil {
				t.Fatal(err)
			}
			body.Data = named[name]
		}
		var page []T
		if err := json.Unmarshal(body.Data, &page); err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			return
		}
		*into = append(*into, page...)
	}
}

func (ref *reference) meetings() (all []*refMeeting) {
	for _, app := range ref.apps {
		all = append(all, app.meetings...)
	}
	return all
}

// sessions are those of the whole account, oldest first.
func (ref *reference) sessions() (all []*refSession) {
	for _, m := range ref.meetings() {
		all = append(all, m.sessions...)
	}
	slices.SortStableFunc(all, func(x, y *refSession) int { return x.StartedAt.Compare(y.StartedAt) })
	return all
}

// titled are the sessions of all meetings of a title, oldest first.
func (ref *reference) titled(title string) (all []*refSession) {
	for _, s := range ref.sessions() {
		if strings.EqualFold(s.meeting.Title, title) {
			all = append(all, s)
		}
	}
	return all
}

func (ref *reference) latest(title string) *refSession {
	all := ref.titled(title)
	return all[len(all)-1]
}

func (ref *reference) meeting(title string) *refMeeting {
	for _, m := range ref.meetings() {
		if m.Title == title {
			return m
		}
	}
	return nil
}

func (ref *reference) readRecordings(t testing.TB, app *refApp) {
	t.Helper()
	refList(t, ref, app.ID+"/recordings", "", &app.recordings)
}

// day is midnight, some days from today.
func (ref *reference) day(from int) time.Time {
	return ref.now.Truncate(24*time.Hour).AddDate(0, 0, from)
}

func (ref *reference) date(from int) string { return ref.day(from).Format(time.DateOnly) }

// lastWeek is from Monday to Sunday.
func (ref *reference) lastWeek() (from, to time.Time) {
	monday := ref.day(0)
	for monday.Weekday() != time.Monday {
		monday = monday.AddDate(0, 0, -1)
	}
	return monday.AddDate(0, 0, -7), monday
}

func between(all []*refSession, from, to time.Time) (some []*refSession) {
	for _, s := range all {
		if !s.StartedAt.Before(from) && s.StartedAt.Before(to) {
			some = append(some, s)
		}
	}
	return some
}

// refPerson is somebody who was added to a session's meeting or came to it.
type refPerson struct {
	name, custom, preset string
	invited              bool
	here                 []bool // in each second of the session
	joins                int
	span                 [2]int // what first and last return; zero until it is known
}

// key tells people apart: the sample account's custom ids do, but for one that
// it gives to every guest.
func key(custom, user string) string {
	if custom == "" || custom == "guest" {
		return user
	}
	return custom
}

// end is when the last person left, or now.
func (s *refSession) end(now time.Time) time.Time {
	if s.EndedAt == nil {
		return now
	}
	last := s.StartedAt
	for _, q := range s.peers {
		if q.LeftAt != nil && q.LeftAt.After(last) {
			last = *q.LeftAt
		}
	}
	return last
}

// people are those of the roster by the end of the session, and then the others.
func (s *refSession) people(now time.Time) []*refPerson {
	end := s.end(now)
	var all []*refPerson
	known := map[string]*refPerson{}
	add := func(id string, p *refPerson) *refPerson {
		if known[id] == nil {
			known[id] = p
			p.here = make([]bool, int(end.Sub(s.StartedAt)/time.Second)+1)
			all = append(all, p)
		}
		return known[id]
	}
	for _, row := range s.meeting.roster {
		if !row.CreatedAt.After(end) {
			add(key(row.CustomID, row.ID), &refPerson{name: row.Name, custom: row.CustomID, preset: row.Preset, invited: true})
		}
	}
	for _, q := range s.peers {
		p := add(key(q.CustomID, q.UserID), &refPerson{name: q.Name, custom: q.CustomID, preset: q.Preset})
		p.joins++
		q.mark(p.here, s.StartedAt, end)
	}
	return all
}

// mark goes through the joining second by second.
func (q refPeer) mark(here []bool, start, end time.Time) {
	left := end
	if q.LeftAt != nil {
		left = *q.LeftAt
	}
	events := map[int]bool{} // whether there is a connection from that second on
	for _, e := range q.Events {
		events[int(e.At.Sub(start)/time.Second)] = e.Name != "PEER_LEAVING"
	}
	joined, gone, connected := int(q.JoinedAt.Sub(start)/time.Second), int(left.Sub(start)/time.Second), true
	for i := range here {
		if is, changed := events[i]; changed {
			connected = is
		}
		if joined <= i && i < gone && connected {
			here[i] = true
		}
	}
}

func (p *refPerson) came() bool { return slices.Contains(p.here, true) }

func (p *refPerson) seconds() (n int) {
	for _, here := range p.here {
		if here {
			n++
		}
	}
	return n
}

// minutes go by the clock without its seconds, as all times in answers do: from
// 14:16:48 to 14:42:00 are 26. What is shorter than a minute is no absence.
func (j judged) minutes() int {
	clock := map[int]bool{}
	for second := j.first(); second >= 0 && second < j.last(); {
		end := second
		for end < j.last() && j.present(end) {
			end++
		}
		for m := j.s.minute(second); m < j.s.minute(end); m++ {
			clock[m] = true
		}
		for second = end; second < j.last() && !j.present(second); {
			second++
		}
	}
	return len(clock)
}

// present is true also in an absence of less than a minute.
func (j judged) present(second int) bool {
	if j.here[second] {
		return true
	}
	from, to := second, second
	for from > j.first() && !j.here[from-1] {
		from--
	}
	for to < j.last() && !j.here[to] {
		to++
	}
	return to-from < 60
}

// first and last are the first second in which somebody was there, and the one
// after the last.
func (p *refPerson) first() int { return p.ends()[0] }

func (p *refPerson) last() int { return p.ends()[1] }

// ends looks for them once: many ask, for each second.
func (p *refPerson) ends() [2]int {
	if p.span == [2]int{} {
		p.span = [2]int{slices.Index(p.here, true), -1}
		for i, here := range slices.Backward(p.here) {
			if here {
				p.span[1] = i + 1
				break
			}
		}
	}
	return p.span
}

// company are the first second in which two people are there, and the one after
// the last such second.
func company(people []*refPerson) (from, to int) {
	from = -1
	for i := range people[0].here {
		n := 0
		for _, p := range people {
			if p.here[i] {
				n++
			}
			if n == 2 {
				break
			}
		}
		if n == 2 {
			if from < 0 {
				from = i
			}
			to = i + 1
		}
	}
	return from, to
}

// minute is the minute of the day that a second of the session falls into.
func (s *refSession) minute(second int) int {
	return int(s.StartedAt.Add(time.Duration(second)*time.Second).Unix() / 60)
}

// clock is the time of day of a second of the session.
func (s *refSession) clock(second int, zone *time.Location) string {
	return s.StartedAt.Add(time.Duration(second) * time.Second).In(zone).Format("15:04")
}

// judged is what the rules say of one person in one session.
type judged struct {
	*refPerson
	s           *refSession
	late, early int // minutes, or 0
}

// tolerated are the seconds for which nobody is late or leaves early.
const tolerated = 5 * 60

// judge tells who was late or left early.
func (s *refSession) judge(now time.Time) []judged {
	if s.judged != nil {
		return s.judged
	}
	people := s.people(now)
	if len(people) == 0 {
		return nil
	}
	from, to := company(people)
	for _, p := range people {
		j := judged{refPerson: p, s: s}
		if p.came() && from >= 0 {
			if p.first()-from > tolerated {
				j.late = s.minute(p.first()) - s.minute(from)
			}
			if s.EndedAt != nil && to-p.last() > tolerated {
				j.early = s.minute(to) - s.minute(p.last())
			}
		}
		s.judged = append(s.judged, j)
	}
	return s.judged
}

func (s *refSession) where(now time.Time, is func(judged) bool) (some []judged) {
	for _, j := range s.judge(now) {
		if is(j) {
			some = append(some, j)
		}
	}
	return some
}

func came(j judged) bool    { return j.came() }
func invited(j judged) bool { return j.invited }
func absent(j judged) bool  { return j.invited && !j.came() }
func guest(j judged) bool   { return !j.invited && j.came() }
func late(j judged) bool    { return j.late > 0 }
func early(j judged) bool   { return j.early > 0 }

func names(people []judged) (out []string) {
	for _, j := range people {
		if j.name != "" {
			out = append(out, j.name)
		}
	}
	return out
}

// length is the session's in minutes, rounded.
func (s *refSession) length(now time.Time) int {
	return int((s.end(now).Sub(s.StartedAt) + 30*time.Second) / time.Minute)
}

// gaps are the times between the first and the last second in which somebody was
// not there, of a minute or longer.
func (p *refPerson) gaps() (out [][2]int) {
	gone := -1
	for i := p.first(); i >= 0 && i < p.last(); i++ {
		switch {
		case !p.here[i] && gone < 0:
			gone = i
		case p.here[i] && gone >= 0:
			if i-gone >= 60 {
				out = append(out, [2]int{gone, i})
			}
			gone = -1
		}
	}
	return out
}

// everybody is how many people came, for sessions that are too large to be
// judged second by second.
func (s *refSession) everybody() int {
	people := map[string]bool{}
	for _, q := range s.peers {
		people[key(q.CustomID, q.UserID)] = true
	}
	return len(people)
}
