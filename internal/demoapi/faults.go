package demoapi

import (
	"cmp"
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Faults are what can go wrong on the way. The zero value is no fault.
type Faults struct {
	Latency    time.Duration // of every answer
	Status     int           // refuse with this status ...
	FailFirst  int           // ... the first so many requests ...
	FailAll    bool          // ... or all of them
	OnPath     string        // only requests whose path ends so are refused
	RetryAfter string        // header of a refusal, as given
	Message    string        // of a refusal
	Cloudflare bool          // refuse in Cloudflare's envelope, not the product's

	HTML         bool   // answer with a proxy's HTML page (and Status, else 200)
	Truncate     bool   // cut every body in half
	SuccessFalse bool   // answer 200 with success: false
	Huge         bool   // answer with an endless body
	Grow         int    // each request to a roster finds it so much longer
	RedirectTo   string // answer 302 to this URL
	NoPaging     bool   // leave the paging object out of lists

	ExpiredLinks   bool   // download links have expired when they are given out
	LinkTo         string // download links lead there
	DownloadTo     string // downloads redirect there
	DownloadStatus int    // downloads answer so
	HugeDownload   bool   // downloads do not end
}

// SetFaults replaces the faults.
func (a *API) SetFaults(f Faults) {
	a.failed.Store(0)
	a.faults.Store(&f)
}

// fault applies what is switched on, and reports whether it has answered.
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
	case f.Status != 0 && strings.HasSuffix(r.URL.Path, f.OnPath) && (f.FailAll || a.failed.Add(1) <= int64(f.FailFirst)):
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
	_, _ = w.Write(body) // a client gone is its own affair
}
