package sessiontext

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

// TextsKept is how long RealtimeKit keeps the texts of a session after its end.
// https://developers.cloudflare.com/realtime/realtimekit/concepts/data-retention/
const TextsKept = 7 * 24 * time.Hour

const (
	// textsMade is how long a text may take to be made, generously.
	textsMade = time.Hour
)

// explain says why parts are not there. Only then does it ask for the meeting,
// whose switches are a part of the reason.
func (r reader) explain(ctx context.Context, parts []*Text) error {
	asked := false
	var meeting *client.Meeting
	for _, p := range parts {
		switch p.State {
		case Empty:
			p.Why = "The " + p.Part.Part + " was made, but empty: " + nothing[p.Part.Part] + "."
			if age := r.Now.Sub(p.Session.EndedAt); !p.Session.EndedAt.IsZero() && age < textsMade {
				p.Why += " The session ended " + ago(age) + " ago, so it may yet be filled."
			}
		case Unreadable:
			p.Why = "The " + p.Part.Part + " was made, but in a form that cannot be read here: " + p.report.Form +
				" without lines of a known shape."
		case Missing:
			if !asked && !p.Session.Live() {
				asked = true
				m, err := r.API.Meeting(ctx, r.App, p.Session.MeetingID)
				if errors.Is(err, context.Canceled) {
					return err
				}
				if err == nil {
					meeting = &m
				}
			}
			p.Why = absence{p.Part.Part, p.Session.Live(), p.Session.EndedAt, r.Now, meeting}.why()
		}
	}
	return nil
}

var nothing = map[string]string{
	"summary":    "there was nothing to sum up",
	"transcript": "nothing that anybody said was transcribed",
	"chat":       "nobody wrote",
}

// absence is a text that is not there.
type absence struct {
	part       string
	live       bool
	ended, now time.Time       // ended is zero if unknown
	meeting    *client.Meeting // as it is now; nil if unknown
}

func (a absence) why() string {
	age := a.now.Sub(a.ended)
	switch {
	case a.live:
		return "The session is still live: a " + a.part + " comes some minutes after its end."
	case a.ended.IsZero():
		return fmt.Sprintf("None was made or kept: texts are kept for 7 days, and when the session ended is unknown. %s",
			a.switches(false))
	case a.part == "chat" && a.meeting != nil && a.meeting.PersistChat && age > textsMade:
		return "None was kept, although persist_chat is on in this meeting: nobody wrote, or it was switched on later."
	case age > TextsKept:
		return a.gone(age)
	case age < textsMade:
		return fmt.Sprintf("It may not be ready yet: the session ended %s ago, "+
			"and a %s comes some minutes after the end. %s", ago(age), a.part, a.switches(true))
	}
	return "None was made or kept. " + a.switches(false)
}

func (a absence) gone(age time.Duration) string {
	kept := "7 days"
	if a.part == "chat" {
		kept += " unless persist_chat is on"
	}
	text := fmt.Sprintf("A %s is kept for %s, and this session ended %s ago: if there was one, it is gone.",
		a.part, kept, ago(age))
	if off := a.off(); off != "" {
		text += " " + off + " is off in this meeting, so there may never have been one."
	}
	return text
}

// off names the switch of the meeting that is known to be off.
func (a absence) off() string {
	switch {
	case a.meeting == nil:
	case a.part == "summary" && !a.meeting.SummarizeOnEnd:
		return "summarize_on_end"
	case a.part == "transcript" && !a.meeting.TranscribeOnEnd:
		return "transcribe_on_end"
	}
	return ""
}

// switches says what the meeting's switches tell. They are those of today, and
// the presets of those who spoke count as well.
func (a absence) switches(early bool) string {
	off := a.off()
	switch {
	case a.part == "chat" && early:
		return "If nobody wrote, there will be none."
	case a.part == "chat":
		return "Most likely nobody wrote."
	case a.meeting == nil:
		return fmt.Sprintf("The meeting's switches could not be read: a summary "+
			"needs summarize_on_end and a transcript, a transcript transcribe_on_end or %s.", byPreset)
	case a.part == "summary" && off != "" && early:
		return "But summarize_on_end is off in this meeting, so there may be none."
	case a.part == "summary" && off != "":
		return "summarize_on_end is off in this meeting: most likely it was not switched on."
	case a.part == "summary":
		return "summarize_on_end is on in this meeting; a summary needs a transcript too."
	case off != "":
		return "transcribe_on_end is off in this meeting: unless " + byPreset + ", it was not switched on."
	case early:
		return "transcribe_on_end is on in this meeting."
	}
	return "transcribe_on_end is on in this meeting: it was switched on after the session, nobody spoke, " +
		"or it could not be made."
}

const byPreset = "those who spoke had transcription_enabled in their presets"

// ago is a length of time in words.
func ago(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < 2*time.Hour:
		return prose.Count(int(d.Minutes()), "minute", "minutes")
	case d < 48*time.Hour:
		return prose.Count(int(d.Hours()), "hour", "hours")
	}
	return prose.Count(int(d.Hours()/24), "day", "days")
}

// Name is the part in words.
func (p *Text) Name() string {
	if p.SessionID != "" {
		return "the " + p.Part.Part + " of session " + p.SessionID
	}
	return "the " + p.Part.Part
}

// Notes say what there is to know of the part beyond its lines.
func (p *Text) Notes() (out []string) {
	name := p.Name()
	say := func(format string, args ...any) {
		out = append(out, "Of "+name+", "+fmt.Sprintf(format, args...))
	}
	switch r := p.report; {
	case r.Lost > 0:
		say("%s lost, since it is not written in the encoding that it claims.",
			prose.Count(r.Lost, "character is", "characters are"))
	case r.Charset != "":
		say("the encoding %q is unknown; it was read as UTF-8.", untrusted.Line(r.Charset, 40))
	}
	if n := p.report.Cut; n > 0 {
		say("%s cut after 1 MiB.", prose.Count(n, "line is", "lines are"))
	}
	if p.report.Broken {
		say("the end is missing: after its last line here it breaks off.")
	}
	if p.report.OpenQuote {
		say("the last line holds all that follows a quote which is never closed.")
	}
	return out
}
