package webhook

import (
	"cmp"
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/download"
)

// KeyURL is where RealtimeKit publishes its key.
const KeyURL = "https://api.realtime.cloudflare.com/.well-known/webhooks.json"

// When the published key is fetched.
const (
	keyAge     = time.Hour        // a key that is older is fetched again
	keyPause   = 2 * time.Minute  // between two fetches, whatever is sent here
	firstPause = 15 * time.Second // the same while there is no key
	keyTime    = 10 * time.Second // for one fetch
	maxKey     = 64 << 10         // bytes of the document
)

var (
	errNoKey     = errors.New("there is no key to check signatures with")
	errSignature = errors.New("the signature is wrong")
)

// Keys has the key that RealtimeKit signs with. It is safe for concurrent use.
type Keys struct {
	fetch  func(context.Context) (string, error) // nil if the key is pinned
	log    *slog.Logger
	flight singleflight.Group

	mu   sync.Mutex
	key  *rsa.PublicKey // nil until it was fetched
	at   time.Time      // when it was
	next time.Time      // before which it is not fetched again
}

// PinnedKey returns Keys that hold this key for good: PEM, or the published document.
func PinnedKey(text string) (*Keys, error) {
	key, err := parseKey(text)
	if err != nil {
		return nil, err
	}
	return &Keys{key: key}, nil
}

// PublishedKey returns Keys that fetch the key from a URL, which is KeyURL if it is empty,
// when it is first needed. They fetch it again every hour, and if a signature does not fit:
// the key may have changed.
func PublishedKey(url string, d *download.Downloader, log *slog.Logger) *Keys {
	url = cmp.Or(url, KeyURL)
	return &Keys{
		log: cmp.Or(log, slog.New(slog.DiscardHandler)),
		fetch: func(ctx context.Context) (text string, err error) {
			err = d.Get(ctx, url, func(r io.Reader, _ string) error {
				raw, err := io.ReadAll(io.LimitReader(r, maxKey+1))
				if err == nil && len(raw) > maxKey {
					err = fmt.Errorf("it has more than %d KiB", maxKey>>10)
				}
				text = string(raw)
				return err
			})
			return text, err
		},
	}
}

// verify returns errNoKey if the signature cannot be checked, or errSignature if it is
// wrong.
func (k *Keys) verify(ctx context.Context, body []byte, signature string) error {
	key := k.current()
	if key == nil || k.old() {
		if err := k.renew(ctx); err != nil {
			return err
		}
		if key = k.current(); key == nil {
			return errNoKey
		}
	}
	if check(key, body, signature) == nil {
		return nil
	}
	if err := k.renew(ctx); err != nil {
		return err
	}
	if newer := k.current(); newer == key || check(newer, body, signature) != nil {
		return errSignature
	}
	return nil
}

func (k *Keys) current() *rsa.PublicKey {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.key
}

func (k *Keys) old() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.fetch != nil && time.Since(k.at) >= keyAge
}

// due reports whether the key may be fetched now, and if so, counts that as done.
func (k *Keys) due() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := time.Now()
	if now.Before(k.next) {
		return false
	}
	k.next = now.Add(keyPause)
	return true
}

// renew fetches the key if it is time. Who comes while it is fetched waits for it. If it
// cannot be fetched, the key before stays. The error is errNoKey, if ctx has ended.
func (k *Keys) renew(ctx context.Context) error {
	if k.fetch == nil {
		return nil
	}
	done := k.flight.DoChan("", func() (any, error) {
		if k.due() {
			limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), keyTime)
			defer cancel()
			k.load(limited)
		}
		return nil, nil
	})
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return errNoKey
	}
}

func (k *Keys) load(ctx context.Context) {
	text, err := k.fetch(ctx)
	var key *rsa.PublicKey
	if err == nil {
		key, err = parseKey(text)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case err != nil:
		k.log.WarnContext(ctx, "the key of RealtimeKit's webhooks could not be fetched", "error", err)
		if k.key == nil {
			k.next = time.Now().Add(firstPause)
		}
	case k.key != nil && k.key.Equal(key):
		k.at = time.Now() // the same pointer says that it has not changed
	default:
		k.key, k.at = key, time.Now()
	}
}
