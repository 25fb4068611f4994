// Package recap reads the texts that RealtimeKit keeps of a session (summary,
// transcript, chat) and tells who spoke. It is pure, and takes any bytes: what
// it cannot read as the documented CSV it gives on as plain lines.
package recap

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Line is one utterance, chat message or line of text. All strings are untrusted.
type Line struct {
	At       time.Time // zero where unknown
	IDs      []string  // peer id, user id: which is which differs between the texts
	CustomID string
	Name     string
	Text     string
}

// columns are the names that a column goes by, lower case, letters and digits only.
var columns = map[string]func(*Line, string){
	"timestamp": setTime, "createdat": setTime, "date": setTime, "time": setTime,
	"participantid": addID, "peerid": addID, "userid": addID,
	"customparticipantid": func(l *Line, v string) { l.CustomID = v },
	"participantname":     setName, "displayname": setName, "name": setName, "speaker": setName,
	"transcript": setText, "payload": setText, "message": setText, "text": setText,
}

func setTime(l *Line, v string) { l.At = moment(v) }
func addID(l *Line, v string)   { l.IDs = append(l.IDs, v) }
func setName(l *Line, v string) { l.Name = v }
func setText(l *Line, v string) { l.Text = v }

// transcriptColumns is the order in which a transcript's CSV has them; it comes
// without a header.
var transcriptColumns = []string{"timestamp", "participantid", "userid", "customparticipantid", "participantname", "transcript"}

// Plain reads a text line by line; empty lines at its ends are dropped.
func Plain(data []byte) []Line {
	text := strings.ToValidUTF8(string(bytes.TrimPrefix(data, []byte("\ufeff"))), "")
	text = strings.Trim(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), "\n")
	if strings.TrimSpace(text) == "" {
		return nil
	}
	var out []Line
	for line := range strings.SplitSeq(text, "\n") {
		out = append(out, Line{Text: strings.TrimRightFunc(line, unicode.IsSpace)})
	}
	return out
}

// Transcript reads a transcript's CSV, with a header or without.
func Transcript(data []byte) []Line { return table(data, transcriptColumns) }

// Chat reads a chat's CSV, which has a header.
func Chat(data []byte) []Line { return table(data, nil) }

func table(data []byte, bare []string) []Line {
	records, ok := parse(data)
	if !ok || len(records) == 0 {
		return Plain(data)
	}
	header := normal(records[0])
	switch {
	case holdsText(header):
		records = records[1:]
	case len(bare) > 0 && len(records[0]) >= len(bare) && !moment(records[0][0]).IsZero():
		header = bare
	default:
		return Plain(data)
	}
	out := make([]Line, 0, len(records))
	for _, r := range records {
		var l Line
		kind := ""
		for i, v := range r[:min(len(r), len(header))] {
			v = strings.ToValidUTF8(v, "")
			if header[i] == "payloadtype" {
				kind = v
			}
			if set, known := columns[header[i]]; known && v != "" {
				set(&l, v)
			}
		}
		l.Text = payload(kind, l.Text)
		if l.Text != "" {
			out = append(out, l)
		}
	}
	return out
}

func parse(data []byte) ([][]string, bool) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	r.FieldsPerRecord = -1
	r.LazyQuotes = true
	var out [][]string
	for {
		record, err := r.Read()
		if err == io.EOF {
			return out, true
		}
		if err != nil {
			return nil, false
		}
		out = append(out, record)
	}
}

func normal(record []string) []string {
	out := make([]string, len(record))
	for i, v := range record {
		out[i] = strings.Map(func(c rune) rune {
			if unicode.IsLetter(c) || unicode.IsDigit(c) {
				return unicode.ToLower(c)
			}
			return -1
		}, v)
	}
	return out
}

func holdsText(header []string) bool {
	text, known := false, 0
	for _, name := range header {
		if _, ok := columns[name]; ok {
			known++
		}
		text = text || name == "transcript" || name == "payload" || name == "message" || name == "text"
	}
	return text && known > 1
}

// payload says in words what a chat message holds beside text.
func payload(kind, text string) string {
	if kind == "" || kind == "TEXT_MESSAGE" {
		return text
	}
	var v struct {
		Name    string `json:"name"`
		Message string `json:"message"`
	}
	if json.Unmarshal([]byte(text), &v) != nil {
		v.Message = text
	}
	what := strings.ToLower(strings.TrimSuffix(kind, "_MESSAGE"))
	return strings.TrimSpace("[" + strings.TrimSpace(what+" "+v.Name) + "] " + v.Message)
}

// moment reads RFC 3339, or milliseconds or seconds since 1970.
func moment(s string) time.Time {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.UTC()
	}
	n, err := strconv.ParseInt(s, 10, 64)
	switch {
	case err != nil || n < 1e9 || n > 1e14:
		return time.Time{}
	case n < 1e11:
		return time.Unix(n, 0).UTC()
	}
	return time.UnixMilli(n).UTC()
}
