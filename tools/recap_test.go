package tools

import (
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/scripted"
)

const (
	caseMeeting = "497f6eca-6276-4993-bfeb-53cbbbba6f08"
	caseSession = "0f0a4a52-5b8c-4c7e-9d4b-7a8f3c6f1d20"
)

// linkNames are the names that the endpoints have for their links.
var linkNames = map[string]string{"transcript": "transcript_download_url", "chat": "chat_download_url",
	"summary": "summaryDownloadUrl"}

// recapCase is the session of the documented cases with these texts, as of a time.
func recapCase(t *testing.T, texts map[string][]byte, now time.Time, args map[string]any) string {
	t.Helper()
	api := scripted.Start(t)
	api.JSON("/sessions/"+caseSession, scripted.Case(t, "session-details-current.json"))
	api.JSON("/sessions/"+caseSession+"/participants", scripted.Case(t, "session-participants-paging-in-data.json"))
	api.JSON("/meetings/"+caseMeeting, []byte(`{"success":true,"data":{"id":"`+caseMeeting+`",`+
		`"title":"Weekly sync","persist_chat":true}}`))
	host := strings.TrimSuffix(api.URL, "/client/v4")
	for part, body := range texts {
		api.JSON("/sessions/"+caseSession+"/"+part, fmt.Appendf(nil, `{"success":true,"data":{%q:"%s/files/%s"}}`,
			linkNames[part], host, part))
		api.Handle("//files/"+part, func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(body) // a client gone is its own affair
		})
	}
	c, err := client.New(client.Options{Token: scripted.Token, BaseURL: api.URL})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	d := &Deps{API: c, AccountID: scripted.AccountID, AppID: scripted.AppID, Log: slog.New(slog.DiscardHandler),
		Now: func() time.Time { return now }}
	given := map[string]any{"session_id": caseSession}
	maps.Copy(given, args)
	res, err := getSessionRecap(d).Handler(t.Context(), mcp.CallToolRequest{Params: mcp.CallToolParams{Arguments: given}})
	if err != nil {
		t.Fatal(err)
	}
	text, ok := mcp.AsTextContent(res.Content[0])
	if !ok || res.IsError {
		t.Fatalf("%+v", res.Content)
	}
	return text.Text
}

// TestRecapGolden keeps what a model reads of texts in the documented forms.
func TestRecapGolden(t *testing.T) {
	now := time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC)
	long := `[{"startTime":1000,"sentence":"Hello","peerData":{"displayName":"A stranger","id":"p9"}},` +
		`{"startTime":50400000,"sentence":"` + strings.Repeat("word ", 1000) + `","peerData":null},{"startTime":2000,"sent`
	for name, tc := range map[string]struct {
		texts map[string][]byte
		now   time.Time
		args  map[string]any
	}{
		"json": {map[string][]byte{
			"transcript": scripted.Case(t, "transcript.json"), "chat": scripted.Case(t, "chat.json"),
		}, now, nil},
		"csv": {map[string][]byte{"transcript": scripted.Case(t, "transcript-milliseconds.csv")}, now,
			map[string]any{"part": "transcript", "timezone": "Asia/Kolkata"}},
		"srt":     {map[string][]byte{"transcript": scripted.Case(t, "transcript.srt"), "summary": {}}, now, nil},
		"missing": {nil, now.AddDate(0, 0, 12), nil},
		"early": {map[string][]byte{"transcript": scripted.Case(t, "transcript-empty.csv")},
			time.Date(2026, 11, 20, 10, 33, 0, 0, time.UTC), nil},
		"broken": {map[string][]byte{"transcript": []byte(long), "chat": []byte("payload,createdAt\nCaf\xe9," +
			"2026-11-20T10:00:00Z\n")}, now, map[string]any{"limit": 3.0}},
		"unknown": {map[string][]byte{"transcript": []byte(`{"jobs":[{"id":1}]}`)}, now,
			map[string]any{"part": "transcript"}},
	} {
		golden(t, "text/recap-"+name+".md", recapCase(t, tc.texts, tc.now, tc.args))
	}
}
