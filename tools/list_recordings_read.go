package tools

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptool"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/which"
)

// appRecording is a recording with the app that it is in.
type appRecording struct {
	client.Recording
	app which.App
}

// at is when it began, as far as is known.
func (r appRecording) at() time.Time {
	if r.StartedAt.IsZero() {
		return r.InvokedAt
	}
	return r.StartedAt
}

// recordingList reads recordings.
type recordingList struct {
	deps   *Deps
	in     recordingsInput
	call   *mcptool.Call
	find   which.Finder
	window when.Window
	zone   *time.Location
	now    time.Time
	links  bool // they are shown

	all   []appRecording
	more  int         // that were not read
	cut   bool        // there may be more than that
	apps  []which.App // that were looked into
	of    string      // whose they are, for the headline
	notes []string
}

// maxRecordingPages bounds how far one list is read beyond what the call needs.
const maxRecordingPages = 20

// read finds what the call asks for.
func (l *recordingList) read(ctx context.Context) error {
	switch {
	case l.in.Session != "":
		return l.ofSession(ctx)
	case l.in.Meeting != "":
		return l.ofMeeting(ctx)
	}
	note, err := l.find.Outward(ctx, l.in.where(), l.ofApps, func() bool { return len(l.all) > 0 })
	if note != "" {
		l.notes = append(l.notes, note)
	}
	return err
}

func (l *recordingList) ofApps(ctx context.Context, apps []which.App) error {
	apps, note := which.First(apps)
	if note != "" {
		l.notes = append(l.notes, note)
	}
	failed := 0
	for _, app := range apps {
		if err := l.list(ctx, app, client.RecordingFilter{}, nil); err != nil {
			if failed++; failed == len(apps) || ctx.Err() != nil {
				return err
			}
			l.notes = append(l.notes, which.NotRead("The recordings", app, err))
			continue
		}
		l.apps = append(l.apps, app)
	}
	if len(l.apps) > 1 {
		l.of = " in " + enumerateApps(l.apps)
	}
	return nil
}

func (l *recordingList) ofSession(ctx context.Context) error {
	app, s, err := l.find.Session(ctx, l.in.where(), l.in.Session)
	if err != nil {
		return err
	}
	if l.in.Meeting != "" {
		of, err := l.find.Series(ctx, which.Place{Account: app.AccountID, App: app.AppID}, l.in.Meeting)
		if err != nil {
			return err
		}
		if !has(of.IDs(), s.MeetingID) {
			return fmt.Errorf("session %s is not of %s; leave out one of them", l.in.Session, of.Name())
		}
	}
	l.apps, l.of = []which.App{app}, " of session "+untrusted.Line(s.ID, 64)
	f := client.RecordingFilter{SessionID: s.ID}
	if client.CheckID("meeting", s.MeetingID) == nil && len(s.MeetingID) == 36 {
		f.MeetingID = s.MeetingID
	}
	if err := l.list(ctx, app, f, nil); err != nil {
		return err
	}
	for i := range l.all {
		r := &l.all[i]
		if r.Title == "" {
			r.Title = s.Title
		}
		if r.MeetingID == "" {
			r.MeetingID = s.MeetingID
		}
	}
	return nil
}

func (l *recordingList) ofMeeting(ctx context.Context) error {
	series, err := l.find.Series(ctx, l.in.where(), l.in.Meeting)
	if err != nil {
		return err
	}
	l.notes = append(l.notes, series.Notes...)
	l.apps, l.of = []which.App{series.App}, " of "+series.Name()
	if ids := series.IDs(); len(ids) > 4 { // few lists cost less than many
		return l.list(ctx, series.App, client.RecordingFilter{}, ids)
	}
	for _, id := range series.IDs() {
		if err := l.list(ctx, series.App, client.RecordingFilter{MeetingID: id}, nil); err != nil {
			return err
		}
	}
	if len(l.all) == 0 && series.Title == "" {
		return l.exists(ctx, series)
	}
	return nil
}

// exists reports an error if a meeting of which nothing was found is none.
func (l *recordingList) exists(ctx context.Context, s which.Series) error {
	id := s.Meetings[0].ID
	_, err := l.find.API.Meeting(ctx, s.App.AppRef, id)
	if !client.NotFound(err) {
		return err
	}
	if _, other := l.find.API.Session(ctx, s.App.AppRef, id); other == nil {
		return errors.New(id + " is a session's id, not a meeting's; pass it as session")
	}
	return err
}

// list reads one list, newest first, until it has enough. If there are ids, it
// takes only what is of those meetings.
func (l *recordingList) list(ctx context.Context, app which.App, f client.RecordingFilter, ids []string) error {
	f.After, f.Before = l.window.From, l.window.To
	if !l.window.At.IsZero() {
		f.After, f.Before = l.window.At.Add(-24*time.Hour), l.window.At.Add(15*time.Minute)
	}
	want, pages, got := l.in.Offset+l.in.Limit+1, 0, 0
	most := maxRecordingPages + want/client.PerPage
	for page, err := range l.find.API.Recordings(ctx, app.AppRef, f) {
		if err != nil {
			return err
		}
		got += l.take(app, page.Items, ids)
		pages++
		l.call.Progress(ctx, page.Coverage.Read, max(page.Coverage.Read, page.Total))
		rest := page.Total - page.Coverage.Read
		if (got >= want || pages == most) && rest > 0 {
			if f == (client.RecordingFilter{MeetingID: f.MeetingID}) && ids == nil {
				l.more += rest
			} else {
				l.more, l.cut = l.more+1, true
			}
			return nil
		}
		if note := page.Coverage.Note(); note != "" && page.Coverage.Read >= page.Total {
			l.notes = append(l.notes, note)
		}
	}
	return nil
}

// take keeps those recordings of a page that are asked for, and counts them.
func (l *recordingList) take(app which.App, page []client.Recording, ids []string) (n int) {
	for _, r := range page {
		if ids != nil && !has(ids, r.MeetingID) || !l.goesOn(r) {
			continue
		}
		l.all = append(l.all, appRecording{r, app})
		n++
	}
	return n
}

// goesOn reports whether a recording went on at the moment that was named, if one was.
func (l *recordingList) goesOn(r client.Recording) bool {
	at := l.window.At
	began := appRecording{Recording: r}.at()
	return at.IsZero() || !at.Before(began.Add(-15*time.Minute)) && (r.StoppedAt.IsZero() || !at.After(r.StoppedAt))
}

func has(ids []string, id string) bool {
	for _, one := range ids {
		if strings.EqualFold(one, id) {
			return true
		}
	}
	return false
}
