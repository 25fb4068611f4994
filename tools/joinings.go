package tools

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/listing"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/report"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
)

// joinings folds pages into an answer.
type joinings struct {
	in       peersInput
	zone     *time.Location
	out      peersOutput
	count    listing.Count // of the session that is read
	before   []listing.Count
	session  string // that is read, if they are several
	end      int    // the API's offset of the last row of the page
	presets  report.Presets
	people   map[string]struct{}
	rows     report.Rows[peerRow]
	stranger int
}

func newJoinings(in peersInput, zone *time.Location) *joinings {
	j := &joinings{in: in, zone: zone, presets: report.Presets{}, people: map[string]struct{}{}}
	j.rows = rowsOf[peerRow](in.pages, in.Format)
	if in.alone() && in.Limit == 0 {
		j.rows.Limit, j.rows.Short = csvRows, false // the page is of the size that was asked for
	}
	return j
}

// about notes the sessions that the answer is about.
func (j *joinings) about(sessions []client.Session) {
	first := sessions[0]
	j.out.SessionID, j.out.Title = untrusted.Line(first.ID, 64), untrusted.Line(first.Title, 120)
	j.out.StartedAt = when.In(first.StartedAt, j.zone)
	for _, s := range sessions {
		if len(sessions) > 1 {
			j.out.Sessions = append(j.out.Sessions, untrusted.Line(s.ID, 64))
		}
	}
}

// next begins to read another session.
func (j *joinings) next(session string) {
	if j.count.Read > 0 {
		j.before = append(j.before, j.count)
	}
	j.count = listing.Count{Alone: j.in.alone()}
	if len(j.out.Sessions) > 1 {
		j.session = session
	}
}

func (j *joinings) read() int {
	n := j.count.Read
	for _, c := range j.before {
		n += c.Read
	}
	return n
}

func (j *joinings) add(page client.Page[client.Peer]) {
	j.count.Page(page.Total, page.Coverage)
	j.end = page.End
	for _, p := range page.Items {
		if j.count.First(p.ID) && fitsPerson(j.in.Person, p.Name, p.CustomID, p.UserID, p.ID) {
			j.joined(p)
		}
	}
}

func (j *joinings) joined(p client.Peer) {
	o := &j.out
	o.Matching++
	person := "user " + p.UserID
	if p.UserID == "" {
		j.stranger++
		person = "peer " + cmp.Or(p.ID, fmt.Sprint(j.stranger))
	}
	j.people[person] = struct{}{}
	j.presets.Add(p.Preset)
	o.FirstJoined, o.LastLeft = when.Earlier(o.FirstJoined, p.JoinedAt), when.Later(o.LastLeft, p.LeftAt)
	row := peerRow{
		Name:     untrusted.Line(p.Name, 80),
		CustomID: untrusted.Line(p.CustomID, 80),
		JoinedAt: when.In(p.JoinedAt, j.zone),
		LeftAt:   when.In(p.LeftAt, j.zone),
		Minutes:  math.Round(10*p.Minutes) / 10,
		Session:  untrusted.Line(j.session, 64),
		zone:     j.zone,
		events:   j.in.Events,
	}
	for _, e := range p.Events[:min(len(p.Events), maxEvents)] {
		what := "joined"
		if e.Leaving {
			what = "left"
		}
		row.Events = append(row.Events, peerEvent{what, when.In(e.At, j.zone)})
	}
	if row.Name == "" {
		o.Unnamed++
	}
	if row.LeftAt == nil {
		o.Open++
	}
	if j.in.Format != "concise" && j.in.Format != "" {
		row.Preset, row.UserID, row.ID = untrusted.Line(p.Preset, 60), untrusted.Line(p.UserID, 64), untrusted.Line(p.ID, 64)
	}
	j.rows.Add(row)
}

const maxEvents = 50 // of a joining

func (j *joinings) done() peersOutput {
	o := j.out
	o.Note, o.zone, o.Timezone = peersNote, j.zone, j.zone.String()
	if j.in.View == "consolidated" {
		o.Note = personsNote
	}
	o.FirstJoined = when.In(valueOr(o.FirstJoined, time.Time{}), j.zone)
	o.LastLeft = when.In(valueOr(o.LastLeft, time.Time{}), j.zone)
	o.People, o.ByPreset = len(j.people), j.presets.List()
	for _, c := range append(slices.Clone(j.before), j.count) {
		o.Joinings, o.Read, o.Changed = o.Joinings+c.Length(), o.Read+c.Read, o.Changed || c.Changed()
		o.AddNote(c.Note(false))
	}
	o.Rows, o.LeftOut, o.Next, o.table = j.rows.Shown, j.rows.Left, j.rows.Next(), string(j.rows.Table)
	if o.Next == "" && j.in.alone() && j.count.Read > 0 && j.end > 0 && j.end < o.Joinings {
		o.Next = fmt.Sprintf("The next page is page_no=%d.", max(1, valueOr(j.in.PageNo, 1))+1)
	}
	if o.CSV = inCSV(j.rows, peerHeader[:]...); o.CSV != "" {
		o.Rows = []peerRow{}
	}
	o.Summary = o.headline(j.in)
	return o
}
