package recap

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf8"
)

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func read(tb testing.TB, kind Kind, text string) ([]Line, Report) {
	tb.Helper()
	var lines []Line
	report, err := Read(strings.NewReader(text), Options{Kind: kind, Start: start},
		func(l Line) { lines = append(lines, l) })
	if err != nil {
		tb.Fatalf("%.100q: %v", text, err)
	}
	return lines, report
}

func show(lines []Line) string {
	var b strings.Builder
	for _, l := range lines {
		at := "-"
		if !l.At.IsZero() {
			at = l.At.Format("15:04:05")
		}
		fmt.Fprintf(&b, "%s %v %s <%s> %s\n", at, strings.Fields(l.Peer+" "+l.User), l.CustomID, l.Name, l.Text)
	}
	return b.String()
}

const (
	chatHeader = "id,participantId,sessionId,meetingId,displayName,pinned,isEdited,payloadType,payload,createdAt\n"
	oneRow     = `{"startTime":1000,"endTime":2500,"sentence":"Hello","peerData":{"id":"p1","userId":"u1",` +
		`"displayName":"Ann","cpi":"c1","leftAt":""}}`
	oneLine = "09:00:01 [p1 u1] c1 <Ann> Hello\n"
)

// transcripts has every form that is documented, and those of its predecessor.
var transcripts = []struct{ name, in, form, want string }{
	{"milliseconds", "\"1000\",\"p1\",\"u1\",\"c1\",\"Ann\",\"Hello\"\n\"65000\",\"p2\",\"u2\",\"\",\"Bob\",\"Well," +
		" \"\"yes\"\"\"\n", "CSV", oneLine + "09:01:05 [p2 u2]  <Bob> Well, \"yes\"\n"},
	{"at the very start", `"0","p1","u1","c1","Ann","Hello"`, "CSV", "09:00:00 [p1 u1] c1 <Ann> Hello\n"},
	{"not quoted", "1000,p1,u1,c1,Ann,Hello\r\n", "CSV", oneLine},
	{"a mark before it", "\ufeff\"1000\",\"p1\",\"u1\",\"c1\",\"Ann\",\"Hello\"\r\n", "CSV", oneLine},
	{"several lines in a cell", "\"1000\",\"p1\",\"u1\",\"c1\",\"Ann\",\"Hel\r\nlo\"\r\n", "CSV",
		"09:00:01 [p1 u1] c1 <Ann> Hel\r\nlo\n"},
	{"dates", "2026-03-02T09:00:01.5Z,p1,u1,c1,Ann,Hello\n2026-03-02T09:00:03+01:00,p2,u2,,\"Lee, Bob\",\"Well,\n" +
		"\"\"yes\"\"\"\n", "CSV", oneLine + "08:00:03 [p2 u2]  <Lee, Bob> Well,\n\"yes\"\n"},
	{"a header with spaces", "Timestamp, Participant ID, User ID, Custom Participant ID, Participant Name, " +
		"Transcript\n2026-03-02T09:00:01.000Z, p1, u1, c1, Ann, Hello\n", "CSV", oneLine},
	{"spaces and quotes", "Timestamp, Participant ID, User ID, Custom Participant ID, Participant Name, " +
		"Transcript\n\"2026-03-02T09:00:01Z\", \"p1\", \"u1\", \"c1\", \"Ann\", \"Hello, all\"\n", "CSV",
		"09:00:01 [p1 u1] c1 <Ann> Hello, all\n"},
	{"a header without spaces", "\ufeffTimestamp,Participant ID,User ID,Custom Participant ID,Participant Name," +
		"Transcript\r\n1772442001500,p1,u1,c1,Ann,Hello\r\n", "CSV", oneLine},
	{"other order", "name,transcript,time\nAnn,Hello,1772442001\n", "CSV", "09:00:01 []  <Ann> Hello\n"},
	{"commas that nobody quoted", "2026-03-02T09:00:01Z, p1, u1, c1, Ann, Hello, all\n2026-03-02 09:00:02.051621Z, " +
		"p1, u1, c1, Ann, Bye\n", "CSV", "09:00:01 [p1 u1] c1 <Ann> Hello, all\n09:00:02 [p1 u1] c1 <Ann> Bye\n"},
	{"a line break that nobody quoted", "1000,p1,u1,c1,Ann,Hello\nall of you\n", "CSV",
		oneLine + "- []  <> all of you\n"},
	{"quotes that nobody doubled", "\"1000\",\"p1\",\"u1\",\"c1\",\"Ann\",\"He said \"no\" twice\"\n", "CSV",
		"09:00:01 [p1 u1] c1 <Ann> He said \"no\" twice\n"},
	{"quotes and commas that nobody escaped", "\"1000\",\"p1\",\"u1\",\"c1\",\"Ann\",\"Well, \"yes\", hello\"\n",
		"CSV", "09:00:01 [p1 u1] c1 <Ann> Well, \"yes, hello\"\n"},
	{"a column more", "\"1000\",\"p1\",\"u1\",\"c1\",\"Ann\",\"Hello\",\"en\"\n", "CSV", oneLine},
	{"short and long rows", "timestamp,transcript\n2026-03-02T09:00:00Z\n2026-03-02T09:00:00Z,a,b\n", "CSV",
		"09:00:00 []  <> a,b\n"},
	{"JSON", "[" + oneRow + "]", "JSON", oneLine},
	{"JSON in an object", `{"success":true,"message":"ok","data":{"transcript":[` + oneRow + `]}}`, "JSON", oneLine},
	{"JSON line by line", oneRow + "\n" + oneRow + "\n", "JSON", oneLine + oneLine},
	{"JSON of the event", `[{"id":"e1","name":"Ann","peerId":"p1","userId":"u1","customParticipantId":"c1",` +
		`"transcript":"Hel","isPartialTranscript":true,"timestamp":1772442001000},` +
		`{"id":"e2","name":"Ann","peerId":"p1","userId":"u1","customParticipantId":"c1","transcript":"Hello",` +
		`"isPartialTranscript":false,"timestamp":1772442001000}]`, "JSON", oneLine},
	{"JSON in other types", `[{"startTime":"1000","sentence":"Hello","peerData":{"id":"p1","userId":"u1",` +
		`"displayName":"Ann","cpi":"c1","x":[{"id":"no"}]}},null,7,{"startTime":null,` +
		`"sentence":"\u00e9\ud83d\ude00\n","peerData":null}]`, "JSON", oneLine + "- []  <> é😀\n\n"},
	{"SRT", "\ufeff1\r\n00:00:01,000 --> 00:00:02,500\r\nAnn: Hello\r\n\r\n2\r\n01:00:05,000 --> 01:00:07,000\r\n" +
		"<i>Bob</i>: 3 < 4\r\nand\r\n\r\n42\r\n\r\n3\r\n01:00:08,000 --> 01:00:09,000\r\n\r\n", "SRT",
		"09:00:01 []  <Ann> Hello\n10:00:05 []  <Bob> 3 < 4\nand\n42\n"},
	{"SRT without numbers", "00:00:01,000 --> 00:00:02,500\nAnn: Hello\n\n00:00:03,000 --> 00:00:04,500\n" +
		"{\\an8}https://x.example\n", "SRT", "09:00:01 []  <Ann> Hello\n09:00:03 []  <> https://x.example\n"},
	{"SRT without fractions", "1\n00:00:01 --> 00:00:02\nAnn: Hello\n", "SRT", "09:00:01 []  <Ann> Hello\n"},
	{"WebVTT", "WEBVTT - made by hand\nKind: captions\n\nNOTE Ann: no\nand no more\n\nSTYLE\n::cue { color: red }\n" +
		"\nid 1\n00:01.000 --> 00:02.500 align:start position:0%\nAnn: Hello\n\n01:00:05.000 --> 01:00:07.000\n" +
		"<v.loud Bob Lee>Tom &amp; <i>I</i></v>\n<v Ann>yes <00:01:05.500>sir\n\n99\n100:00:05.000 --> 100:00:07.000\nlate\n",
		"WebVTT", "09:00:01 []  <Ann> Hello\n10:00:05 []  <Bob Lee> Tom & I\n10:00:05 []  <Ann> yes sir\n" +
			"13:00:05 []  <> late\n"},
	{"not a table", "Ann: hello\nBob: well, yes\n", "text", "- []  <> Ann: hello\n- []  <> Bob: well, yes\n"},
	{"brackets", "[00:01] Ann: hello\n", "text", "- []  <> [00:01] Ann: hello\n"},
	{"broken quotes", "a,\"b\nc", "text", "- []  <> a,\"b\n- []  <> c\n"},
	{"empty", "", "", ""},
	{"blank", " \r\n\n", "", ""},
	{"a mark alone", "\ufeff", "", ""},
	{"header only", "Timestamp, Participant ID, User ID, Custom Participant ID, Participant Name, Transcript\n", "", ""},
	{"empty list", "[]", "", ""},
	{"empty list in an object", `{"data":[]}`, "", ""},
	{"null", "null\n", "", ""},
	{"WebVTT header only", "WEBVTT\n\n", "", ""},
	{"empty sentences", `[{"startTime":1,"sentence":""}]`, "", ""},
}

