package tools

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/invopop/jsonschema"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptool"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/report"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/which"
)

type compareInput struct {
	Meetings []string `json:"meetings,omitempty" jsonschema:"maxItems=10"`
	window
	Sessions  int    `json:"sessions,omitempty" jsonschema:"minimum=1,maximum=25,example=5"`
	By        string `json:"by,omitempty" jsonschema:"enum=session,enum=week,default=session"`
	MinStreak int    `json:"min_absence_streak,omitempty" jsonschema:"minimum=1,maximum=25,example=3"`
	Person    string `json:"person,omitempty" jsonschema:"maxLength=200,example=Ann Example"`
	Format    string `json:"format,omitempty" jsonschema:"enum=concise,enum=detailed,enum=csv,default=concise"`
	paging
	place

	// Accepted and not listed.
	LeaveOut []string `json:"leave_out_presets,omitempty" jsonschema:"maxItems=50"`
	drawing
}

// JSONSchemaExtend adds the descriptions.
func (compareInput) JSONSchemaExtend(s *jsonschema.Schema) {
	describe(s, words{
		"meetings":           "Titles, ids or URLs",
		"sessions":           "How many of the latest that ended",
		"min_absence_streak": "Missed so many of the latest in a row",
	})
}

func compareAttendance(d *Deps) mcptool.Tool {
	return mcptool.Define(d.settings(), mcptool.Spec{
		Name:  "compare_attendance",
		Title: "Compare attendance over sessions",
		Description: "Returns how often each person came to a recurring meeting or to several meetings: rates, sessions " +
			"or weeks attended and missed, streaks of absence, first-timers. get_meeting_attendance tells more of one session.",
		Example: map[string]any{"meetings": "stand-up", "min_absence_streak": 3},
		Old: oldNamesWith(map[string]string{
			"query":      "meetings",
			"meeting_id": "meetings",
			"meeting":    "meetings",
			"session_id": "",
		}),
		Hidden: []string{"leave_out_presets", "view_offset"},
		View:   attendanceView,
	}, d.compare)
}

const (
	usualSessions = 5  // that are compared
	mostSessions  = 25 // and of a range, or by week
)

// wanted is how many sessions are compared.
func (in compareInput) wanted(w when.Window) int {
	switch {
	case in.Sessions > 0:
		return max(in.Sessions, in.MinStreak)
	case w.Given() || in.By == "week":
		return mostSessions
	}
	return max(usualSessions, in.MinStreak)
}

func (d *Deps) compare(ctx context.Context, call *mcptool.Call, in compareInput) (report.Comparison, error) {
	zone := d.zoned(in.Timezone)
	w, err := in.read(d.now(), zone)
	if err != nil {
		return report.Comparison{}, err
	}
	if !w.At.IsZero() {
		return report.Comparison{}, errors.New(`"on" must be a day or a range such as "last week" here; ` +
			"get_meeting_attendance tells of the session at a time")
	}
	finder := d.finder(zone)
	each, err := d.compared(ctx, finder, in)
	if err != nil {
		return report.Comparison{}, err
	}
	series, err := which.Merge(each)
	if err != nil {
		return report.Comparison{}, err
	}
	picked, err := finder.PickEnded(ctx, series, w, in.wanted(w), d.people(call, zone, in.LeaveOut))
	if err == nil || client.NotFound(err) {
		err = cmp.Or(wrongIDs(ctx, finder, in, each, picked), err)
	}
	if err != nil {
		return report.Comparison{}, err
	}
	reader := picked.Reader
	judged, err := reader.Results(ctx, picked.Columns, picked.Listed)
	if err != nil {
		return report.Comparison{}, err
	}
	about := report.About{
		Columns: judged.Columns,
		Results: judged.Results,
		Over:    attendance.Over(judged.Results),
		Total:   picked.Total,
		Notes:   slices.Concat(rangeNote(w), picked.Notes, missing(each, picked), judged.LeftOut, reader.Notes()),
	}
	var asked selection
	if in.Person != "" {
		asked.person(in.Person, append(everybody(about.Over), about.Over.Later...))
	}
	about.Notes = append(about.Notes, asked.notes...)
	return report.NewComparison(about, report.ComparisonOptions{
		Zone:      zone,
		ByWeek:    in.By == "week",
		MinStreak: in.MinStreak,
		Filters:   asked.filters,
		Detailed:  in.Format == "detailed",
		CSV:       in.Format == "csv",
		Limit:     in.Limit,
		Offset:    in.Offset,
		Said:      call.Given("limit"),
		Drawn:     in.drawing.From,
	}), nil
}

// wrongIDs is the error of an id that is no meeting's, which may be a session's. Only
// the ids of which no session was found are asked for.
func wrongIDs(ctx context.Context, f which.Finder, in compareInput, each []which.Series, picked *which.Picked) error {
	for _, s := range each {
		id := s.Meetings[0].ID
		if s.Title != "" || picked != nil && anyOf(s, picked.Listed) {
			continue // it was found by its title, or met
		}
		if _, err := f.API.Meeting(ctx, s.App.AppRef, id); client.NotFound(err) {
			if there, err := f.Elsewhere(ctx, in.where(), id, s.App, err); err != nil {
				return err
			} else if there.App.AppID != s.App.AppID {
				return fmt.Errorf("meeting %s is in app %s; pass that as app", id, there.App)
			}
		}
	}
	return nil
}

// anyOf reports whether any of some sessions is of a series.
func anyOf(s which.Series, sessions []client.Session) bool {
	return slices.ContainsFunc(sessions, func(c client.Session) bool {
		return slices.ContainsFunc(s.IDs(), func(id string) bool { return strings.EqualFold(id, c.MeetingID) })
	})
}

// missing says of which meetings no session is compared.
func missing(each []which.Series, picked *which.Picked) (notes []string) {
	for _, s := range each {
		if !anyOf(s, picked.Sessions()) {
			notes = append(notes, "No session of "+s.Name()+" is among these.")
		}
	}
	return notes
}

// compared finds the meetings that are compared.
func (d *Deps) compared(ctx context.Context, f which.Finder, in compareInput) ([]which.Series, error) {
	if len(in.Meetings) == 0 {
		return nil, errors.New(`"meetings" is required: titles, ids or URLs, for example ["stand-up"]; ` +
			"find_meetings lists meetings")
	}
	var all []which.Series
	for _, text := range in.Meetings {
		s, err := f.Series(ctx, in.where(), text)
		var several *which.Ambiguous
		if errors.As(err, &several) && len(in.Meetings) > 1 { // a choice would stand for all of them
			return nil, fmt.Errorf("%q: %s", text, strings.ReplaceAll(err.Error(), "as meeting", "in meetings"))
		}
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}
