package demoapi

import (
	"cmp"
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Faults are things that can go wrong. The zero value has none.
type Faults struct {
	Latency    time.Duration // delay of every answer
	Status     int           // status of refusals
	FailFirst  int           // how many requests are refused
	FailAll    bool          // refuse all requests
	OnPath     string        // refuse only requests whose path ends with it
	RetryAfter string        // Retry-After header of refusals
	Message    string        // message of refusals
	Cloudflare bool          // refuse in Cloudflare's envelope, not in the product's

	HTML         bool   // answer with a proxy's HTML page and Status, or 200
	Truncate     bool   // cut every body in half
	SuccessFalse bool   // answer 200 with success: false
	Huge         bool   // answer with an endless body
	Grow         int    // how much longer a roster is on each request
	RedirectTo   string // answer 302 to this URL
	NoPaging     bool   // leave the paging object out of lists

	ExpiredLinks   bool   // download links have expired when they are given out
	LinkTo         string // URL of download links
	DownloadTo     string // URL to which downloads redirect
	DownloadStatus int    // status of downloads
	HugeDownload   bool   // downloads do not end
}

// SetFaults replaces the faults.
func (a *API) SetFaults(f Faults) {
	a.failed.Store(0)
	a.faults.Store(&f)
}

// fault applies the faults, and reports whether it has answered.
func (a *API) fault(w http.ResponseWriter, r *http.Request) bool {
	f := a.faults.Load()
	if f.Latency > 0 && !sleep(r.Context(), f.Latency) {
		a.cancelled.Add(1)
		return true
	}
	switch {
	case f.RedirectTo != "":
		http.Redirect(w, r, f.RedirectTo, http.StatusFound)
	case f.HTML:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(max(f.Status, http.StatusOK))
		_, _ = w.Write([]byte("<html><body><h1>Gateway says no</h1></body></html>"))
	case f.SuccessFalse:
		productError(w, http.StatusOK, 1001, "the request was understood and failed")
	case f.Huge:
		huge(w)
	case a.refuses(f, r):
		if f.RetryAfter != "" {
			w.Header().Set("Retry-After", f.RetryAfter)
		}
		message := cmp.Or(f.Message, "refused by a fault")
		if f.Cloudflare {
			cloudflareError(w, f.Status, 10000+f.Status, message)
		} else {
			productError(w, f.Status, f.Status, message)
		}
	default:
		return false
	}
	return true
}

// refuses reports whether a request is one of those that fail.
func (a *API) refuses(f *Faults, r *http.Request) bool {
	if f.Status == 0 || !strings.HasSuffix(r.URL.Path, f.OnPath) {
		return false
	}
	return f.FailAll || a.failed.Add(1) <= int64(f.FailFirst)
}

func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func huge(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	if _, err := w.Write([]byte(`{"success":true,"data":[`)); err != nil {
		return
	}
	blank := make([]byte, 1<<20)
	for i := range blank {
		blank[i] = ' '
	}
	for range 1 << 10 {
		if _, err := w.Write(blank); err != nil {
			return // the client has had enough
		}
	}
}

// write sends a body, or half of it.
func (a *API) write(w http.ResponseWriter, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	if a.faults.Load().Truncate {
		body = body[:len(body)/2]
	}
	_, _ = w.Write(body) // the client may be gone
}