func TestTranscripts(t *testing.T) {
	for _, tc := range transcripts {
		lines, report := read(t, Transcript, tc.in)
		for i := range lines {
			lines[i], _, _ = NewIndex(nil).Attribute(lines[i])
		}
		if got := show(lines); got != tc.want || report.Form != tc.form || report.Broken || report.Unreadable ||
			report.OpenQuote || report.Lost+report.Cut != 0 {
			t.Errorf("%s: %+v\n%q\nwant %q", tc.name, report, got, tc.want)
		}
	}
}

func TestChats(t *testing.T) {
	for _, tc := range []struct{ name, in, form, want string }{
		{"CSV", chatHeader + "m1,u1,s,m,Ann,false,false,TEXT_MESSAGE,\"Hi, all\",2026-03-02T09:00:00Z\n" +
			"m2,u2,s,m,Bob,false,false,FILE_MESSAGE,\"{\"\"name\"\":\"\"plan.pdf\"\",\"\"link\"\":\"\"https://x\"\"}\"," +
			"2026-03-02T09:01:00Z\n" +
			"m3,u2,s,m,Bob,false,false,IMAGE_MESSAGE,https://y,2026-03-02 09:02:00.051621Z\n", "CSV",
			"09:00:00 [u1]  <Ann> Hi, all\n09:01:00 [u2]  <Bob> [file plan.pdf]\n09:02:00 [u2]  <Bob> [image] https://y\n"},
		{"commas that nobody quoted", chatHeader + "m1,u1,s,m,Ann,false,false,TEXT_MESSAGE,Hi, all, of you," +
			"2026-03-02T09:00:00Z\n", "CSV", "09:00:00 [u1]  <Ann> Hi, all, of you\n"},
		{"without its header", "m1,u1,s,m,Ann,false,false,TEXT_MESSAGE,Hi,2026-03-02T09:00:00Z\n", "CSV",
			"09:00:00 [u1]  <Ann> Hi\n"},
		{"no columns known", "2026-03-02T09:00:00Z,a,b,c,d,e\n", "text", "- []  <> 2026-03-02T09:00:00Z,a,b,c,d,e\n"},
		{"JSON", `[{"id":"m1","participantId":"u1","displayName":"Ann","payloadType":"TEXT_MESSAGE","payload":"Hi",` +
			`"createdAt":"2026-03-02T09:00:00.000Z"}]`, "JSON", "09:00:00 [u1]  <Ann> Hi\n"},
		{"JSON in an object", `{"chat":[{"userId":"u1","displayName":"Ann","type":"text","message":"Hi",` +
			`"time":1772442000000},` +
			`{"userId":"u1","displayName":"Ann","type":"file","name":"plan.pdf","link":"https://x","timeMs":1772442060000},` +
			`{"userId":"u1","displayName":"Ann","payload":{"type":"image","link":"https://x"},` +
			`"time":"2026-03-02T09:02:00Z"}]}`, "JSON",
			"09:00:00 [u1]  <Ann> Hi\n09:01:00 [u1]  <Ann> [file plan.pdf]\n09:02:00 [u1]  <Ann> [image]\n"},
		{"header only", chatHeader, "", ""},
	} {
		lines, report := read(t, Chat, tc.in)
		if got := show(lines); got != tc.want || report.Form != tc.form || report.Unreadable || report.Broken {
			t.Errorf("%s: %+v\n%q\nwant %q", tc.name, report, got, tc.want)
		}
	}
	lines, _ := read(t, Summary, "\n# Summary\r\n\r\n- one \n\n")
	if got := show(lines); got != "- []  <> # Summary\n- []  <> \n- []  <> - one\n" {
		t.Errorf("summary: %q", got)
	}
}

