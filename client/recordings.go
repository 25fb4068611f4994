package client

import (
	"context"
	"iter"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/cloudflare/cloudflare-go/v7/option"
	"github.com/cloudflare/cloudflare-go/v7/realtime_kit"
	"github.com/tidwall/gjson"
)

// Recording is one recording of a session. Title and the names of files are
// untrusted. Times are UTC, and zero if unknown.
type Recording struct {
	ID        string
	SessionID string
	MeetingID string
	Title     string // of the meeting
	Status    string // INVOKED, RECORDING, UPLOADING, UPLOADED, ERRORED, PAUSED or what the API has new

	InvokedAt time.Time
	StartedAt time.Time // some seconds after InvokedAt
	StoppedAt time.Time // zero while it goes on
	Duration  time.Duration
	Bytes     int64  // 0 if unknown
	File      string // as the API named it

	// Links lead to the files: one of the whole session, or one of each speaker
	// that was recorded on a track. There is none until the upload is done.
	Links   []RecordingLink
	Audio   SecretURL // of the sound alone; empty if there is none
	Expires time.Time // when all links end
}

// Track reports whether each speaker was recorded alone, as far as links and names
// of files tell.
func (r Recording) Track() bool {
	user, _ := speakerOf(r.File)
	return user != "" || slices.ContainsFunc(r.Links, func(l RecordingLink) bool { return l.Layer != "" || l.UserID != "" })
}

// RecordingLink leads to one file for a while.
type RecordingLink struct {
	URL   SecretURL
	File  string // its name; empty if the API gave none
	Layer string // of a track recording, such as default

	// UserID and PeerID are the speaker's of a track recording, as its file's
	// name holds them; empty if it does not.
	UserID, PeerID string
}

// RecordingFilter narrows a list of recordings; zero fields do not. The API
// documents its filters without saying how they work, so what it gives is
// checked again here.
type RecordingFilter struct {
	MeetingID     string
	SessionID     string // the API cannot filter by it
	Status        string
	After, Before time.Time // of the start
}

// Recordings yields the app's recordings page by page, newest first. A page may
// have fewer than the API gave, or none, since it holds those alone that match.
// https://developers.cloudflare.com/api/resources/realtime_kit/subresources/recordings/methods/get_recordings/
func (c *Client) Recordings(ctx context.Context, app AppRef, f RecordingFilter) iter.Seq2[Page[Recording], error] {
	pages := walk(ctx, func(ctx context.Context, r PageRequest) (Page[Recording], error) {
		return c.recordingsPage(ctx, app, f, r)
	})
	return func(yield func(Page[Recording], error) bool) {
		for page, err := range pages {
			var matching []Recording
			for _, r := range page.Items {
				if f.matches(r) {
					matching = append(matching, r)
				}
			}
			page.Items = matching
			if !yield(page, err) {
				return
			}
		}
	}
}

// matches takes what does not contradict the filter: the API may leave a field out.
func (f RecordingFilter) matches(r Recording) bool {
	other := func(want, got string) bool { return want != "" && got != "" && want != got }
	at := r.StartedAt
	if at.IsZero() {
		at = r.InvokedAt
	}
	switch {
	case f.SessionID != "" && r.SessionID != f.SessionID, other(f.MeetingID, r.MeetingID), other(f.Status, r.Status):
		return false
	case at.IsZero():
		return true
	}
	return !at.Before(f.After) && (f.Before.IsZero() || at.Before(f.Before))
}

func (c *Client) recordingsPage(ctx context.Context, app AppRef, f RecordingFilter, r PageRequest) (Page[Recording],
	error) {
	if err := app.check(); err != nil {
		return Page[Recording]{}, err
	}
	var p realtime_kit.RecordingGetRecordingsParams
	p.AccountID.Value, p.AccountID.Present = app.AccountID, true
	what := "the app's recordings"
	if f.MeetingID != "" {
		if err := app.checkMeeting(f.MeetingID); err != nil {
			return Page[Recording]{}, err
		}
		what = "the recordings of meeting " + f.MeetingID
		p.MeetingID.Value, p.MeetingID.Present = f.MeetingID, true
	}
	if f.Status != "" {
		status := realtime_kit.RecordingGetRecordingsParamsStatus(f.Status)
		p.Status.Value, p.Status.Present = []realtime_kit.RecordingGetRecordingsParamsStatus{status}, true
	}
	p.StartTime.Value, p.StartTime.Present = f.After, !f.After.IsZero()
	p.EndTime.Value, p.EndTime.Present = f.Before, !f.Before.IsZero()
	p.SortBy.Value, p.SortBy.Present = realtime_kit.RecordingGetRecordingsParamsSortByInvokedTime, true
	p.SortOrder.Value, p.SortOrder.Present = realtime_kit.RecordingGetRecordingsParamsSortOrderDesc, true
	p.PageNo.Value, p.PageNo.Present = given(r.No)
	p.PerPage.Value, p.PerPage.Present = given(r.Per)
	send := func(ctx context.Context, o ...option.RequestOption) error {
		_, err := c.recordings.GetRecordings(ctx, app.AppID, p, o...)
		return err
	}
	return listOf(ctx, c, what, "data", recordingOf, send)
}

