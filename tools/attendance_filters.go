package tools

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/match"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/report"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
)

// selection is whom arguments ask for.
type selection struct {
	filters []report.Filter
	notes   []string
}

func (s *selection) add(one, more string, keep func(attendance.Person) bool) {
	s.filters = append(s.filters, report.Filter{Keep: keep, One: one, More: more})
}

// filters reads the arguments that ask for some of the people of an answer.
func (in attendanceInput) filters(about report.About, zone *time.Location) (s selection, err error) {
	if in.Person != "" {
		s.person(in.Person, everybody(about.Over))
	}
	if in.At != "" {
		m, err := moment(in.At, about, zone)
		if err != nil {
			return s, err
		}
		s.add("was in the session at "+m.shown, "were in the session at "+m.shown,
			func(p attendance.Person) bool { return p.PresentWithin(m.first, m.last) })
	}
	if in.Preset != "" {
		if err := s.preset(in.Preset, about.Over); err != nil {
			return s, err
		}
	}
	if n := in.MinMinutes; n > 0 {
		did := "there for at least " + prose.Count(n, "minute", "minutes")
		s.add("was "+did, "were "+did, func(p attendance.Person) bool { return report.MinutesPresent(p) >= float64(n) })
	}
	if in.MinShare > 0 {
		return s, s.share(in.MinShare, about)
	}
	return s, nil
}

func everybody(r attendance.Result) []attendance.Person {
	return slices.Concat(r.Attended, r.Guests, r.Absent)
}

// person keeps those whom a text names. If it names nobody, a note has the closest
// names.
func (s *selection) person(text string, all []attendance.Person) {
	named := make([]match.Person, len(all))
	for i, p := range all {
		named[i] = match.Person{Name: p.Name, CustomID: p.CustomID, IDs: p.IDs}
	}
	fits, closest := match.People(named, text)
	keys := map[int]bool{}
	for _, i := range fits {
		keys[all[i].Key] = true
	}
	quoted := fmt.Sprintf("%q", untrusted.Line(text, 80))
	s.add("fits "+quoted, "fit "+quoted, func(p attendance.Person) bool { return keys[p.Key] })
	if len(fits) == 0 && len(closest) > 0 {
		for i := range closest {
			closest[i] = fmt.Sprintf("%q", untrusted.Line(closest[i], 80))
		}
		s.notes = append(s.notes, fmt.Sprintf("Nobody here fits %s; the closest are %s.", quoted, prose.Enumerate(closest)))
	}
}

// preset keeps the people of those presets that hold the words.
func (s *selection) preset(text string, over attendance.Result) error {
	var all, fits []string
	for _, p := range everybody(over) {
		if p.Preset != "" && !slices.Contains(all, p.Preset) {
			all = append(all, p.Preset)
		}
	}
	slices.Sort(all)
	if i := slices.IndexFunc(all, func(p string) bool { return strings.EqualFold(p, text) }); i >= 0 {
		fits = all[i : i+1]
	} else {
		fits = slices.DeleteFunc(slices.Clone(all), func(p string) bool { return !match.Holds(p, text) })
	}
	if len(all) == 0 {
		return fmt.Errorf("nobody of this meeting has a preset; leave out %q", "preset")
	}
	if len(fits) == 0 {
		return fmt.Errorf("no preset of this meeting's people has %q in its name; there are %s",
			untrusted.Line(text, 80), prose.Enumerate(lines(all)))
	}
	which := "preset " + strings.Join(lines(fits), " or ")
	s.add("has the "+which, "have the "+which, func(p attendance.Person) bool { return slices.Contains(fits, p.Preset) })
	return nil
}

// lines are names for a sentence, at most twenty.
func lines(names []string) []string {
	const most = 20
	var out []string
	for _, n := range names[:min(len(names), most)] {
		out = append(out, untrusted.Line(n, 60))
	}
	if more := len(names) - len(out); more > 0 {
		out = append(out, fmt.Sprintf("%d more", more))
	}
	return out
}

func (s *selection) share(percent int, about report.About) error {
	of := "the session"
	if len(about.Results) > 1 {
		of = "the sessions together"
	}
	if all := everybody(about.Over); len(all) > 0 {
		if _, known := about.Over.Share(all[0]); !known {
			return fmt.Errorf("how long %s lasted is not known, so no share is; use min_minutes", of)
		}
	}
	did := fmt.Sprintf("there for at least %d%% of %s", percent, of)
	s.add("was "+did, "were "+did, func(p attendance.Person) bool {
		share, _ := about.Over.Share(p)
		return share >= percent
	})
	return nil
}

// moments are what the argument at means.
type moments struct {
	first, last time.Time // the same if it has seconds
	shown       string
}

// moment reads the argument at: a time within the only session.
func moment(text string, about report.About, zone *time.Location) (moments, error) {
	if n := len(about.Results); n > 1 {
		var ids []string
		for _, c := range about.Columns[max(0, n-5):] {
			started := when.MomentOr(&c[0].StartedAt, zone, when.Unknown)
			ids = append(ids, fmt.Sprintf("%s (%s)", untrusted.Line(c[0].ID, 64), started))
		}
		return moments{}, fmt.Errorf(`"at" is a time within one session, and these are %d; give one as "session": %s`,
			n, prose.Enumerate(ids))
	}
	point, ok := when.ReadPoint(text, about.AsOf, zone)
	if !ok {
		return moments{}, fmt.Errorf(`argument "at" must be a time within the session, for example "14:20" or `+
			`"2026-11-23T14:20"; got %q`, prose.Clip(text))
	}
	column := about.Columns[0]
	begin, end := about.Over.Start, about.Over.End
	if begin.IsZero() {
		return moments{}, fmt.Errorf(`when the session began is not known, so "at" cannot be used`)
	}
	live := about.Over.Live && about.Over.OverSince.IsZero()
	switch last := column[len(column)-1].EndedAt; {
	case live:
		end = about.AsOf
	case end.IsZero() && !last.IsZero():
		end = last
	case end.IsZero():
		end = about.AsOf
	}
	at, last, within := point.Within(begin, end)
	if !within {
		until := "lasted from " + when.Moment(begin, zone) + " to " + when.Moment(end, zone)
		if live {
			until = "began " + when.Moment(begin, zone) + " and is live; it is " + when.Moment(end, zone) + " now"
		}
		return moments{}, fmt.Errorf(`"at" is read as %s, which is not within the session: it %s`, when.Moment(at, zone), until)
	}
	return moments{at, last, clockOf(at, zone, point.ToTheSecond())}, nil
}

// clockOf is a time of day with its zone, and with seconds if asked for.
func clockOf(t time.Time, zone *time.Location, seconds bool) string {
	_, clock, _ := strings.Cut(when.Moment(t, zone), " ")
	if minutes := len("15:04"); seconds && len(clock) >= minutes {
		return clock[:minutes] + t.Format(":05") + clock[minutes:]
	}
	return clock
}