// What is not read whole is reported.
func TestReports(t *testing.T) {
	long := strings.Repeat("a", MaxText+5)
	for _, tc := range []struct {
		name, in string
		want     Report
	}{
		{"cut JSON", "[" + oneRow + "," + oneRow[:40], Report{Form: "JSON", Lines: 1, Broken: true}},
		{"rubbish after", "[" + oneRow + "] and more", Report{Form: "JSON", Lines: 1, Broken: true}},
		{"JSON of something else", `{"success":false,"error":{"message":"no"}}`, Report{Form: "JSON", Unreadable: true}},
		{"rows of something else", `[{"a":1}]`, Report{Form: "JSON", Unreadable: true}},
		{"broken from the start", `{"a":`, Report{Form: "JSON", Unreadable: true}},
		{"open quote", "1,p,u,c,Ann,\"Hello\n2,p,u,c,Ann,Bye\n", Report{Form: "CSV", Lines: 1, OpenQuote: true}},
		{"invalid", "1,p,u,c,Zo\xeb,Caf\xe9\n", Report{Form: "CSV", Lines: 1, Lost: 2}},
		{"long cell", "1,p,u,c,Ann," + long, Report{Form: "CSV", Lines: 1, Cut: 1}},
		{"long sentence", `[{"startTime":1,"sentence":"` + long + `\u00e9\""},` + oneRow + `]`,
			Report{Form: "JSON", Lines: 2, Cut: 1}},
		{"long line", long + "\nb", Report{Form: "text", Lines: 3}},
		{"long caption", "WEBVTT\n\n00:00.000 --> 00:01.000\nAnn: yes\n" + long + "\n",
			Report{Form: "WebVTT", Lines: 1, Cut: 1}},
		{"no times", "WEBVTT\n\nnow --> then\nAnn: yes\n", Report{Form: "WebVTT", Unreadable: true}},
		{"deep", `[{"sentence":` + strings.Repeat("[", 3<<20), Report{Form: "JSON", Unreadable: true}},
		{"deep objects", strings.Repeat(`{"a":`, 1<<20), Report{Form: "JSON", Unreadable: true}},
		{"commas", "1,p,u,c,Ann,x" + strings.Repeat(",", 2<<20), Report{Form: "CSV", Lines: 1, Cut: 1}},
	} {
		if _, got := read(t, Transcript, tc.in); got != tc.want {
			t.Errorf("%s: %+v, want %+v", tc.name, got, tc.want)
		}
	}
	for _, page := range []string{"<!DOCTYPE html><p>Sign in", "\n<HTML>\n", "<?xml version=\"1.0\"?><Error/>"} {
		_, err := Read(strings.NewReader(page), Options{}, func(Line) { t.Error("a line of a web page") })
		if !errors.Is(err, ErrWebPage) {
			t.Errorf("%q: %v", page, err)
		}
	}
	broken := errors.New("reset")
	for _, text := range []string{"", "[" + oneRow + ",", "1,p,u,c,Ann,Hello\n", "Ann\n",
		"WEBVTT\n\n00:00.000 --> 00:01.000\nAnn"} {
		r := io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken))
		if _, err := Read(r, Options{Kind: Transcript}, func(Line) {}); !errors.Is(err, broken) {
			t.Errorf("%q: %v, want the reader's error", text, err)
		}
	}
}

