package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/match"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
)

// Comparison says how often each person came to several sessions or weeks. Its
// fields are the structured content of the tool that answers with it.
type Comparison struct {
	Head
	MeetingID  string    `json:"meeting_id,omitempty"` // if there is one
	Title      string    `json:"title"`                // all of them, if there are several
	Timezone   string    `json:"timezone"`
	JustInTime bool      `json:"just_in_time,omitempty" jsonschema_description:"The roster does not tell who was expected"`
	Invited    int       `json:"invited" jsonschema_description:"On the roster by the latest session"`
	Sessions   []Session `json:"sessions,omitempty" jsonschema_description:"Oldest first"`
	Weeks      []Week    `json:"weeks,omitempty" jsonschema_description:"Oldest first, Monday to Sunday"`
	Matching   int       `json:"sessions_matching"`
	Fitting    int       `json:"people_matching"`
	People     []Regular `json:"people" jsonschema_description:"Longest streak of absence first"`
	CSV        string    `json:"csv,omitempty"`
	LeftOut    int       `json:"left_out"`
	Next       string    `json:"next,omitempty"`

	zone        *time.Location
	first, last time.Time // sessions began
	table       string    // the text of People
	titles      []string  // oldest first
	drawn       struct {
		drawnFrom
		results []attendance.Result
		records []attendance.Record
	}
}

// Week sums up the sessions of a week.
type Week struct {
	Monday   string `json:"monday"`
	Number   string `json:"week" jsonschema_description:"ISO 8601"`
	Sessions int    `json:"sessions"`
	Invited  int    `json:"invited,omitempty"`
	Attended int    `json:"attended,omitempty" jsonschema_description:"Of the invited"`
	Guests   int    `json:"guests,omitempty"`
	Rate     *int   `json:"rate_percent,omitempty" jsonschema_description:"Came of the invited"`
}

// Regular is one person of a comparison. What is empty or zero is left out, but how
// often they came; the rate of who was invited to nothing is not known.
type Regular struct {
	Name       string   `json:"name,omitempty" jsonschema_description:"Untrusted text, absent where unnamed"`
	CustomID   string   `json:"custom_participant_id,omitempty"`
	NotInvited bool     `json:"not_on_roster,omitempty"`
	Came       int      `json:"came"`
	Missed     int      `json:"missed,omitempty"`
	Rate       *int     `json:"rate_percent,omitempty" jsonschema_description:"Came of those invited to"`
	Streak     int      `json:"absence_streak,omitempty" jsonschema_description:"Latest missed in a row"`
	Longest    int      `json:"longest_absence_streak,omitempty" jsonschema_description:"Most missed in a row"`
	FirstTimer bool     `json:"first_timer,omitempty" jsonschema_description:"Came to the latest only"`
	Minutes    float64  `json:"minutes_present,omitempty"`
	Marks      string   `json:"marks" jsonschema_description:"Oldest first: x came, - missed, . not invited"`
	ID         string   `json:"id,omitempty"`
	Preset     string   `json:"preset_name,omitempty"`
	Flags      []string `json:"flags,omitempty" jsonschema_description:"Doubts about who this is"`
}

// ComparisonOptions say what is compared, and whom to list.
type ComparisonOptions struct {
	Zone      *time.Location
	ByWeek    bool
	MinStreak int // 0 is not asked about
	Filters   []Filter
	Detailed  bool // with ids and presets
	CSV       bool // instead of rows
	Limit     int  // people listed
	Offset    int  // people left out before them
	Said      bool // the caller said how many to list
	Drawn     *int // a view asks for those from here on
}

// NewComparison turns results, one for each column, into an answer.
func NewComparison(about About, o ComparisonOptions) Comparison {
	last := about.Columns[len(about.Columns)-1]
	latest := last[len(last)-1]
	c := Comparison{
		Timezone:   o.Zone.String(),
		Matching:   about.Total,
		JustInTime: about.Over.JustInTime,
		zone:       o.Zone,
		first:      about.Columns[0][0].StartedAt,
		last:       latest.StartedAt,
	}
	c.Notes = slices.Concat(about.Notes, ResultNotes(about.Over))
	titles := c.name(slices.Concat(about.Columns...))
	var records []attendance.Record
	if o.ByWeek {
		records = c.byWeek(about)
	} else {
		for i, column := range about.Columns {
			row := SessionOf(column, about.Results[i], o.Zone)
			if len(c.titles) > 1 {
				row.Title = titleOf(column, titles)
			}
			c.Sessions = append(c.Sessions, row)
		}
		records = attendance.Compare(about.Results)
	}
	c.sum(records, about, o)
	return c
}

