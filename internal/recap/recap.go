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

// Kind is what a text is of a session.
type Kind int

// The texts of a session.
const (
	Summary Kind = iota
	Transcript
	Chat
)

// MaxText bounds the text of one line, in bytes; what is longer is cut there,
// and Report.Cut counts it.
const MaxText = 1 << 20

// maxID bounds ids and names, in bytes. A longer id is none.
const maxID = 512

// Line is one utterance, chat message or line of text. All strings are untrusted.
type Line struct {
	At       time.Time // UTC; zero if unknown
	Peer     string    // id of the joining that spoke
	User     string    // id on the roster
	CustomID string
	Name     string
	Text     string

	// Caption marks a line of a subtitle file, which knows nobody's id. Its
	// name may still be the beginning of Text: see Index.Attribute.
	Caption bool
}

// Options says what a text is.
type Options struct {
	Kind        Kind
	Start       time.Time // of the session; times are offsets from it in most forms
	ContentType string    // as the text was served; may be empty
}

// Report says how a text was read, beyond its lines.
type Report struct {
	Form       string // JSON, CSV, SRT, WebVTT or text; empty if nothing was there
	Charset    string // the encoding it claims, if that is unknown: it was read as UTF-8
	Lines      int    // lines yielded
	Lost       int    // characters lost, since they are invalid in the text's encoding
	Cut        int    // lines cut at MaxText
	Broken     bool   // the form breaks off after the last line: what followed was not read
	OpenQuote  bool   // a quote is never closed: what followed is all in the last line
	Unreadable bool   // it holds something, but no lines in any known form
}

// ErrWebPage is returned for HTML or XML: something answered in place of the text.
var ErrWebPage = errors.New("a web page came instead of the text")

// headSize is how much of a text is looked at to recognise its form.
const headSize = 4096

// Read reads a text and yields its lines in order. The error is that of r, or
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
		_, _ = x.r.Discard(len(bom)) // it was peeked
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

// reader is one reading of a text.
type reader struct {
	r      *bufio.Reader
	o      Options
	report *Report
	yield  func(Line)
	texts  bool  // an object has a text, be it empty
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

// failed keeps an error that is not the end of the text.
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
