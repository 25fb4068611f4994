package main

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
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/timelapse"
)

// webhooks delivers half of what happens as webhooks, beside what the program polls, some of
// it twice, and some of sessions that do not exist.
type webhooks struct {
	account *account
	url     string
	flags   []string
	key     *rsa.PrivateKey

	taken, refused, lost atomic.Int64
}

// newWebhooks returns nil if the program takes none.
func newWebhooks(a *account, binary, folder string) (*webhooks, error) {
	help, err := exec.Command(binary, "watch", "--help").Output() //nolint:noctx // it ends by itself
	if err != nil || !strings.Contains(string(help), "--webhooks ") {
		return nil, err
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(folder, "key.pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}), 0o600); err != nil {
		return nil, err
	}
	free, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer func() { _ = free.Close() }() // for the program to listen on
	address := free.Addr().String()
	return &webhooks{
		account: a,
		url:     "http://" + address + "/webhooks",
		flags:   []string{"--webhooks", address, "--webhook-key-file", path},
		key:     key,
	}, nil
}

// schedule has webhooks come when something happens.
func (w *webhooks) schedule(random *mathrand.Rand) {
	for n, s := range w.account.Sessions {
		for range 1 + random.IntN(2) {
			w.at(random, s.Start, meetingEvent("meeting.started", s.MeetingID, s.ID))
			w.at(random, s.End, meetingEvent("meeting.ended", s.MeetingID, s.ID))
			w.at(random, s.Transcript, meetingEvent("meeting.transcript", s.MeetingID, s.ID))
			w.at(random, s.Summary, meetingEvent("meeting.summary", s.MeetingID, s.ID))
			for _, r := range s.Recordings {
				w.at(random, r.Uploaded, recordingEvent(s, r))
			}
		}
		if n%20 == 0 {
			w.at(random, s.Start, meetingEvent("meeting.started", id(98, n), id(99, n)))
		}
	}
}

func meetingEvent(name, meeting, session string) map[string]any {
	return map[string]any{"event": name, "meeting": map[string]any{"id": meeting, "sessionId": session, "title": "A title"}}
}

func recordingEvent(s timelapse.Session, r timelapse.Recording) map[string]any {
	return map[string]any{"event": "recording.statusUpdate", "recording": map[string]any{
		"id": r.ID, "recordingId": r.ID, "status": "UPLOADED", "roomUUID": s.ID, "meetingId": s.MeetingID,
	}}
}

// at delivers an event at a time, or does not.
func (w *webhooks) at(random *mathrand.Rand, at time.Time, event map[string]any) {
	if at.IsZero() || random.IntN(2) == 0 {
		return
	}
	body, err := json.Marshal(event)
	if err != nil {
		panic(err) // texts always encode
	}
	time.AfterFunc(w.account.clock.Real(at.Sub(w.account.clock.Now())), func() { w.deliver(body) })
}

// deliver posts an event, again if the program is away or says that it cannot take it.
func (w *webhooks) deliver(body []byte) {
	sum := sha256.Sum256(body)
	signature, err := rsa.SignPKCS1v15(nil, w.key, crypto.SHA256, sum[:])
	if err != nil {
		panic(err) // the key is good
	}
	for range 5 {
		switch status := w.post(body, base64.StdEncoding.EncodeToString(signature)); {
		case status >= 200 && status < 300:
			w.taken.Add(1)
			return
		case status >= 400 && status < 500 && status != http.StatusTooManyRequests:
			w.refused.Add(1)
			return
		}
		time.Sleep(500 * time.Millisecond)
	}
	w.lost.Add(1)
}

// post returns the status of the answer, 0 if there was none.
func (w *webhooks) post(body []byte, signature string) int {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url, bytes.NewReader(body))
	if err != nil {
		return 0
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Rtk-Signature", signature)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0
	}
	_ = res.Body.Close()
	return res.StatusCode
}