// utf16of writes text in units of two bytes.
func utf16of(text string, high, low int) string {
	var b strings.Builder
	for _, r := range text {
		var unit [2]byte
		unit[high], unit[low] = byte(r>>8&0xff), byte(r&0xff)
		b.Write(unit[:])
	}
	return b.String()
}

func TestEncodings(t *testing.T) {
	const text = "\"1000\",\"p1\",\"u1\",\"c1\",\"Zoë\",\"Grüße, ŵ ハナ\"\n"
	const latin = "1000,p1,u1,c1,Zo\xeb,\x93Gr\xfc\xdfe\x94\n"
	for _, tc := range []struct {
		name, in, contentType, speaker, said string
		want                                 Report
	}{
		{"UTF-8", text, "text/csv; charset=utf-8", "Zoë", "Grüße, ŵ ハナ", Report{Lines: 1}},
		{"UTF-8 whose mark contradicts", bom + text, "text/csv; charset=iso-8859-1", "Zoë", "Grüße, ŵ ハナ", Report{Lines: 1}},
		{"called ASCII", text, "text/csv; charset=us-ascii", "Zoë", "Grüße, ŵ ハナ", Report{Lines: 1}},
		{"UTF-16LE", utf16of(bom+text, 1, 0), "", "Zoë", "Grüße, ŵ ハナ", Report{Lines: 1}},
		{"UTF-16BE", utf16of(bom+text, 0, 1), "text/csv", "Zoë", "Grüße, ŵ ハナ", Report{Lines: 1}},
		{"UTF-16LE without a mark", utf16of(text, 1, 0), "", "Zoë", "Grüße, ŵ ハナ", Report{Lines: 1}},
		{"UTF-16BE without a mark", utf16of(text, 0, 1), "text/csv; charset=utf-16", "Zoë", "Grüße, ŵ ハナ", Report{Lines: 1}},
		{"windows-1252", latin, `text/csv; charset="Windows-1252"`, "Zoë", "“Grüße”", Report{Lines: 1}},
		{"iso-8859-1", latin, "text/csv;charset=ISO-8859-1", "Zoë", "“Grüße”", Report{Lines: 1}},
		{"shift_jis", "1000,p1,u1,c1,\x83n\x83i,Hello\n", "text/csv; charset=Shift_JIS", "ハナ", "Hello", Report{Lines: 1}},
		{"not what it claims", latin, "text/csv; charset=utf-8", "Zo", "Gre", Report{Lines: 1, Lost: 5}},
		{"unknown", text, "text/csv; charset=klingon", "Zoë", "Grüße, ŵ ハナ", Report{Lines: 1, Charset: "klingon"}},
	} {
		for _, r := range []io.Reader{strings.NewReader(tc.in), iotest.OneByteReader(strings.NewReader(tc.in))} {
			var got Line
			report, err := Read(r, Options{Kind: Transcript, Start: start, ContentType: tc.contentType},
				func(l Line) { got = l })
			tc.want.Form = "CSV"
			plain := strings.NewReplacer("\ufffd", "")
			if err != nil || report != tc.want || plain.Replace(got.Name) != tc.speaker ||
				plain.Replace(got.Text) != tc.said || got.Peer != "p1" {
				t.Errorf("%s: %+v %+v %v", tc.name, report, got, err)
			}
		}
	}
}

