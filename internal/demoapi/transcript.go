package demoapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

const (
	csvFormat   = "csv"
	olderFormat = "older.csv"
)

// timeFormat is the product's: RFC 3339 with milliseconds.
const timeFormat = "2006-01-02T15:04:05.000Z07:00"

// transcript returns what was said in every format, by the end of the download's name.
// See https://developers.cloudflare.com/realtime/realtimekit/ai/transcription/.
func transcript(s *session, talk []utterance) map[string][]byte {
	return map[string][]byte{
		csvFormat:   commaSeparated(talk),
		olderFormat: olderTranscript(s, talk),
		"json":      transcriptRows(talk),
		"srt":       subtitles(talk, "", ","),
		"vtt":       subtitles(talk, "WEBVTT\n\n", "."),
	}
}

// until returns when the speaker has finished.
func (u utterance) until() time.Duration {
	return u.from + time.Duration(1000+60*len(u.text))*time.Millisecond
}

// commaSeparated returns CSV without a header. Every field is quoted, and the first one
// is in milliseconds from the session's start.
func commaSeparated(talk []utterance) []byte {
	var b bytes.Buffer
	for _, u := range talk {
		at := fmt.Sprint(u.from.Milliseconds())
		for i, field := range []string{at, u.by.ID, u.by.UserID, u.by.CustomID, u.by.name(), u.text} {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(quoted(field))
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// olderTranscript returns the CSV of the product's predecessor: it has a header, a space
// after each comma, quotes only if they are needed, and the time of day.
func olderTranscript(s *session, talk []utterance) []byte {
	var b bytes.Buffer
	b.WriteString("Timestamp, Participant ID, User ID, Custom Participant ID, Participant Name, Transcript\n")
	for _, u := range talk {
		at := s.StartedAt.Add(u.from).UTC().Format(timeFormat)
		row := []string{at, u.by.ID, u.by.UserID, u.by.CustomID, u.by.name(), u.text}
		for i, field := range row {
			if strings.ContainsAny(field, ",\"\r\n") {
				row[i] = quoted(field)
			}
		}
		b.WriteString(strings.Join(row, ", ") + "\n")
	}
	return b.Bytes()
}

func quoted(field string) string { return `"` + strings.ReplaceAll(field, `"`, `""`) + `"` }

func transcriptRows(talk []utterance) []byte {
	list := make([]map[string]any, len(talk))
	for i, u := range talk {
		left := ""
		if u.by.LeftAt != nil {
			left = u.by.LeftAt.UTC().Format(timeFormat)
		}
		list[i] = map[string]any{
			"startTime": u.from.Milliseconds(),
			"endTime":   u.until().Milliseconds(),
			"sentence":  u.text,
			"peerData": map[string]any{
				"id":          u.by.ID,
				"userId":      u.by.UserID,
				"displayName": u.by.name(),
				"cpi":         u.by.CustomID,
				"joinedAt":    u.by.JoinedAt.UTC().Format(timeFormat),
				"leftAt":      left,
			},
		}
	}
	raw, err := json.Marshal(list)
	if err != nil {
		panic(err) // strings and numbers always encode
	}
	return raw
}

// subtitles returns SRT or, with a heading and a point as the separator, WebVTT. It
// leaves no blank line in a text, because that would end the cue.
func subtitles(talk []utterance, heading, separator string) []byte {
	var b bytes.Buffer
	b.WriteString(heading)
	for i, u := range talk {
		if heading == "" {
			fmt.Fprintf(&b, "%d\n", i+1)
		}
		text := strings.Join(strings.FieldsFunc(u.text, func(r rune) bool { return r == '\n' || r == '\r' }), "\n")
		fmt.Fprintf(&b, "%s --> %s\n%s: %s\n\n", clock(u.from, separator), clock(u.until(), separator), u.by.name(), text)
	}
	return b.Bytes()
}

func clock(d time.Duration, separator string) string {
	h, m, s := int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60
	return fmt.Sprintf("%02d:%02d:%02d%s%03d", h, m, s, separator, d.Milliseconds()%1000)
}
