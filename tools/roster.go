package tools

import (
	"fmt"
	"strings"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/listing"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/match"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/report"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
)

// roster folds pages into an answer; its memory is the ids seen and the rows shown.
type roster struct {
	in    participantsInput
	out   participantsOutput
	count listing.Count
	end   int            // the API's offset of the last row of the page
	size  int            // rows of the page
	all   report.Presets // of all that were read, if one is asked for

	exact, like rosterRows // of the preset that is called so, and of those whose names hold the words
}

// rosterRows are the people of some presets.
type rosterRows struct {
	matching, unnamed int
	first, last       *time.Time
	presets           report.Presets
	rows              report.Rows[participantRow]
}

func newRoster(in participantsInput, zone *time.Location) *roster {
	r := &roster{
		in:  in,
		all: report.Presets{},
		out: participantsOutput{MeetingID: in.MeetingID, Note: rosterNote, Timezone: zone.String(), zone: zone},
	}
	r.count.Alone = in.alone()
	for _, some := range []*rosterRows{&r.exact, &r.like} {
		some.presets, some.rows = report.Presets{}, rowsOf[participantRow](in.pages, in.Format)
		if in.alone() && in.Limit == 0 {
			some.rows.Limit, some.rows.Short = csvRows, false // the page is of the size that was asked for
		}
	}
	return r
}

// export has everybody, without bounds.
func (r *roster) export() { r.exact.rows.Limit = 0 }

func (r *roster) add(page client.Page[client.Participant]) {
	r.count.Page(page.Total, page.Coverage)
	r.end, r.size = page.End, len(page.Items)
	for _, p := range page.Items {
		if !r.count.First(p.ID) {
			continue
		}
		if r.in.Preset != "" {
			r.all.Add(p.Preset)
		}
		if !fitsPerson(r.in.Person, p.Name, p.CustomID, p.ID) {
			continue
		}
		switch {
		case r.in.Preset == "" || strings.EqualFold(p.Preset, r.in.Preset):
			r.exact.add(r.row(p), p)
		case match.Holds(p.Preset, r.in.Preset):
			r.like.add(r.row(p), p)
		}
	}
}

func (r *roster) row(p client.Participant) participantRow {
	row := participantRow{
		Name:     untrusted.Line(p.Name, 80),
		CustomID: untrusted.Line(p.CustomID, 80),
		Preset:   untrusted.Line(p.Preset, 60),
		AddedAt:  when.In(p.CreatedAt, r.out.zone),
		zone:     r.out.zone,
	}
	if r.in.Details || r.in.Format == "detailed" {
		row.ID, row.Picture = untrusted.Line(p.ID, 64), untrusted.Line(p.Picture, 300)
	}
	return row
}

func (s *rosterRows) add(row participantRow, p client.Participant) {
	s.matching++
	if row.Name == "" {
		s.unnamed++
	}
	s.presets.Add(p.Preset)
	s.first, s.last = when.Earlier(s.first, p.CreatedAt), when.Later(s.last, p.CreatedAt)
	s.rows.Add(row)
}

func (r *roster) done() participantsOutput {
	o, some := r.out, &r.exact
	if some.matching == 0 {
		some = &r.like
	}
	o.Added, o.Read, o.Changed = r.count.Length(), r.count.Read, r.count.Changed()
	o.Matching, o.Unnamed, o.ByPreset = some.matching, some.unnamed, some.presets.List()
	o.FirstAdded = when.In(valueOr(some.first, time.Time{}), o.zone)
	o.LastAdded = when.In(valueOr(some.last, time.Time{}), o.zone)
	o.Rows, o.LeftOut, o.Next = some.rows.Shown, some.rows.Left, some.rows.Next()
	if o.CSV = inCSV(some.rows, rosterHeader[:]...); o.CSV != "" {
		o.Rows = []participantRow{}
	} else if some.rows.Limit > 0 {
		o.leaveOutUsual()
	}
	if o.Next == "" && r.count.Alone && r.size > 0 && r.end > 0 && r.end < o.Added {
		o.Next = fmt.Sprintf("The next page is page_no=%d.", max(1, valueOr(r.in.PageNo, 1))+1)
	}
	if o.Matching == 0 && len(r.all) > 0 {
		o.AddNote("The presets on this roster are" + report.PresetText(r.all.List()) + ".")
	}
	if !r.count.Known() && r.count.Alone && o.Read > 0 {
		o.AddNote("The API does not say how long the roster is; without page_no and per_page all of it is read.")
	}
	o.AddNote(r.count.Note(false))
	o.Summary = o.headline()
	return o
}

// leaveOutUsual takes the preset that most have from the rows, and renders them.
func (o *participantsOutput) leaveOutUsual() {
	if len(o.Rows) > 3 && o.ByPreset[0].Preset != report.OtherPresets {
		o.Usual = o.ByPreset[0].Preset
	}
	table := make([]byte, 0, len(o.Rows)*report.UsualRow)
	for i := range o.Rows {
		if row := &o.Rows[i]; o.Usual != "" {
			switch row.Preset {
			case o.Usual:
				row.Preset = ""
			case "":
				row.Preset = "(none)"
			}
		}
		table = o.Rows[i].AppendText(table)
	}
	o.table = string(table)
}
