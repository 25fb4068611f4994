package client

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"
)

func TestPublicAddresses(t *testing.T) {
	for address, want := range map[string]bool{
		"1.1.1.1": true, "104.16.0.1": true, "2606:4700::1111": true, "::ffff:1.1.1.1": true,
		"127.0.0.1": false, "127.9.9.9": false, "::1": false, "10.0.0.1": false, "172.16.0.1": false, "172.31.255.255": false, "192.168.1.1": false,
		"169.254.169.254": false, "fe80::1": false, "fc00::1": false, "fd00:ec2::254": false, "0.0.0.0": false, "0.1.2.3": false, "::": false,
		"100.64.0.1": false, "100.100.100.200": false, "192.0.0.192": false, "198.18.0.1": false, "224.0.0.1": false, "255.255.255.255": false, "240.0.0.1": false, "ff02::1": false,
		"::ffff:127.0.0.1": false, "::ffff:169.254.169.254": false, "::ffff:10.0.0.1": false, "::127.0.0.1": false, "64:ff9b::a9fe:a9fe": false, "2002:7f00:1::": false, "2001::1": false, "fe80::1%eth0": false, "2606:4700::1%x": false,
	} {
		a := netip.MustParseAddr(address)
		if got := public(a.Unmap()); got != want {
			t.Errorf("%s: %v, want %v", address, got, want)
		}
		c := &Client{}
		if got := c.mayDial(a); got != want {
			t.Errorf("dial %s: %v, want %v", address, got, want)
		}
	}
	if c := (&Client{loopback: true}); !c.mayDial(netip.MustParseAddr("127.0.0.1")) || c.mayDial(netip.MustParseAddr("169.254.169.254")) || c.mayDial(netip.MustParseAddr("10.0.0.1")) {
		t.Error("a loopback API opens loopback and nothing else")
	}
}

func drain(r io.Reader, _ string) error {
	_, err := io.Copy(io.Discard, r)
	return err
}

// TestDownloadRefusals is what a link may not be, for a client of the public API.
func TestDownloadRefusals(t *testing.T) {
	reached := false
	inside := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer inside.Close()
	inside.Config.ErrorLog = nil
	c, err := New(Options{Token: "t", Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for link, want := range map[string]error{
		"http://1.1.1.1/x?signature=secret": errNotHTTPS, "ftp://1.1.1.1/x": errNotHTTPS, "file:///etc/passwd": errNotHTTPS, "": errNotHTTPS, "https://": errNotHTTPS,
		"https://user:pass@example.com/": errNotHTTPS, "gopher://x\n": errNotHTTPS, "//example.com/x": errNotHTTPS,
		inside.URL + "/?signature=secret": errPrivateAddress, "https://169.254.169.254/latest/meta-data/": errPrivateAddress, "https://[::1]:1/": errPrivateAddress, "https://10.0.0.1/": errPrivateAddress,
		"https://[::ffff:127.0.0.1]:1/": errPrivateAddress, "https://localhost:1/?signature=secret": errPrivateAddress, "https://0.0.0.0:1/": errPrivateAddress, "https://2130706433:1/": nil, "https://0x7f.1:1/": nil,
	} {
		err := c.Download(t.Context(), &Link{URL: SecretURL(link), what: "the text"}, drain)
		if err == nil || want != nil && !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", link, err, want)
			continue
		}
		for e := err; e != nil; e = errors.Unwrap(e) {
			if strings.Contains(e.Error(), "secret") || strings.Contains(e.Error(), "signature") {
				t.Errorf("%q: the link is in the error: %v", link, e)
			}
		}
	}
	if reached {
		t.Error("a server on loopback was reached")
	}
}

func TestDownloadCancelled(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer s.Close()
	c, err := New(Options{Token: "t", BaseURL: s.URL, Timeout: 300 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var e *Error
	if err := c.Download(t.Context(), &Link{URL: SecretURL(s.URL), what: "the text"}, drain); !errors.As(err, &e) || !strings.Contains(e.Message, "within 300ms") {
		t.Errorf("timeout: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	if err := c.Download(ctx, &Link{URL: SecretURL(s.URL), what: "the text"}, drain); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// What an answer without content holds is an empty text.
func TestDownloadNoContent(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	defer s.Close()
	c, err := New(Options{Token: "t", BaseURL: s.URL})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	read := 0
	err = c.Download(t.Context(), &Link{URL: SecretURL(s.URL), what: "the text"}, func(r io.Reader, _ string) error {
		read++
		text, err := io.ReadAll(r)
		if len(text) > 0 {
			t.Errorf("%q", text)
		}
		return err
	})
	if err != nil || read != 1 {
		t.Errorf("read %d times: %v", read, err)
	}
}
