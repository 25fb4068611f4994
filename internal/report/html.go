package report

import (
	"io"
	"slices"
	"strings"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/page"
)

// writeHTML draws an attendance as a page for browsers and paper.
func (a *Attendance) writeHTML(w io.Writer) error {
	summary, sample := strings.CutPrefix(a.Summary, sampleMark)
	p := page.Page{
		Timeline: a.Timeline(),
		Summary:  summary,
		About:    "Meeting " + a.MeetingID + ", " + a.course(),
		Notes:    slices.DeleteFunc(slices.Clone(a.Notes), func(n string) bool { return n == sampleNote }),
		Guest:    NotOnRoster,
		Sample:   sample,
	}
	if len(a.Sessions) > 1 {
		p.Sessions = sessionRows(a.Sessions, a.zone)
	}
	return p.Write(w)
}