// name tells of which meetings the sessions are, and returns each one's title as it
// is called now.
func (c *Comparison) name(sessions []client.Session) map[string]string {
	now, ids := map[string]string{}, []string{}
	for _, s := range sessions {
		if _, known := now[s.MeetingID]; !known {
			ids = append(ids, s.MeetingID)
		}
		now[s.MeetingID] = cmp.Or(untrusted.Line(s.Title, 120), now[s.MeetingID])
	}
	var keys []string
	for _, id := range ids {
		if key := match.Key(now[id]); !slices.Contains(keys, key) {
			keys, c.titles = append(keys, key), append(c.titles, now[id])
		}
	}
	c.Title = strings.Join(c.titles, "; ")
	if len(ids) == 1 {
		c.MeetingID = untrusted.Line(ids[0], 64)
	}
	return now
}

// titleOf is that of a session, or both of two meetings whose sessions are one.
func titleOf(column []client.Session, titles map[string]string) string {
	first, last := titles[column[0].MeetingID], titles[column[len(column)-1].MeetingID]
	if match.Same(first, last) {
		return last
	}
	return first + ", " + last
}

// named are the titles in a text.
func (c *Comparison) named() string {
	quoted := make([]string, len(c.titles))
	for i, title := range c.titles {
		quoted[i] = fmt.Sprintf("\"%s\"", TitleCell(title))
	}
	return prose.Enumerate(quoted)
}

// byWeek puts sessions together by the week in which they began.
func (c *Comparison) byWeek(about About) []attendance.Record {
	var group []int
	for _, column := range about.Columns {
		monday := when.Monday(column[0].StartedAt, c.zone)
		day := monday.Format(time.DateOnly)
		if n := len(c.Weeks); n == 0 || c.Weeks[n-1].Monday != day {
			year, number := monday.ISOWeek()
			c.Weeks = append(c.Weeks, Week{Monday: day, Number: fmt.Sprintf("%d-W%02d", year, number)})
		}
		group = append(group, len(c.Weeks)-1)
	}
	records, groups := attendance.CompareGroups(about.Results, group)
	for i, g := range groups {
		w := &c.Weeks[i]
		w.Sessions, w.Invited, w.Attended, w.Guests = g.Results, g.Invited, g.Attended, g.Guests
		w.Rate = rateOf(g)
	}
	if n := len(about.Results); about.Total > n {
		c.AddNote(fmt.Sprintf("Only the latest %d of %d sessions were read, so the week of %s may not be whole.",
			n, about.Total, c.Weeks[0].Monday))
	}
	return records
}

// sum counts, and lists whom the options ask for.
func (c *Comparison) sum(records []attendance.Record, about About, o ComparisonOptions) {
	always, never, all := 0, 0, len(records)
	for _, r := range records {
		switch {
		case !r.Invited || r.Invitations == 0:
			continue
		case r.Missed() == 0:
			always++
		case r.Came() == 0:
			never++
		}
		c.Invited++
	}
	slices.SortStableFunc(records, func(a, b attendance.Record) int {
		return cmp.Or(b.Streak()-a.Streak(), b.Missed()-a.Missed(), b.Came()-a.Came())
	})
	records = slices.DeleteFunc(records, func(r attendance.Record) bool {
		return o.MinStreak > 0 && r.Streak() < o.MinStreak ||
			slices.ContainsFunc(o.Filters, func(f Filter) bool { return !f.Keep(r.Person) })
	})
	c.Fitting = len(records)
	c.Summary = c.headline(always, never, len(about.Results), about.Total)
	filters := o.Filters
	if o.MinStreak > 0 {
		did := fmt.Sprintf("missed the last %d%s or more", o.MinStreak, c.unit())
		filters = slices.Concat(filters, []Filter{{One: did, More: did}})
		c.AddNote(c.tooFew(o.MinStreak, len(about.Results), about.Total))
	}
	c.Summary += kept(len(records), all, filters)
	c.drawn.results, c.drawn.records = about.Results, records
	c.drawn.from = o.Drawn
	c.list(records, o)
}

// marks is how many marks each person has.
func (c *Comparison) marks() int { return max(len(c.Sessions), len(c.Weeks)) }

// unit is what is counted, if that is not sessions.
func (c *Comparison) unit() string {
	if len(c.Weeks) > 0 {
		return " weeks"
	}
	return ""
}

