package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
)

// about says what the headline is about.
func (a *Attendance) about(title string) string {
	return fmt.Sprintf("\"%s\" (meeting %s), %s", title, a.MeetingID, a.course())
}

// course tells which session it was, when, and how many were late or left early.
func (a *Attendance) course() string {
	var b strings.Builder
	first, last := a.Sessions[0], a.Sessions[len(a.Sessions)-1]
	if len(a.Sessions) == 1 {
		fmt.Fprintf(&b, "session %s, started %s", first.IDs(), when.MomentOr(&first.StartedAt, a.zone, "at "+when.Unknown))
	} else {
		fmt.Fprintf(&b, "sessions from %s to %s",
			when.MomentOr(&first.StartedAt, a.zone, when.Unknown), when.MomentOr(&last.StartedAt, a.zone, when.Unknown))
	}
	switch {
	case a.Live:
		fmt.Fprintf(&b, ", is live; as of %s.", when.Moment(a.asOf, a.zone))
	case len(a.Sessions) == 1:
		b.WriteString(first.ending(a.zone))
	default:
		b.WriteByte('.')
	}
	fmt.Fprintf(&b, " %d late%s, %d left early%s.", a.Late, a.from(" (counted from %s)", first.LateFrom),
		a.LeftEarly, a.from(" (counted to %s)", first.earlyFrom()))
	if a.Later > 0 {
		late := prose.Count(a.Later, "person was added", "people were added")
		b.WriteString(" " + late + " to the roster only after it ended.")
	}
	if a.why == "" && a.Matching > len(a.Sessions) {
		fmt.Fprintf(&b, " The latest of %d sessions.", a.Matching)
	}
	return b.String()
}

// ending tells when a session ended, and when it was over if that was earlier.
func (s Session) ending(zone *time.Location) string {
	switch {
	case s.last == nil && s.EndedAt == nil:
		return ", ended at " + when.Unknown + "."
	case s.EndedAt == nil:
		return ", over since " + when.Moment(*s.last, zone) + "."
	case s.LastLeft == nil:
		return ", ended " + when.Moment(*s.EndedAt, zone) + "."
	}
	return fmt.Sprintf(", over %s when the last one left, ended %s.",
		when.Moment(*s.LastLeft, zone), when.Moment(*s.EndedAt, zone))
}

// earlyFrom is what early is counted from, unless that is the end.
func (s Session) earlyFrom() *time.Time {
	if s.last == nil {
		return nil
	}
	return s.EarlyFrom
}

// from tells what late or early is counted from, unless that is the begin or end.
func (a *Attendance) from(format string, t *time.Time) string {
	if len(a.Sessions) > 1 || t == nil || a.Sessions[0].StartedAt.IsZero() {
		return ""
	}
	return fmt.Sprintf(format, newTimes(a.zone, a.Sessions).at(t))
}

// Text leads with the headline.
func (a Attendance) Text() string {
	var b strings.Builder
	b.WriteString(a.Lead() + a.about(TitleCell(a.Title)) + "\n")
	if len(a.Sessions) > 1 {
		b.WriteString(SessionTable(a.Sessions, a.zone))
	}
	if a.CSV != "" {
		b.WriteString("\n" + a.CSV)
	}
	if len(a.People) > 0 {
		b.WriteString(people().header(a.layout))
	}
	b.WriteString(a.table)
	if a.LeftOut > 0 {
		fmt.Fprintf(&b, "\n%d more not listed. %s\n", a.LeftOut, a.Next)
	}
	return b.String()
}

func (a *Attendance) headline(over attendance.Result) string {
	invited := "invited"
	if a.JustInTime {
		invited = "known to this meeting"
	}
	others := ""
	if a.Guests > 0 {
		others = fmt.Sprintf("; %d not on the roster (any more)", a.Guests)
	}
	first := a.Sessions[0]
	switch n := len(a.Sessions); {
	case a.noRoster:
		return fmt.Sprintf("%s joined the %ssession; the roster is not known.",
			prose.Count(a.Guests, "person", "people"), first.Length())
	case a.Invited == 0 && a.Guests > 0:
		return a.strangers()
	case n > 1:
		every := 0
		for _, p := range over.Attended {
			if len(p.Visits) == n {
				every++
			}
		}
		return fmt.Sprintf("%d of %d %s came to at least one of %d sessions, %d of them to every one; %d to none%s.",
			a.Attended, a.Invited, invited, n, every, a.Absent, others)
	case a.Live:
		since := "an unknown time"
		if first.Minutes > 0 || !first.StartedAt.IsZero() && a.asOf.Sub(first.StartedAt) < time.Minute {
			since = prose.Count(int(first.Minutes), "minute", "minutes")
		}
		return fmt.Sprintf("%d of %d %s have joined the session, live for %s; %d there now; %d did not%s.", a.Attended,
			a.Invited, invited, since, a.HereNow, a.Absent, others)
	case a.OverSince != nil:
		return fmt.Sprintf("%d of %d %s attended the %ssession, which is over since %s and kept open; %d did not%s.",
			a.Attended, a.Invited, invited, first.Length(),
			when.Moment(*a.OverSince, a.zone), a.Absent, others)
	}
	return fmt.Sprintf("%d of %d %s attended the %ssession; %d did not%s.", a.Attended, a.Invited, invited,
		first.Length(), a.Absent, others)
}

// strangers is the headline if nobody was on the roster in time, yet people came.
func (a *Attendance) strangers() string {
	where := "joined the " + a.Sessions[0].Length() + "session"
	switch n := len(a.Sessions); {
	case n > 1:
		where = fmt.Sprintf("came to at least one of %d sessions", n)
	case a.Live:
		where = fmt.Sprintf("joined the live session, %d there now", a.HereNow)
	case a.OverSince != nil:
		where += ", which is over since " + when.Moment(*a.OverSince, a.zone) + " and kept open"
	}
	return fmt.Sprintf("%s %s, all of them %s.", prose.Count(a.Guests, "person", "people"), where, NotOnRoster)
}

// ResultNotes says what limits a result.
func ResultNotes(r attendance.Result) []string {
	var notes []string
	if r.LeftOut > 0 {
		notes = append(notes, prose.Count(r.LeftOut, "person was", "people were")+" left out by preset.")
	}
	if r.JustInTime {
		notes = append(notes, "Most of those who came were added only when they joined, "+
			"so the roster tells who is known to this meeting, not who was expected.")
	}
	if n := len(r.SharedIDs); n > 0 {
		ids := r.SharedIDs[:min(n, maxShared)]
		quoted := make([]string, len(ids))
		for i, id := range ids {
			quoted[i] = fmt.Sprintf("%q", untrusted.Line(id, 80))
		}
		text := strings.Join(quoted, ", ")
		if n > len(ids) {
			text += fmt.Sprintf(" and %d more", n-len(ids))
		}
		notes = append(notes, "Shared custom ids, which three or more people bear, tell nobody apart: "+text+".")
	}
	differs := func(p attendance.Person) bool { return p.DifferentNames }
	if slices.ContainsFunc(r.Attended, differs) || slices.ContainsFunc(r.Guests, differs) ||
		slices.ContainsFunc(r.Absent, differs) {
		notes = append(notes, "Some people have the same custom id under different names; "+
			"they are counted apart and flagged.")
	}
	return notes
}

const maxShared = 5 // ids named in a note

// TitleCell is a meeting's title in a text.
func TitleCell(title string) string { return cmp.Or(untrusted.Cell(title, 120), "(untitled)") }

// NameCell is a person's name in a table.
func NameCell(name string) string { return cmp.Or(untrusted.Cell(name, 80), "(unnamed)") }
