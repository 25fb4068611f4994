package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/download"
)

// MaxDownload bounds a downloaded text, in bytes after decompression.
const MaxDownload = download.MaxBytes

const linkRemedy = "Links last a short time: repeat the call, which gets a new one."

// Download opens the text behind a link and calls read with it, within the client's
// timeout. The link comes from an answer, so it is not trusted: it must be https and
// lead to a public address (the one that is dialled, after DNS resolution, at each
// redirect), at most MaxDownload bytes are read, and no credentials are sent. A
// client of a loopback API may also download from loopback, even over http. If the
// connection breaks, Download calls read once more, from the beginning of the text,
// so its result counts only if Download returns nil.
func (c *Client) Download(ctx context.Context, l *Link, read func(text io.Reader, contentType string) error) error {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	if !l.Expires.IsZero() && time.Now().After(l.Expires) {
		return &Error{What: l.what, Message: "the download link has expired", Remedy: linkRemedy}
	}
	err := c.downloads.Get(ctx, string(l.URL), read)
	var failed *download.Error
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return context.Canceled
	case !errors.As(err, &failed):
		return err // of read, or nil
	}
	return c.explainDownload(ctx, l, failed.Status, failed.Err)
}

func (c *Client) explainDownload(ctx context.Context, l *Link, status int, err error) error {
	if errors.Is(err, download.ErrTooLarge) {
		err = ErrBodyTooLarge
	}
	out := &Error{What: l.what, Status: status, Err: err}
	if status == http.StatusOK {
		out.Status = 0
	}
	out.Message, out.Remedy = c.downloadAdvice(ctx, status, err)
	if proxy, ok := errors.AsType[*proxyRefused](err); ok {
		proxy.explain(ctx, out)
	}
	return sealed(out, string(l.URL), c.tokenFor(ctx))
}

func (c *Client) downloadAdvice(ctx context.Context, status int, err error) (message, remedy string) {
	switch {
	case ctx.Err() != nil:
		return fmt.Sprintf("the download was not complete within %s", c.timeout),
			"Try again; if it persists, raise --timeout."
	case err == nil && (status == http.StatusForbidden || status == http.StatusUnauthorized || status == http.StatusGone):
		return "the download link has expired or is refused", linkRemedy
	case err == nil && status == http.StatusNotFound:
		return "the text is gone from where it was kept",
			"RealtimeKit keeps such texts only for some days; there is nothing left to fetch."
	case err == nil:
		return "the download failed", "Try again later."
	case errors.Is(err, ErrBodyTooLarge):
		return fmt.Sprintf("the text is larger than %d MiB", MaxDownload>>20), "It cannot be read through this tool."
	case errors.Is(err, download.ErrCompression):
		return "the text is compressed in a way that cannot be read",
			"Try again; if it persists, look for a proxy that changes answers."
	case errors.Is(err, download.ErrNotHTTPS), errors.Is(err, download.ErrPrivateAddress),
		errors.Is(err, download.ErrManyRedirects):
		return err.Error(),
			"It was refused for safety; a proxy or a wrong CLOUDFLARE_BASE_URL may have changed the answer."
	case errors.Is(err, download.ErrCutOff) && status != 0:
		return "the download was cut off, twice", "Try again; if it persists, look for a proxy that cuts connections."
	}
	return "the download's host could not be reached",
		"Check that the network lets this machine reach it, then try again."
}
