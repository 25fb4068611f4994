// Package recap reads the texts that RealtimeKit keeps of a session (summary,
// transcript, chat) and tells who spoke. It is pure and takes any bytes: it
// recognises what arrived by its content, since an API may ignore the format it
// was asked for, and what it knows no form of is read as plain lines. It reads as a
// stream: whatever comes, it keeps no more than one line at a time.
//
// The forms are those of
// https://developers.cloudflare.com/realtime/realtimekit/ai/transcription/#output-formats
// and of the product's predecessor.
package recap

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"regexp"
	"time"
)

// Kind says which text of a session it is.
type Kind int

// The texts of a session.
const (
	Summary Kind = iota
	Transcript
	Chat
)

// MaxText is the longest text of a line, in bytes. A longer one is cut, and counted in
// Report.Cut.
const MaxText = 1 << 20

// maxID is the longest id and the longest name, in bytes. A longer id is dropped.
const maxID = 512

// Line is one utterance, chat message or line of text. All strings are untrusted.
type Line struct {
	At       time.Time // UTC; zero if unknown
	Peer     string    // id of the speaker's joining
	User     string    // id on the roster
	CustomID string
	Name     string
	Text     string

	// Caption marks a line of a subtitle file, which has no ids. The name may still be
	// at the beginning of Text; see Index.Attribute.
	Caption bool
}

// Options describe the text to read.
type Options struct {
	Kind        Kind
	Start       time.Time // start of the session, from which most forms count
	ContentType string    // of the response that had the text; may be empty
}

// Report says how a text was read.
type Report struct {
	Form       string // JSON, CSV, SRT, WebVTT or text; empty if the text is
	Charset    string // the encoding that it claims, if that is unknown; it was read as UTF-8
	Lines      int    // lines yielded
	Lost       int    // characters lost because they are invalid in the text's encoding
	Cut        int    // lines cut at MaxText
	Broken     bool   // the form breaks off after the last line, and the rest was not read
	OpenQuote  bool   // a quote is never closed, so the last line holds the rest
	Unreadable bool   // the text is not empty, but has no lines in any known form
}

// ErrWebPage means that the text is HTML or XML, so something else has answered.
var ErrWebPage = errors.New("a web page came instead of the text")

// headSize is how many bytes of a text are enough to recognise its form.
const headSize = 4096

// Read reads a text and yields its lines in order. It returns the error of r, or
// ErrWebPage.
func Read(r io.Reader, o Options, yield func(Line)) (Report, error) {
	var out Report
	text := decode(r, o.ContentType)
	out.Charset = text.unknown
	x := &reader{r: bufio.NewReaderSize(text, 32<<10), o: o, report: &out}
	x.yield = func(l Line) {
		out.Lines++
		yield(l)
	}
	head, err := x.r.Peek(headSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return out, err
	}
	if bytes.HasPrefix(head, []byte(bom)) {
		_, _ = x.r.Discard(len(bom)) // Peek has read it
		head = head[len(bom):]
	}
	head = bytes.TrimSpace(head)
	if webPage.Match(head) {
		return out, ErrWebPage
	}
	out.Form = x.read(head)
	out.Lost = text.lost
	if out.Lines == 0 && !out.Unreadable {
		out.Form = ""
	}
	return out, x.err
}

const bom = "\ufeff"

var (
	webPage = regexp.MustCompile(`(?i)^<(!doctype html|html|\?xml)[\s>]`)
	isJSON  = regexp.MustCompile(`^(\[\s*([\[{\]]|$)|\{\s*(["}]|$)|null\s*$)`)
	isVTT   = regexp.MustCompile(`^WEBVTT([ \t\r\n]|$)`)
	isSRT   = regexp.MustCompile(`^(\d+[ \t]*(\r\n?|\n))?[ \t]*(\d+:)?\d{1,2}:\d{2}([.,]\d{1,3})?[ \t]*-->`)
)

// reader reads one text.
type reader struct {
	r      *bufio.Reader
	o      Options
	report *Report
	yield  func(Line)
	texts  bool  // whether an object has a text, even an empty one
	err    error // of r, other than io.EOF
}

// read recognises the form from the head of a text.
func (x *reader) read(head []byte) (form string) {
	switch {
	case x.o.Kind == Summary:
		x.plain()
		return "text"
	case isJSON.Match(head):
		x.json()
		return "JSON"
	case isVTT.Match(head):
		x.captions(true)
		return "WebVTT"
	case isSRT.Match(head):
		x.captions(false)
		return "SRT"
	}
	return x.table(head)
}

// failed keeps an error, unless it is the end of the text.
func (x *reader) failed(err error) {
	if !errors.Is(err, io.EOF) {
		x.err = err
	}
}

// emit yields a row that has a text.
func (x *reader) emit(r row) {
	l := r.line(x.o)
	if l.Text == "" || r.partial {
		return
	}
	if r.cut {
		x.report.Cut++
	}
	x.yield(l)
}