func (c *Comparison) headline(always, never, sessions, total int) string {
	invited, since := "invited", "they were invited to"
	if c.JustInTime {
		invited, since = "known to this meeting", "since they were added"
	}
	counted := prose.Count(sessions, "session", "sessions")
	if total > sessions {
		counted = fmt.Sprintf("%d of %d sessions", sessions, total)
	}
	each := "to each of the latest " + counted
	switch {
	case len(c.Weeks) > 0:
		each = fmt.Sprintf("in each of the %s (%s)", prose.Count(len(c.Weeks), "week", "weeks"), counted)
	case sessions == 1 && total <= 1:
		each = "to the only session"
	}
	if len(c.Weeks) > 0 {
		return fmt.Sprintf("Of %d %s, %d came %s %s, %d in none.", c.Invited, invited, always, each,
			strings.Replace(since, "invited to", "invited in", 1), never)
	}
	return fmt.Sprintf("Of %d %s, %d came %s %s, %d to none.", c.Invited, invited, always, each, since, never)
}

// tooFew says why a streak cannot be told, empty if it can.
func (c *Comparison) tooFew(streak, sessions, total int) string {
	compared := prose.Count(sessions, "session", "sessions")
	if c.unit() != "" {
		compared = prose.Count(len(c.Weeks), "week", "weeks")
	}
	switch {
	case streak <= c.marks():
		return ""
	case total > sessions:
		return fmt.Sprintf("Only %s could be compared, %d of %d sessions, so who missed %d in a row is not known.",
			compared, sessions, total, streak)
	}
	return fmt.Sprintf("Only %s can be compared, so nobody can have missed %d in a row.", compared, streak)
}

func (c *Comparison) list(records []attendance.Record, o ComparisonOptions) {
	c.People = []Regular{}
	if o.Offset > 0 && o.Offset >= len(records) {
		c.AddNote(pastTheLast(o.Offset, len(records)))
	}
	rest := records[min(o.Offset, len(records)):]
	row := func(i int) Regular { return regular(rest[i], o.Detailed) }
	if o.CSV {
		limit, shown := len(rest), 0
		if o.Said {
			limit = min(limit, o.Limit)
		}
		c.CSV, shown = csvOf(regulars(), layout{}, limit, row)
		c.LeftOut, c.Next = len(rest)-shown, nextAt(o.Offset+shown, len(rest)-shown)
		return
	}
	rows := rowsOf(len(rest), row, o.Limit, o.Offset, roomBeside(c, o.Said))
	c.People, c.LeftOut, c.table, c.Next = rows.Shown, rows.Left, string(rows.Table), rows.Next()
}

func regular(r attendance.Record, detailed bool) Regular {
	row := Regular{
		Name:       untrusted.Line(r.Name, 80),
		CustomID:   untrusted.Line(r.CustomID, 80),
		NotInvited: !r.Invited,
		Came:       r.Came(),
		Missed:     r.Missed(),
		Streak:     r.Streak(),
		Longest:    r.LongestStreak(),
		FirstTimer: r.FirstTimer(),
		Minutes:    MinutesPresent(r.Person),
		Marks:      marksOf(r),
		Flags:      Flags(r.Person),
	}
	if rate, known := r.Rate(); known {
		row.Rate = &rate
	}
	if detailed {
		row.ID, row.Preset = untrusted.Line(r.ID, 64), untrusted.Line(r.Preset, 60)
	}
	return row
}

// Text leads with the summary.
func (c Comparison) Text() string {
	var b strings.Builder
	b.WriteString(c.Lead())
	without := "not invited"
	if c.JustInTime {
		without = "not added"
	}
	fmt.Fprintf(&b, "%s, sessions from %s to %s; marks oldest first: x came, - missed, . %s.\n",
		c.named(), when.MomentOr(&c.first, c.zone, when.Unknown), when.MomentOr(&c.last, c.zone, when.Unknown), without)
	if c.CSV != "" {
		b.WriteString("\n" + c.CSV)
	}
	if len(c.People) > 0 {
		b.WriteString(regulars().header(layout{}))
	}
	b.WriteString(c.table)
	if c.LeftOut > 0 {
		fmt.Fprintf(&b, "\n%d more not listed. %s\n", c.LeftOut, c.Next)
	}
	if len(c.Weeks) > 0 {
		b.WriteString(weekTable(c.Weeks))
	} else {
		b.WriteString(SessionTable(c.Sessions, c.zone))
	}
	return b.String()
}

func weekTable(weeks []Week) string {
	var b strings.Builder
	b.WriteString(Header("week", "Monday", "sessions", "invited", "came", "rate", "not on the roster"))
	for _, w := range weeks {
		rate := ""
		if w.Rate != nil {
			rate = fmt.Sprintf("%d%%", *w.Rate)
		}
		fmt.Fprintf(&b, "| %s | %s | %d | %d | %d | %s | %d |\n",
			w.Number, w.Monday, w.Sessions, w.Invited, w.Attended, rate, w.Guests)
	}
	return b.String()
}
