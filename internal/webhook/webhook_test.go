package webhook

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	meetingID   = "50c8940e-1b97-402a-97d6-2708b7feca41"
	sessionID   = "05e57591-d89e-45c9-ae44-08dc1eaad0e0"
	recordingID = "97cb480d-5840-4528-ace3-919b5e386c68"
)

// pair is a key pair of these tests, which is made once.
var pair = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, minKeyBits)
	if err != nil {
		panic(err)
	}
	return key
})

// published is the public key as RealtimeKit publishes one.
func published(key *rsa.PrivateKey) string {
	raw, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		panic(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: raw}))
}

func sign(key *rsa.PrivateKey, body string) string {
	sum := sha256.Sum256([]byte(body))
	raw, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		panic(err)
	}
	return base64.StdEncoding.EncodeToString(raw)
}

func pinned(t testing.TB) *Keys {
	t.Helper()
	keys, err := PinnedKey(published(pair()))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// example returns a documented event.
func example(t testing.TB, kind string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", kind+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// receiver is a Handler that notes what it is told.
type receiver struct {
	*Handler
	logs  bytes.Buffer
	hints []Hint
	fails error
}

func receive(t testing.TB, keys *Keys) *receiver {
	t.Helper()
	r := &receiver{}
	r.Handler = NewHandler(Options{
		Keys: keys,
		Log:  slog.New(slog.NewTextHandler(&r.logs, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Accept: func(_ context.Context, h Hint) error {
			r.hints = append(r.hints, h)
			return r.fails
		},
	})
	return r
}

// post sends a body with a signature, none if that is empty, and returns the status.
func (r *receiver) post(body, signature string) int {
	req := httptest.NewRequest(http.MethodPost, Path, strings.NewReader(body))
	if signature != "" {
		req.Header.Set("rtk-signature", signature)
	}
	w := httptest.NewRecorder()
	r.ServeHTTP(w, req)
	return w.Code
}

func TestExamples(t *testing.T) {
	t.Parallel()
	r := receive(t, pinned(t))
	for kind, want := range map[string]Hint{
		"meeting.started":           {MeetingStarted, meetingID, sessionID, ""},
		"meeting.ended":             {MeetingEnded, meetingID, sessionID, ""},
		"meeting.participantJoined": {ParticipantJoined, meetingID, sessionID, ""},
		"meeting.participantLeft":   {ParticipantLeft, meetingID, sessionID, ""},
		"meeting.chatSynced":        {ChatSynced, meetingID, sessionID, ""},
		"meeting.transcript":        {Transcript, meetingID, sessionID, ""},
		"meeting.summary":           {Summary, meetingID, sessionID, ""},
		"recording.statusUpdate":    {RecordingStatus, meetingID, sessionID, recordingID},
	} {
		r.hints = nil
		body := example(t, kind)
		if status := r.post(body, sign(pair(), body)); status != http.StatusOK {
			t.Errorf("%s: %d", kind, status)
		}
		if len(r.hints) != 1 || r.hints[0] != want {
			t.Errorf("%s: %+v, want %+v", kind, r.hints, want)
		}
	}
	r.hints = nil
	for _, body := range []string{example(t, "livestreaming.statusUpdate"), `{"event": "meeting.invented", "meeting": 7}`} {
		if status := r.post(body, sign(pair(), body)); status != http.StatusOK || len(r.hints) > 0 {
			t.Errorf("%s: %d, %+v", body, status, r.hints)
		}
	}
	for _, word := range []string{"Weekly", "Mary", "user-123", "https://", "stream-key", "invented", sessionID, "organization"} {
		if strings.Contains(r.logs.String(), word) {
			t.Errorf("%q is in the log", word)
		}
	}
	if !strings.Contains(r.logs.String(), "kind=meeting.chatSynced") {
		t.Error(r.logs.String())
	}
}

func TestStatus(t *testing.T) {
	t.Parallel()
	body := example(t, "meeting.ended")
	good := sign(pair(), body)
	other, err := rsa.GenerateKey(rand.Reader, minKeyBits)
	if err != nil {
		t.Fatal(err)
	}
	broken := func(session string) string {
		return strings.Replace(body, `"`+sessionID+`"`, session, 1)
	}
	large := body + strings.Repeat(" ", maxBody)
	for name, tc := range map[string]struct {
		body, signature string
		want            int
	}{
		"good":                         {body, good, 200},
		"no signature":                 {body, "", 401},
		"another's signature":          {body, sign(other, body), 401},
		"of another body":              {body + " ", good, 401},
		"not base64":                   {body, "!" + good[1:], 401},
		"cut off":                      {body, good[:len(good)-4], 401},
		"too long":                     {body, strings.Repeat("A", 4096), 401},
		"nothing, signed":              {"", sign(pair(), ""), 400},
		"not JSON":                     {"{", sign(pair(), "{"), 400},
		"no event":                     {"{}", sign(pair(), "{}"), 400},
		"a list":                       {"[]", sign(pair(), "[]"), 400},
		"an event that is no text":     {`{"event":7}`, sign(pair(), `{"event":7}`), 400},
		"no session":                   {broken(`""`), sign(pair(), broken(`""`)), 400},
		"a session that is no text":    {broken(`7`), sign(pair(), broken(`7`)), 400},
		"a session that is a path":     {broken(`"../x"`), sign(pair(), broken(`"../x"`)), 400},
		"a session that is too long":   {broken(`"` + strings.Repeat("a", 65) + `"`), sign(pair(), broken(`"`+strings.Repeat("a", 65)+`"`)), 400},
		"larger than what is accepted": {large, sign(pair(), large), 413},
	} {
		r := receive(t, pinned(t))
		if got := r.post(tc.body, tc.signature); got != tc.want {
			t.Errorf("%s: %d, want %d", name, got, tc.want)
		}
		if (len(r.hints) == 1) != (tc.want == 200) {
			t.Errorf("%s: %d hints", name, len(r.hints))
		}
	}
}

func TestAccept(t *testing.T) {
	t.Parallel()
	body := example(t, "meeting.ended")
	for name, tc := range map[string]struct {
		err  error
		want int
	}{
		"kept":   {nil, 200},
		"repeat": {ErrRepeat, 200},
		"fails":  {errors.New("the disk is full of " + sessionID), 503},
	} {
		r := receive(t, pinned(t))
		r.fails = tc.err
		if got := r.post(body, sign(pair(), body)); got != tc.want || len(r.hints) != 1 {
			t.Errorf("%s: %d", name, got)
		}
		if strings.Contains(r.logs.String(), sessionID) {
			t.Errorf("%s: %s", name, r.logs.String())
		}
	}
	r := receive(t, pinned(t))
	r.accept = func(context.Context, Hint) error { panic(sessionID) }
	if got := r.post(body, sign(pair(), body)); got != 500 || strings.Contains(r.logs.String(), sessionID) {
		t.Errorf("a panic: %d, %s", got, r.logs.String())
	}
}

func TestRequests(t *testing.T) {
	t.Parallel()
	r := receive(t, pinned(t))
	body := example(t, "meeting.ended")
	for name, tc := range map[string]struct {
		method, path string
		signatures   []string
		length       int64
		want         int
	}{
		"another method":   {http.MethodGet, Path, nil, -1, 405},
		"another path":     {http.MethodPost, Path + "/x", nil, -1, 404},
		"two signatures":   {http.MethodPost, Path, []string{sign(pair(), body), sign(pair(), body)}, -1, 401},
		"a length too far": {http.MethodPost, Path, []string{sign(pair(), body)}, maxBody + 1, 413},
	} {
		req := httptest.NewRequest(tc.method, tc.path, strings.NewReader(body))
		req.Header["Rtk-Signature"] = tc.signatures
		req.ContentLength = tc.length
		w := httptest.NewRecorder()
		r.ServeHTTP(w, req)
		if w.Code != tc.want {
			t.Errorf("%s: %d, want %d", name, w.Code, tc.want)
		}
		if (w.Header().Get("Allow") == http.MethodPost) != (tc.want == 405) {
			t.Errorf("%s: Allow %q", name, w.Header().Get("Allow"))
		}
	}
	if len(r.hints) > 0 {
		t.Errorf("%+v", r.hints)
	}
}

// TestRate holds that a flood is refused in a way that RealtimeKit repeats, and that it
// does not fill the log.
func TestRate(t *testing.T) {
	t.Parallel()
	r := receive(t, pinned(t))
	got := map[int]int{}
	for range 3 * perSecond {
		got[r.post("{}", "AAAA")]++
	}
	if got[401] < perSecond || got[503] == 0 || got[401]+got[503] != 3*perSecond {
		t.Errorf("%v", got)
	}
	if n := strings.Count(r.logs.String(), "level=WARN"); n == 0 || n > 4 {
		t.Errorf("%d warnings", n)
	}
	busy := receive(t, pinned(t))
	for range maxConcurrent {
		busy.slots <- struct{}{}
	}
	if status := busy.post("{}", "AAAA"); status != 503 {
		t.Errorf("%d while others are being taken", status)
	}
}

func FuzzParse(f *testing.F) {
	for _, kind := range kinds {
		f.Add([]byte(example(f, kind)))
	}
	f.Add([]byte(example(f, "livestreaming.statusUpdate")))
	f.Add([]byte(`{"event":"meeting.ended","meeting":{"sessionId":"../x"}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		h, err := parse(body)
		if err != nil {
			if h != (Hint{}) {
				t.Errorf("%+v beside %v", h, err)
			}
			return
		}
		for _, id := range []string{h.SessionID, h.MeetingID + "x", h.RecordingID + "x"} {
			if id == "" || len(id) > 65 || strings.Trim(id, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-") != "" {
				t.Errorf("%q", id)
			}
		}
		if !json.Valid(body) {
			t.Error("it is not JSON")
		}
	})
}
