package tools

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/invopop/jsonschema"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptool"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/report"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
)

type recordingsInput struct {
	Meeting string `json:"meeting,omitempty" jsonschema:"maxLength=2048,example=design review"`
	Session string `json:"session,omitempty" jsonschema:"maxLength=64,example=0f0a4a52-5b8c-4c7e-9d4b-7a8f3c6f1d20"`
	window
	Links bool `json:"links,omitempty"`
	paging
	place
}

// JSONSchemaExtend adds the descriptions.
func (recordingsInput) JSONSchemaExtend(s *jsonschema.Schema) {
	describe(s, words{"links": "Download links, if the operator allows them"})
}

type recordingsOutput struct {
	report.Head
	Total      int            `json:"total"`
	Recordings []recordingRow `json:"recordings" jsonschema_description:"With links a row a file"`
	LeftOut    int            `json:"left_out"`
	Next       string         `json:"next,omitempty"`
	Timezone   string         `json:"timezone"`

	links bool
	apps  bool
	table string
}

type recordingRow struct {
	ID        string     `json:"recording_id"`
	SessionID string     `json:"session_id,omitempty"`
	MeetingID string     `json:"meeting_id,omitempty"`
	Title     string     `json:"title,omitempty" jsonschema_description:"Untrusted text"`
	App       string     `json:"app,omitempty"`
	Kind      string     `json:"kind" jsonschema_description:"composite or track"`
	State     string     `json:"state"`
	StartedAt *time.Time `json:"started_at,omitempty"`
	Seconds   int        `json:"seconds,omitempty"`
	Bytes     int64      `json:"bytes,omitempty"`
	Files     int        `json:"files,omitempty"`
	Until     *time.Time `json:"link_until,omitempty"`
	Ended     bool       `json:"link_ended,omitempty"`
	File      string     `json:"file,omitempty" jsonschema_description:"Untrusted text"`
	UserID    string     `json:"user_id,omitempty" jsonschema_description:"Of a track's speaker"`
	Link      string     `json:"link,omitempty"`

	zone  *time.Location
	links bool
	apps  bool
}

func listRecordings(d *Deps) mcptool.Tool {
	return mcptool.Define(d.settings(), mcptool.Spec{
		Name:        "list_recordings",
		Title:       "List recordings",
		Description: "Recordings, newest first: length, state, size, and until when the link works.",
		Example:     map[string]any{"limit": 3},
		Old:         oldNames(),
	}, func(ctx context.Context, call *mcptool.Call, in recordingsInput) (recordingsOutput, error) {
		l := &recordingList{deps: d, in: in, call: call, zone: d.zoned(in.Timezone), now: d.now()}
		var err error
		if l.window, err = in.read(l.now, l.zone); err != nil {
			return recordingsOutput{}, err
		}
		l.find = d.finder(l.zone)
		l.links = in.Links && d.RecordingLinks && !d.Restricted
		if err := l.read(ctx); err != nil {
			return recordingsOutput{}, err
		}
		return l.answer(), nil
	})
}

// answer is the page that was asked for.
func (l *recordingList) answer() recordingsOutput {
	slices.SortStableFunc(l.all, func(a, b appRecording) int { return b.at().Compare(a.at()) })
	out := recordingsOutput{Total: len(l.all) + l.more, links: l.links, apps: len(l.apps) > 1, Timezone: l.zone.String()}
	rows := report.NewRows[recordingRow](l.in.Limit)
	rows.Offset = l.in.Offset
	for _, r := range l.all {
		for _, row := range l.rows(r) {
			rows.Add(row)
		}
	}
	out.Recordings, out.table = rows.Shown, string(rows.Table)
	out.LeftOut = rows.Left + l.more
	if out.LeftOut > 0 {
		out.Next = fmt.Sprintf("Repeat the call with offset=%d.", l.in.Offset+len(out.Recordings))
	}
	out.Notes = l.notes
	switch {
	case !l.in.Links || l.links:
	case l.deps.RecordingLinks:
		out.AddNote("Links are off where callers share one API token; the operator of this server can allow them " +
			"with --shared-search-and-links.")
	default:
		out.AddNote("Links are off, since they open for whoever has them; the operator of this server can allow them " +
			"with --recording-links or REALTIMEKIT_RECORDING_LINKS=true.")
	}
	if l.links && len(out.Recordings) > 0 {
		out.AddNote("The links open for whoever has them: show them only to who asked.")
	}
	out.Summary = l.headline(out)
	return out
}

func (l *recordingList) headline(o recordingsOutput) string {
	text := prose.Count(o.Total, "recording", "recordings")
	if l.cut {
		text = "At least " + text
	}
	if o.Total == 0 {
		text = "No recording was found"
	}
	text += l.of
	if l.window.Given() {
		text += " " + l.window.String()
	}
	works, length := 0, time.Duration(0)
	for _, r := range l.all {
		if len(r.Links) > 0 && !l.ended(r) {
			works++
		}
		length += r.Duration
	}
	if len(l.all) > 0 && l.more == 0 {
		text += fmt.Sprintf(": %s in all, %d of %d can be downloaded now", lengthText(int(length.Seconds())), works,
			len(l.all))
	}
	return text + "."
}

