package tools

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/presence"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/which"
)

// pick finds the sessions of a query. Two ids with a comma between are two sessions
// that are taken together, as answers name them.
func (d *Deps) pick(ctx context.Context, zone *time.Location, q which.Query,
	people func(which.App) *presence.Reader) (*which.Picked, error) {
	f := d.finder(zone)
	ids := strings.FieldsFunc(q.Session, func(c rune) bool { return c == ',' || c == ' ' })
	if len(ids) < 2 {
		return f.Pick(ctx, q, people)
	}
	if len(ids) > 2 {
		return nil, errors.New(`"session" takes one id, or two sessions that are one meeting with a break`)
	}
	q.Session = ids[0]
	first, err := f.Pick(ctx, q, people)
	if err != nil {
		return nil, err
	}
	q.Session = ids[1]
	second, err := f.Pick(ctx, q, people)
	if err != nil {
		return nil, err
	}
	if !strings.EqualFold(first.Latest().MeetingID, second.Latest().MeetingID) {
		return nil, errors.New(`the sessions given as "session" are of different meetings; compare_attendance compares these`)
	}
	both := slices.Concat(first.Sessions(), second.Sessions())
	slices.SortStableFunc(both, func(a, b client.Session) int { return a.StartedAt.Compare(b.StartedAt) })
	first.Columns, first.Listed = [][]client.Session{both}, both
	return first, nil
}

// other is a session of another meeting, with which people are compared.
type other struct {
	argument string
	name     string // "title (session id of time)"
	column   []client.Session
	came     map[int]bool // keys
}

// elsewhere reads the arguments also_in and not_in. It judges all sessions together,
// so that the results have one person under one key.
func (d *Deps) elsewhere(ctx context.Context, in attendanceInput, here *which.Picked, judged *presence.Judged,
	people func(which.App) *presence.Reader) (s selection, err error) {
	var others []*other
	for _, one := range []*other{{argument: "also_in", name: in.AlsoIn}, {argument: "not_in", name: in.NotIn}} {
		if strings.TrimSpace(one.name) == "" {
			continue
		}
		if err := d.find(ctx, one, in, here, people); err != nil {
			return s, err
		}
		if len(others) > 0 && others[0].column[0].ID == one.column[0].ID {
			return s, errors.New(`"also_in" and "not_in" name the same session, and contradict each other`)
		}
		others = append(others, one)
	}
	if len(others) == 0 {
		return s, nil
	}
	columns := slices.Clone(judged.Columns)
	for _, o := range others {
		columns = append(columns, o.column)
	}
	slices.SortStableFunc(columns, func(a, b []client.Session) int { return a[0].StartedAt.Compare(b[0].StartedAt) })
	all, err := here.Reader.Results(ctx, columns, here.Listed)
	if err != nil {
		return s, err
	}
	for i, column := range all.Columns {
		at := slices.IndexFunc(judged.Columns, func(c []client.Session) bool { return c[0].ID == column[0].ID })
		if at >= 0 {
			judged.Results[at] = all.Results[i]
			continue
		}
		for _, o := range others {
			if o.column[0].ID == column[0].ID {
				o.came = cameTo(all.Results[i])
			}
		}
	}
	for _, o := range others {
		s.cameElsewhere(o, in.Show, judged.Results)
	}
	return s, nil
}

func cameTo(r attendance.Result) map[int]bool {
	keys := map[int]bool{}
	for _, p := range slices.Concat(r.Attended, r.Guests) {
		keys[p.Key] = !p.Stranger()
	}
	return keys
}

// find finds the session of another meeting: one of the same day if there is one,
// else its latest.
func (d *Deps) find(ctx context.Context, o *other, in attendanceInput, here *which.Picked,
	people func(which.App) *presence.Reader) error {
	zone := d.zoned(in.Timezone)
	q := which.Query{Place: in.where(), Meeting: o.name}
	there, err := d.finder(zone).Pick(ctx, q, people)
	if err != nil {
		return o.failed(err)
	}
	day, err := when.ReadWindow(here.Latest().StartedAt.In(zone).Format(time.DateOnly), "", "", d.now(), zone)
	if err != nil {
		return o.failed(err)
	}
	on := func(s client.Session) bool { return day.Has(s.StartedAt) }
	if maybe := slices.ContainsFunc(there.Listed, on) || there.Total > len(there.Listed); !on(there.Latest()) && maybe {
		q.Window, q.Literal = day, false
		if that, err := d.finder(zone).Pick(ctx, q, people); err == nil {
			there = that
		}
	}
	if there.Latest().ID == here.Latest().ID {
		return fmt.Errorf("%q names the meeting that this is about, and the same session; "+
			"compare_attendance compares the sessions of one meeting", o.argument)
	}
	column := there.Columns[len(there.Columns)-1]
	if o.column, err = here.Reader.Absorb(ctx, there.Reader, column); err != nil {
		return o.failed(err)
	}
	o.name = fmt.Sprintf("%s (session %s of %s)", titled(there),
		untrusted.Line(column[0].ID, 64), when.MomentOr(&column[0].StartedAt, zone, when.Unknown))
	return nil
}

func titled(p *which.Picked) string {
	if title := untrusted.Line(p.Latest().Title, 120); title != "" {
		return fmt.Sprintf("%q", title)
	}
	return p.Series.Name()
}

// failed is an error of this argument, which no user is asked to resolve: a choice
// would be taken for the meeting itself.
func (o *other) failed(err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	text := strings.NewReplacer("as meeting", "as "+o.argument, "without meeting", "without "+o.argument).Replace(err.Error())
	return fmt.Errorf("%s: %s", o.argument, text)
}

// cameElsewhere keeps those who came here too or, for not_in, only here. With show it
// is those of them that it asks for.
func (s *selection) cameElsewhere(o *other, show string, here []attendance.Result) {
	cameHere := show == "" || show == "all"
	also := o.argument == "also_in"
	did := "did not come to " + o.name
	if also {
		did = "came to " + o.name + " too"
	}
	if cameHere {
		did = "came, and " + did
	}
	s.add(did, did, func(p attendance.Person) bool {
		return !p.Stranger() && o.came[p.Key] == also && (!cameHere || len(p.Visits) > 0)
	})
	unknown := 0
	for _, r := range here {
		for _, p := range r.Guests {
			if p.Stranger() {
				unknown++
			}
		}
	}
	if unknown > 0 {
		s.notes = append(s.notes, fmt.Sprintf("%s here without an id of their own, so whether they came to %s is not known; "+
			"they are not listed for %s.", prose.Count(unknown, "person was", "people were"), o.name, o.argument))
	}
}
