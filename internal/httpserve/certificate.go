package httpserve

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// certificate is read again when its files change, so that it can be renewed without
// a restart. If the new files cannot be used, the old certificate stays in use.
type certificate struct {
	cert, key string
	log       *slog.Logger

	mu      sync.Mutex
	pair    *tls.Certificate
	changed [2]time.Time // modification times of the files that were read
	checked time.Time    // when the files were last looked at
}

// certificateCheck is how long the files are not looked at again.
const certificateCheck = time.Second

func loadTLS(cert, key string, log *slog.Logger) (*tls.Config, error) {
	if cert == "" && key == "" {
		return nil, nil
	}
	if cert == "" || key == "" {
		return nil, errors.New("--tls-cert and --tls-key belong together")
	}
	c := &certificate{cert: cert, key: key, log: log}
	if err := c.read(); err != nil {
		return nil, err
	}
	return &tls.Config{GetCertificate: c.get, MinVersion: tls.VersionTLS12}, nil
}

func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.checked) < certificateCheck {
		return c.pair, nil
	}
	c.checked = time.Now()
	if c.times() == c.changed {
		return c.pair, nil
	}
	if err := c.read(); err != nil {
		c.log.Warn("the certificate has changed but cannot be used; the old one serves on", "error", err)
	} else {
		c.log.Info("the certificate was read anew")
	}
	return c.pair, nil
}

func (c *certificate) read() error {
	c.changed = c.times() // before reading, so that files that change meanwhile are read again
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err != nil {
		return fmt.Errorf("--tls-cert, --tls-key: %w", err)
	}
	c.pair = &pair
	return nil
}

// times returns the modification times of the files, zero for one that cannot be
// found.
func (c *certificate) times() (t [2]time.Time) {
	for i, path := range []string{c.cert, c.key} {
		if info, err := os.Stat(path); err == nil {
			t[i] = info.ModTime()
		}
	}
	return t
}