func TestTimes(t *testing.T) {
	for in, want := range map[string]string{
		"1000": "09:00:01", "0": "09:00:00", "1500.5": "09:00:01", "00:00:01,000": "09:00:01", "61:01.5": "10:01:01",
		"100:00:00.000": "13:00:00",
		"1772442001":    "09:00:01", "1772442001500": "09:00:01", "2026-03-02T09:00:01Z": "09:00:01",
		"2026-03-02 09:00:01.051621Z": "09:00:01",
		"2026-03-02T10:00:01.5+01:00": "09:00:01", "2026-03-02 10:00:01 +0100": "09:00:01",
		"2026-03-02T09:00:01": "09:00:01", "2026-03-02 09:00:01 UTC": "09:00:01",
		"": "", "-5": "", "NaN": "", "1e300": "", "yesterday": "",
		"0001-01-01T00:00:00Z": "", "12026-03-02T09:00:01Z": "", "5:3": "",
	} {
		at, ok := when(in, start)
		if ok != (want != "") || ok && at.Format("15:04:05") != want {
			t.Errorf("%q: %v %v, want %q", in, at, ok, want)
		}
	}
	if at, ok := when("1000", time.Time{}); !ok || !at.IsZero() {
		t.Errorf("an offset from nothing: %v %v", at, ok)
	}
}

