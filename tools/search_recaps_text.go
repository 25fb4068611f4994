package tools

import (
	"fmt"
	"strings"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/report"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/sessiontext"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/which"
)

func (s *recapSearch) headline(o searchOutput) string {
	sought := soughtBy(s.in.Search, s.in.Speaker)
	where := prose.Count(o.Searched, "session", "sessions") + " with texts"
	if s.meeting != "" {
		where += " of " + s.meeting
	}
	where += " " + s.window.String()
	switch {
	case o.Searched == 0:
		return fmt.Sprintf("Nothing could be searched for lines %s: there are %s.", sought,
			strings.Replace(where, "0 ", "no ", 1))
	case o.Hits == 0:
		return fmt.Sprintf("No line %s in %s.", sought, where)
	}
	return fmt.Sprintf("%s %s, in %d of %s.", prose.Count(o.Hits, "line", "lines"), sought, len(o.Sessions), where)
}

// explain adds what limits the answer.
func (s *recapSearch) explain(o *searchOutput) {
	o.Notes = append(o.Notes, s.notes...)
	if o.Hits > 0 {
		o.AddNote(recapNote)
	}
	if s.live > 0 {
		o.AddNote(prose.Count(s.live, "live session was", "live sessions were") +
			" left out: texts come some minutes after the end.")
	}
	if s.gone > 0 {
		o.AddNote(prose.Count(s.gone, "session was", "sessions were") + " left out: texts are kept for 7 days after the " +
			"end, and chat for longer only with persist_chat.")
	}
	s.explainTexts(o)
	if n := len(s.targets) - len(s.heard); n > 0 {
		o.AddNote("Not all sessions were searched: a call looks into 50 and makes 200 requests, newest first, and ends " +
			"before if the API's rate limit is used up.")
	} else if !s.oldest.IsZero() {
		o.AddNote("Sessions that began before " + when.Moment(s.oldest, s.Zone) + " were not looked at.")
	}
	if fit := s.speakers(); len(fit) > 1 {
		o.AddNote(fmt.Sprintf("Several speakers fit %q: %s.", untrusted.Line(s.in.Speaker, 80), prose.Enumerate(fit)))
	}
	if len(s.apps) > 1 {
		o.AddNote("Searched: " + enumerateApps(s.apps) + ".")
	}
	if len(s.unread) > 0 {
		o.AddNote("Not searched: " + enumerateApps(s.unread) + "; name one as app.")
	}
}

func enumerateApps(apps []which.App) string {
	var names []string
	for _, a := range apps {
		names = append(names, "app "+a.String())
	}
	return prose.Enumerate(names)
}

const maxFailedNamed = 5

// explainTexts says which texts could not be searched, and how many sessions have none.
func (s *recapSearch) explainTexts(o *searchOutput) {
	none, failed := 0, 0
	for _, h := range s.heard {
		odd := false
		for _, t := range h.Texts {
			if t.State == sessiontext.Failed || t.State == sessiontext.Unreadable {
				odd = true
				if failed++; failed <= maxFailedNamed {
					o.AddNote(fmt.Sprintf("The %s of session %s (%q) was not searched: %s", t.Part.Part, t.SessionID,
						untrusted.Line(h.Session.Title, 80), prose.Sentence(t.Why)))
				}
			}
			for _, n := range t.Notes() {
				o.AddNote(n)
			}
		}
		if !odd && !hasText(h) {
			none++
		}
	}
	if failed > maxFailedNamed {
		o.AddNote(prose.Count(failed-maxFailedNamed, "more text was", "more texts were") + " not searched.")
	}
	if none > 0 {
		o.AddNote(prose.Count(none, "session has", "sessions have") + " no text; get_session_recap says why.")
	}
}

// speakers are those whose lines fit.
func (s *recapSearch) speakers() (names []string) {
	if s.in.Speaker == "" {
		return nil
	}
	seen := map[string]bool{}
	for _, h := range s.heard {
		for _, t := range h.Texts {
			for _, name := range t.Fit {
				if !seen[name] && len(names) < 10 {
					names = append(names, name)
				}
				seen[name] = true
			}
		}
	}
	return names
}

// Text quotes the hits under the session that each is of.
func (o searchOutput) Text() string {
	var b strings.Builder
	b.WriteString(o.Lead())
	for _, s := range o.Sessions {
		fmt.Fprintf(&b, "\n\"%s\" (meeting %s), session %s", report.TitleCell(s.Title), untrusted.Cell(s.MeetingID, 64),
			untrusted.Cell(s.SessionID, 64))
		if s.App != "" {
			b.WriteString(", app " + untrusted.Cell(s.App, 90))
		}
		fmt.Fprintf(&b, ", started %s: %s.\n", when.MomentOr(&s.StartedAt, o.zone, when.Unknown),
			prose.Count(s.Hits, "hit", "hits"))
		for _, p := range s.Passages {
			b.WriteString(p.Part + ":\n" + p.quote)
		}
	}
	switch {
	case o.LeftOut > 0:
		fmt.Fprintf(&b, "\n%d more. %s\n", o.LeftOut, o.Next)
	case o.Next != "":
		b.WriteString("\nFor the rest: " + o.Next + "\n")
	}
	return b.String()
}
