package httpserve

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// clock gives each file that it writes a later time, by a minute because file
// systems may round times.
type clock struct{ now time.Time }

func (c *clock) write(t *testing.T, path string, content []byte) {
	t.Helper()
	c.now = c.now.Add(time.Minute)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, c.now, c.now); err != nil {
		t.Fatal(err)
	}
}

func TestCertificateIsRenewed(t *testing.T) {
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	files := &clock{time.Now().Add(-time.Hour)}
	write := func(path string, content []byte) { t.Helper(); files.write(t, path, content) }
	firstCert, firstKey := pair(t, 1)
	write(cert, firstCert)
	write(key, firstKey)
	var log bytes.Buffer
	config, err := loadTLS(cert, key, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	c := &certificate{cert: cert, key: key, log: slog.New(slog.NewTextHandler(&log, nil))}
	if err := c.read(); err != nil || config.GetCertificate == nil {
		t.Fatal(err)
	}
	serial := func() int64 {
		t.Helper()
		c.checked = time.Time{}
		p, err := c.get(nil)
		if err != nil {
			t.Fatal(err)
		}
		return p.Leaf.SerialNumber.Int64()
	}
	if got := serial(); got != 1 || log.Len() > 0 {
		t.Errorf("serial %d: %s", got, log.String())
	}
	nextCert, nextKey := pair(t, 2)
	write(cert, nextCert) // the key does not fit yet
	for range 2 {
		if got := serial(); got != 1 || strings.Count(log.String(), "the old one serves on") != 1 {
			t.Errorf("serial %d: %s", got, log.String())
		}
	}
	write(key, nextKey)
	if got := serial(); got != 2 || !strings.Contains(log.String(), "read anew") {
		t.Errorf("serial %d: %s", got, log.String())
	}
	if err := os.Remove(cert); err != nil {
		t.Fatal(err)
	}
	if got := serial(); got != 2 {
		t.Errorf("serial %d", got)
	}
	write(cert, firstCert)
	write(key, firstKey)
	p, err := c.get(nil) // the files are not looked at again within a second
	if err != nil || p.Leaf.SerialNumber.Int64() != 2 {
		t.Errorf("%v, %v", p.Leaf.SerialNumber, err)
	}
}

func pair(t *testing.T, serial int64) (cert, key []byte) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(serial), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	rawKey, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return cert, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: rawKey})
}