// recordingOf reads realtime_kit.RecordingGetRecordingsResponseData.
func recordingOf(row gjson.Result) (r Recording) {
	row.ForEach(func(key, v gjson.Result) bool {
		switch key.Str {
		case "id":
			r.ID = textOf(v)
		case "session_id":
			r.SessionID = textOf(v)
		case "meeting_id":
			r.MeetingID = textOf(v)
		case "meeting":
			r.Title = textOf(v.Get("title"))
			if id := textOf(v.Get("id")); id != "" {
				r.MeetingID = id
			}
		case "status":
			r.Status = strings.ToUpper(textOf(v))
		case "invoked_time":
			r.InvokedAt = instant(v)
		case "started_time":
			r.StartedAt = instant(v)
		case "stopped_time":
			r.StoppedAt = instant(v)
		case "recording_duration":
			r.Duration = lengthOf(v)
		case "file_size":
			r.Bytes = size(v)
		case "output_file_name":
			r.File = textOf(v)
		case "download_url":
			r.Links = recordingLinks(v)
		case "audio_download_url":
			r.Audio = secret(v)
		case "download_url_expiry":
			r.Expires = instant(v)
		}
		return true
	})
	if r.Duration == 0 && !r.StartedAt.IsZero() && r.StoppedAt.After(r.StartedAt) {
		r.Duration = r.StoppedAt.Sub(r.StartedAt)
	}
	for i := range r.Links {
		l := &r.Links[i]
		if l.File == "" && len(r.Links) == 1 {
			l.File = r.File
		}
		l.UserID, l.PeerID = speakerOf(l.File)
	}
	return r
}

// maxFiles bounds how many files of a recording are read: a track recording has
// at most 100 speakers, who may join again.
const maxFiles = 1000

// recordingLinks reads the shapes that download_url has: the link of a recording
// of the whole, and for one of tracks a list of layers, each with links by the
// names of files, or an object whose links may be empty yet.
// https://developers.cloudflare.com/realtime/realtimekit/recording-guide/track-recording/#download-track-files
func recordingLinks(v gjson.Result) (links []RecordingLink) {
	add := func(l RecordingLink) bool {
		if l.URL != "" {
			links = append(links, l)
		}
		return len(links) < maxFiles
	}
	layer := func(v gjson.Result) {
		name := textOf(v.Get("layer_name"))
		v.Get("download_urls").ForEach(func(file, v gjson.Result) bool {
			return add(RecordingLink{URL: linkIn(v), File: textOf(file), Layer: name})
		})
		if one := v.Get("download_url"); one.Exists() {
			add(RecordingLink{URL: linkIn(one), File: textOf(v.Get("file_name")), Layer: name})
		}
	}
	each := func(list gjson.Result) {
		list.ForEach(func(_, v gjson.Result) bool {
			if v.IsObject() {
				layer(v)
				return len(links) < maxFiles
			}
			return add(RecordingLink{URL: linkIn(v)})
		})
	}
	switch {
	case v.IsArray():
		each(v)
	case v.IsObject() && v.Get("links").IsArray():
		each(v.Get("links"))
	case v.IsObject():
		layer(v)
	default:
		add(RecordingLink{URL: linkIn(v)})
	}
	return links
}

// linkIn is a link, or the one within an object.
func linkIn(v gjson.Result) SecretURL {
	if v.IsObject() {
		return secret(v.Get("download_url"))
	}
	return secret(v)
}

// speakerOf reads the ids in the name of a track's file, which is
// {prefix}_{user}_{peer}_{stream kind}_{media kind}_{milliseconds}.webm. The
// prefix may hold underscores, so it is read from its end.
func speakerOf(file string) (user, peer string) {
	parts := strings.Split(strings.TrimSuffix(path.Base(file), path.Ext(file)), "_")
	n := len(parts)
	if n < 6 || parts[n-2] != "audio" && parts[n-2] != "video" || len(parts[n-1]) < 10 || strings.Trim(parts[n-1],
		"0123456789") != "" {
		return "", ""
	}
	user, peer = parts[n-5], parts[n-4]
	if CheckID("user_id", user) != nil || CheckID("peer_id", peer) != nil {
		return "", ""
	}
	return user, peer
}

// lengthOf is a recording's in seconds, 0 if unknown. None lasts a month.
func lengthOf(v gjson.Result) time.Duration {
	if n, ok := number(v); ok && n > 0 && n <= 31*24*60*60 {
		return time.Duration(n * float64(time.Second))
	}
	return 0
}

// size is a file's in bytes, 0 if unknown. None has a petabyte.
func size(v gjson.Result) int64 {
	if n, ok := number(v); ok && n > 0 && n <= 1e15 {
		return int64(n)
	}
	return 0
}
