package recap

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

func show(lines []Line) string {
	var b strings.Builder
	for _, l := range lines {
		at := "-"
		if !l.At.IsZero() {
			at = l.At.Format("15:04:05")
		}
		fmt.Fprintf(&b, "%s %v %s <%s> %s\n", at, l.IDs, l.CustomID, l.Name, l.Text)
	}
	return b.String()
}

func TestTexts(t *testing.T) {
	for _, tc := range []struct {
		name string
		read func([]byte) []Line
		in   string
		want string
	}{
		{"transcript", Transcript, "2026-03-02T09:00:01.5Z,p1,u1,c1,Ann,Hello\n2026-03-02T09:00:03+01:00,p2,u2,,\"Lee, Bob\",\"Well,\n\"\"yes\"\"\"\n", "09:00:01 [p1 u1] c1 <Ann> Hello\n08:00:03 [p2 u2]  <Lee, Bob> Well,\n\"yes\"\n"},
		{"with a header", Transcript, "\ufeffTimestamp,Participant ID,User ID,Custom Participant ID,Participant Name,Transcript\r\n1772442001500,p1,u1,c1,Ann,Hello\r\n", "09:00:01 [p1 u1] c1 <Ann> Hello\n"},
		{"other order", Transcript, "name,transcript,time\nAnn,Hello,1772442001\n", "09:00:01 []  <Ann> Hello\n"},
		{"chat", Chat, "id,participantId,sessionId,meetingId,displayName,pinned,isEdited,payloadType,payload,createdAt\nm1,u1,s,m,Ann,false,false,TEXT_MESSAGE,\"Hi, all\",2026-03-02T09:00:00Z\nm2,u2,s,m,Bob,false,false,FILE_MESSAGE,\"{\"\"name\"\":\"\"plan.pdf\"\",\"\"link\"\":\"\"https://x\"\"}\",2026-03-02T09:01:00Z\nm3,u2,s,m,Bob,false,false,IMAGE_MESSAGE,https://y,2026-03-02T09:02:00Z\n",
			"09:00:00 [u1]  <Ann> Hi, all\n09:01:00 [u2]  <Bob> [file plan.pdf]\n09:02:00 [u2]  <Bob> [image] https://y\n"},
		{"short and long rows", Transcript, "timestamp,transcript\n2026-03-02T09:00:00Z\n2026-03-02T09:00:00Z,a,b,c\n", "09:00:00 []  <> a\n"},
		{"not a table", Transcript, "Ann: hello\nBob: well, yes\n", "- []  <> Ann: hello\n- []  <> Bob: well, yes\n"},
		{"chat without a header", Chat, "2026-03-02T09:00:00Z,a,b,c,d,e\n", "- []  <> 2026-03-02T09:00:00Z,a,b,c,d,e\n"},
		{"broken quotes", Transcript, "a,\"b\nc", "- []  <> a,\"b\n- []  <> c\n"},
		{"plain", Plain, "\n# Summary\r\n\r\n- one \n\n", "- []  <> # Summary\n- []  <> \n- []  <> - one\n"},
		{"empty", Transcript, "", ""}, {"blank", Plain, " \n\n", ""}, {"header only", Chat, "payload,createdAt\n", ""},
	} {
		if got := show(tc.read([]byte(tc.in))); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
}

func TestSpeakers(t *testing.T) {
	x := NewIndex([]Person{
		{IDs: []string{"u1", "p1", "p1b"}, CustomID: "c1", Name: "Ann"}, {IDs: []string{"u2", "p2"}, CustomID: "same", Name: "Bob"},
		{IDs: []string{"u3", "p3"}, CustomID: "same", Name: ""}, {IDs: []string{"", "p4"}, Name: "Guest"},
	})
	got := fmt.Sprint(x.Speakers([]Line{
		{IDs: []string{"p1", "u1"}, Name: "Annie", Text: "one two three"}, {IDs: []string{"p1b"}, Text: "four"}, {CustomID: "c1", Text: "five"},
		{CustomID: "same", Name: "Bob", Text: "whose?"}, {Name: "Ann", Text: "an impostor I am"}, {IDs: []string{"u3"}, Name: "Cleo", Text: "hi"}, {IDs: []string{""}, Text: "?"}, {IDs: []string{"p4"}, Text: "me too"},
	}))
	want := "[{Ann c1 true 3 5} {Ann  false 1 4} {Guest  true 1 2} {Bob same false 1 1} {Cleo same true 1 1} {  false 1 1}]"
	if got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// FuzzTexts holds that any bytes are read without a panic, as valid text, and
// that no more comes out than went in.
func FuzzTexts(f *testing.F) {
	f.Add([]byte("2026-03-02T09:00:01Z,p1,u1,c1,Ann,Hello\n"))
	f.Add([]byte("payload,createdAt,payloadType\n\"{\"\"name\"\":1}\",x,FILE_MESSAGE\n"))
	f.Add([]byte("\xff\xfe\"\"\"\r\r"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, lines := range [][]Line{Transcript(data), Chat(data), Plain(data)} {
			total := 0
			for _, l := range lines {
				if !utf8.ValidString(l.Text) || !utf8.ValidString(l.Name) {
					t.Fatalf("invalid text in %q", l)
				}
				total += len(l.Text)
			}
			if total > 2*len(data)+4*len(lines) {
				t.Fatalf("%d bytes of %d", total, len(data))
			}
			NewIndex(nil).Speakers(lines)
		}
	})
}
