package webhook

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/download"
)

// TestNodeSigns proves the check with a signer of others: Node's crypto makes the key pair
// and signs the documented events, and bytes that are no text.
func TestNodeSigns(t *testing.T) {
	t.Parallel()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed")
	}
	bodies := [][]byte{{}, {0, 0xff, '\n'}, bytes.Repeat([]byte("ü"), maxBody/2)}
	for _, kind := range append([]string{"livestreaming.statusUpdate"}, kinds...) {
		bodies = append(bodies, []byte(example(t, kind)))
	}
	input, err := json.Marshal(bodies)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), node, "testdata/sign.js")
	cmd.Stdin = bytes.NewReader(input)
	output, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var signed struct {
		PublicKey  string
		Signatures []string
	}
	if err := json.Unmarshal(output, &signed); err != nil || len(signed.Signatures) != len(bodies) {
		t.Fatal(err)
	}
	keys, err := PinnedKey(signed.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	for i, body := range bodies {
		if err := keys.verify(t.Context(), body, signed.Signatures[i]); err != nil {
			t.Errorf("%d: %v", i, err)
		}
		next := signed.Signatures[(i+1)%len(bodies)]
		if keys.verify(t.Context(), body, next) == nil || keys.verify(t.Context(), append(body, ' '), signed.Signatures[i]) == nil {
			t.Errorf("%d: another body's signature is taken", i)
		}
	}
	r := receive(t, keys)
	if status := r.post(string(bodies[len(bodies)-1]), signed.Signatures[len(bodies)-1]); status != 200 || len(r.hints) != 1 {
		t.Errorf("%d: %+v", status, r.hints)
	}
}

func FuzzVerify(f *testing.F) {
	const body = `{"event":"meeting.ended"}`
	good := sign(pair(), body)
	f.Add(body, good)
	f.Add(body+" ", good)
	f.Add(body, good[:len(good)-1])
	f.Add(body, good+"\n")
	f.Add("", "")
	f.Add("", base64.StdEncoding.EncodeToString(make([]byte, minKeyBits/8)))
	f.Fuzz(func(t *testing.T, body2, signature string) {
		err := check(&pair().PublicKey, []byte(body2), signature)
		// PKCS #1 v1.5 is deterministic: of each body there is one signature.
		if (err == nil) != (signature == sign(pair(), body2)) {
			t.Errorf("%q with %q: %v", body2, signature, err)
		}
	})
}