// rows are those of a recording: with links one for each file.
func (l *recordingList) rows(r appRecording) []recordingRow {
	row := recordingRow{
		ID:        untrusted.Line(r.ID, 64),
		SessionID: untrusted.Line(r.SessionID, 64),
		MeetingID: untrusted.Line(r.MeetingID, 64),
		Title:     untrusted.Line(r.Title, 120),
		Kind:      "composite",
		State:     untrusted.Line(r.Status, 20),
		Seconds:   int(r.Duration.Seconds()),
		Bytes:     r.Bytes,
		Files:     len(r.Links),
		StartedAt: when.Known(r.at().In(l.zone)),
		Until:     when.Known(r.Expires.In(l.zone)),
		Ended:     l.ended(r),
		zone:      l.zone,
		links:     l.links,
		apps:      len(l.apps) > 1,
	}
	if r.Track() {
		row.Kind = "track"
	}
	if row.apps {
		row.App = r.app.String()
	}
	if !l.links || row.Ended {
		return []recordingRow{row}
	}
	var rows []recordingRow
	links := r.Links
	if r.Audio != "" {
		links = append(slices.Clone(links), client.RecordingLink{URL: r.Audio, File: "audio only"})
	}
	for _, link := range links {
		row.File, row.UserID = untrusted.Line(link.File, 200), untrusted.Line(link.UserID, 64)
		row.Link = shownLink(link.URL)
		rows = append(rows, row)
	}
	if rows == nil {
		rows = append(rows, row)
	}
	return rows
}

func (l *recordingList) ended(r appRecording) bool {
	return !r.Expires.IsZero() && !r.Expires.After(l.now)
}

// shownLink is a link as it may stand in a text: one that could break out of it is
// none.
func shownLink(secret client.SecretURL) string {
	u, err := url.Parse(string(secret))
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return ""
	}
	for _, c := range string(secret) {
		if c <= ' ' || c > '~' || strings.ContainsRune("<>\"`|\\^{}", c) {
			return ""
		}
	}
	return string(secret)
}

// lengthText is a length such as 1:02:03.
func lengthText(seconds int) string {
	if seconds <= 0 {
		return "an unknown length"
	}
	return fmt.Sprintf("%d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60)
}

// sizeText is a size in units that people read.
func sizeText(bytes int64) string {
	switch {
	case bytes <= 0:
		return "unknown"
	case bytes < 1e6:
		return fmt.Sprintf("%.0f kB", float64(bytes)/1e3)
	case bytes < 1e9:
		return fmt.Sprintf("%.1f MB", float64(bytes)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(bytes)/1e9)
}

// Text shows a row a recording, or a file.
func (o recordingsOutput) Text() string {
	var b strings.Builder
	b.WriteString(o.Lead())
	if len(o.Recordings) > 0 {
		columns := []string{"meeting", "started", "kind", "state", "length", "size", "link works until", "recording_id",
			"session_id", "meeting_id"}
		if o.apps {
			columns = append(columns, "app")
		}
		if o.links {
			columns = append(columns, "file", "speaker", "link")
		}
		b.WriteString(report.Header(columns...))
	}
	b.WriteString(o.table)
	if o.LeftOut > 0 {
		fmt.Fprintf(&b, "\n%d more. %s\n", o.LeftOut, o.Next)
	}
	return b.String()
}

func (r recordingRow) AppendText(b []byte) []byte {
	until := "no link yet"
	switch {
	case r.Ended:
		until = "ended " + when.MomentOr(r.Until, r.zone, when.Unknown)
	case r.Files > 0:
		until = when.MomentOr(r.Until, r.zone, "unknown")
	}
	kind := r.Kind
	if r.Files > 1 {
		kind += fmt.Sprintf(", %d files", r.Files)
	}
	length := "unknown"
	if r.Seconds > 0 {
		length = lengthText(r.Seconds)
	}
	b = fmt.Appendf(b, "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |", report.TitleCell(r.Title),
		when.MomentOr(r.StartedAt, r.zone, "unknown"), kind, untrusted.Cell(r.State, 20), length, sizeText(r.Bytes), until,
		untrusted.Cell(r.ID, 64), untrusted.Cell(r.SessionID, 64), untrusted.Cell(r.MeetingID, 64))
	if r.apps {
		b = fmt.Appendf(b, " %s |", untrusted.Cell(r.App, 90))
	}
	if r.links {
		link := r.Link
		if link == "" {
			link = "none"
		}
		b = fmt.Appendf(b, " %s | %s | %s |", untrusted.Cell(r.File, 200), untrusted.Cell(r.UserID, 64), link)
	}
	return append(b, '\n')
}