func TestSpeakers(t *testing.T) {
	x := NewIndex([]Person{
		{IDs: []string{"u1", "p1", "p1b"}, CustomID: "c1", Name: "Ann"},
		{IDs: []string{"u2", "p2"}, CustomID: "same", Name: "Bob"},
		{IDs: []string{"u3", "p3"}, CustomID: "same", Name: ""}, {IDs: []string{"", "p4"}, Name: "Guest"},
		{Name: "Dana: Contoso"}, {Name: "Twin"}, {Name: "twin"},
	})
	tally := NewTally()
	for _, l := range []Line{
		{Peer: "p1", User: "u2", Name: "Annie", Text: "one two three"}, {Peer: "p1b", Text: "four"},
		{CustomID: "c1", Text: "five"},
		{CustomID: "same", Name: "Bob", Text: "whose?"}, {Name: "Ann", Text: "an impostor I am"},
		{User: "u3", Name: "Cleo", Text: "hi"}, {Text: "?"}, {Peer: "p4", Text: "me too"},
		{Caption: true, Text: "ann: by name alone so it is"},
		{Caption: true, Text: "Dana: Contoso: hi: you"}, {Caption: true, Name: "Twin", Text: "which"},
	} {
		tally.Add(x.Attribute(l))
	}
	got := fmt.Sprint(tally.Speakers())
	want := "[{Ann c1 1 4 11} {Ann  0 1 4} {Guest  1 1 2} {Dana: Contoso  2 1 2} {Bob same 0 1 1} {Cleo same 1 1 1} " +
		"{  0 1 1} {Twin  0 1 1}]"
	if got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	for i := range 2 * maxSpeakers {
		tally.Add(Line{Name: fmt.Sprint(i), Text: "a b"}, nil, Unmatched)
	}
	if n := len(tally.Speakers()); n != maxSpeakers || tally.Others.Lines != maxSpeakers+8 ||
		tally.Others.Words != 2*tally.Others.Lines {
		t.Errorf("%d speakers and %+v", n, tally.Others)
	}
}

// FuzzRead checks that any bytes are read without a panic and as valid text, that no more
// comes out than went in, and that it does not matter how the bytes arrive.
func FuzzRead(f *testing.F) {
	addCases(f)
	f.Add([]byte(chatHeader+"m2,u2,s,m,Bob,false,false,FILE_MESSAGE,\"{\"\"name\"\":1}\",x\n"), 2,
		"text/csv; charset=utf-16")
	f.Add([]byte("WEBVTT\n\n1\n00:01.000 --> 00:02.000\n<v A>b<v C>d &lt;\n"), 1, "")
	f.Add([]byte("\xff\xfe\"\"\"\r\r"), 1, "text/plain; charset=shift_jis")
	f.Add([]byte(`[{"sentence":"\ud83d\u","peerData":{"peerData":{"id":[]}}}`), 1, "")
	f.Fuzz(func(t *testing.T, data []byte, kind int, contentType string) {
		o := Options{Kind: Kind((kind%3 + 3) % 3), Start: start, ContentType: contentType}
		var lines []Line
		report, err := Read(strings.NewReader(string(data)), o, func(l Line) { lines = append(lines, l) })
		if err != nil && !errors.Is(err, ErrWebPage) {
			t.Fatalf("an error of no reader: %v", err)
		}
		if report.Lines != len(lines) || report.Unreadable && len(lines) > 0 || report.Broken && len(lines) == 0 {
			t.Fatalf("%+v with %d lines", report, len(lines))
		}
		total, tally, x := 0, NewTally(), NewIndex([]Person{{IDs: []string{"p1"}, Name: "Ann"}})
		for _, l := range lines {
			checkLine(t, l)
			total += len(l.Text)
			tally.Add(x.Attribute(l))
		}
		if total > 3*len(data)+10*len(lines)+10 {
			t.Fatalf("%d bytes of %d", total, len(data))
		}
		var again []Line
		slow, err2 := Read(iotest.OneByteReader(strings.NewReader(string(data))), o,
			func(l Line) { again = append(again, l) })
		if show(again) != show(lines) || slow != report || !errors.Is(err2, err) {
			t.Fatalf("%+v byte by byte, %+v at once", slow, report)
		}
	})
}

func checkLine(t *testing.T, l Line) {
	t.Helper()
	for _, s := range []string{l.Text, l.Name, l.Peer, l.User, l.CustomID} {
		if !utf8.ValidString(s) {
			t.Fatalf("invalid text in %+v", l)
		}
	}
	if len(l.Text) > MaxText+100 || len(l.Name) > maxID || len(l.Peer) > maxID {
		t.Fatalf("too long: %+v", l)
	}
	if !l.At.IsZero() && (l.At.Year() < 1971 || l.At.Year() > 10_000) {
		t.Fatalf("out of bounds: %+v", l)
	}
}

func addCases(f *testing.F) {
	f.Helper()
	cases, err := filepath.Glob("../scripted/cases/[ct]*")
	if err != nil || len(cases) == 0 {
		f.Fatalf("no cases: %v", err)
	}
	for _, name := range cases {
		raw, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for kind := range 3 {
			f.Add(raw, kind, "text/csv")
		}
	}
}