func TestParseKey(t *testing.T) {
	t.Parallel()
	good := published(pair())
	document, err := json.Marshal(map[string]any{"success": true, "data": map[string]any{"publicKey": good}, "message": ""})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"PEM": good, "document": string(document), "blanks": "\n " + good + "\n"} {
		if key, err := parseKey(text); err != nil || !key.Equal(pair().Public()) {
			t.Errorf("%s: %v", name, err)
		}
	}
	weak, err := rsa.GenerateKey(rand.Reader, 1024) //nolint:gosec // to be refused
	if err != nil {
		t.Fatal(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ec, err := x509.MarshalPKIXPublicKey(curve.Public())
	if err != nil {
		t.Fatal(err)
	}
	private := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(pair())})
	for name, text := range map[string]string{
		"nothing":       "",
		"not a key":     "hello",
		"damaged":       strings.Replace(good, "\nMII", "\nMIJ", 1),
		"another JSON":  `{"data": {}}`,
		"half a JSON":   string(document[:40]),
		"a private key": string(private),
		"weak":          published(weak),
		"not RSA":       string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: ec})),
	} {
		if _, err := PinnedKey(text); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

// source is where Keys of a test fetch the key.
type source struct {
	mu      sync.Mutex
	text    string
	fails   error
	fetched int
	takes   time.Duration
}

func (s *source) keys() *Keys {
	k := PublishedKey("", nil, nil)
	k.fetch = func(ctx context.Context) (string, error) {
		select {
		case <-time.After(s.takes):
		case <-ctx.Done():
			return "", ctx.Err()
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.fetched++
		return s.text, s.fails
	}
	return k
}

func TestRotation(t *testing.T) {
	t.Parallel()
	next, err := rsa.GenerateKey(rand.Reader, minKeyBits)
	if err != nil {
		t.Fatal(err)
	}
	body := "a body"
	before, after := sign(pair(), body), sign(next, body)
	synctest.Test(t, func(t *testing.T) {
		s := &source{text: published(pair())}
		keys := s.keys()
		verify := func(signature string, want error, fetched int) {
			t.Helper()
			if err := keys.verify(t.Context(), []byte(body), signature); !errors.Is(err, want) || s.fetched != fetched {
				t.Errorf("%v after %d fetches, want %v after %d", err, s.fetched, want, fetched)
			}
		}
		verify(before, nil, 1)
		verify(before, nil, 1) // it is remembered
		verify(after, errSignature, 1)
		time.Sleep(keyPause)
		verify("junk", errSignature, 2)
		for range 100 { // junk makes no more fetches than one in a while
			verify("junk", errSignature, 2)
		}
		s.text = published(next)
		time.Sleep(keyPause)
		verify(after, nil, 3)
		verify(before, errSignature, 3)
		s.text, s.fails = "", errors.New("down")
		time.Sleep(keyAge)
		verify(after, nil, 4) // the key before stays
		verify(after, nil, 4)
		s.text, s.fails = published(pair()), nil
		time.Sleep(keyPause)
		verify(after, errSignature, 5) // an old key is given up, whoever asks
		verify(before, nil, 5)
	})
}

func TestNoKey(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		body := example(t, "meeting.ended")
		s := &source{text: "nothing"}
		r := receive(t, s.keys())
		for range 3 {
			if status := r.post(body, sign(pair(), body)); status != 503 || s.fetched != 1 {
				t.Errorf("%d after %d fetches", status, s.fetched)
			}
		}
		s.text = published(pair())
		time.Sleep(firstPause)
		if status := r.post(body, sign(pair(), body)); status != 200 || s.fetched != 2 {
			t.Errorf("%d after %d fetches", status, s.fetched)
		}
	})
}

// TestFetchedOnce holds that deliveries which come together wait for one fetch.
func TestFetchedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &source{text: published(pair()), takes: time.Second}
		keys := s.keys()
		signature := sign(pair(), "x")
		impatient, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		var wg sync.WaitGroup
		wg.Go(func() {
			if err := keys.verify(impatient, []byte("x"), signature); !errors.Is(err, errNoKey) {
				t.Error(err)
			}
		})
		for range 20 {
			wg.Go(func() {
				if err := keys.verify(t.Context(), []byte("x"), signature); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if s.fetched != 1 {
			t.Errorf("%d fetches", s.fetched)
		}
	})
}

func TestPublishedKey(t *testing.T) {
	t.Parallel()
	document := `{"success":true,"data":{"publicKey":` + quote(published(pair())) + `},"message":""}`
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/key":
			_, _ = w.Write([]byte(document))
		case "/large":
			_, _ = w.Write([]byte(document + strings.Repeat(" ", maxKey)))
		default:
			http.NotFound(w, r)
		}
	}))
	d := download.New(download.Options{Loopback: true})
	t.Cleanup(func() { d.CloseIdleConnections(); s.Close() })
	for path, want := range map[string]error{"/key": nil, "/large": errNoKey, "/none": errNoKey} {
		keys := PublishedKey(s.URL+path, d, nil)
		if err := keys.verify(t.Context(), []byte("x"), sign(pair(), "x")); !errors.Is(err, want) {
			t.Errorf("%s: %v", path, err)
		}
	}
	guarded := PublishedKey(s.URL+"/key", download.New(download.Options{}), nil)
	if err := guarded.verify(t.Context(), []byte("x"), sign(pair(), "x")); !errors.Is(err, errNoKey) {
		t.Errorf("a key over http: %v", err)
	}
}

func quote(s string) string {
	raw, _ := json.Marshal(s)
	return string(raw)
}
