package client

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/cloudflare/cloudflare-go/v7/option"
	"github.com/cloudflare/cloudflare-go/v7/realtime_kit"
	"github.com/tidwall/gjson"
)

// SecretURL is a signed link. Anyone who has it can read what it leads to, so it
// must not appear in a log or an error. It is hidden if printed, logged or encoded;
// convert it to a string to get the link.
type SecretURL string

const hiddenURL = "(a signed link)"

// Format implements fmt.Formatter for every verb.
func (SecretURL) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, hiddenURL) } // fmt ignores errors too

// LogValue implements slog.LogValuer.
func (SecretURL) LogValue() slog.Value { return slog.StringValue(hiddenURL) }

// MarshalText implements encoding.TextMarshaler.
func (SecretURL) MarshalText() ([]byte, error) { return []byte(hiddenURL), nil }

// Link is a link, valid for a limited time, to download a text of a session.
type Link struct {
	URL     SecretURL
	Expires time.Time // zero if the API gave no time
	what    string
}

// Summary returns the link to the summary of a session's transcript, or nil if
// there is none.
// https://developers.cloudflare.com/api/resources/realtime_kit/subresources/sessions/methods/get_session_summary/
func (c *Client) Summary(ctx context.Context, app AppRef, sessionID string) (*Link, error) {
	var p realtime_kit.SessionGetSessionSummaryParams
	p.AccountID.Value, p.AccountID.Present = app.AccountID, true
	send := func(ctx context.Context, o ...option.RequestOption) error {
		_, err := c.sessions.GetSessionSummary(ctx, app.AppID, sessionID, p, o...)
		return err
	}
	return link(ctx, c, app, sessionID, "summary", send)
}

// TranscriptFormat is the format to ask for. The API may answer in another one.
type TranscriptFormat string

// The formats to ask for. JSON leaves nothing to guess. The default, CSV according
// to the reference, works even if the API does not know formats.
const (
	TranscriptJSON    TranscriptFormat = "JSON"
	TranscriptDefault TranscriptFormat = ""
)

// Transcript returns the link to a session's transcript, or nil if there is none.
// https://developers.cloudflare.com/api/resources/realtime_kit/subresources/sessions/methods/get_session_transcripts/
func (c *Client) Transcript(ctx context.Context, app AppRef, sessionID string, f TranscriptFormat) (*Link, error) {
	var p realtime_kit.SessionGetSessionTranscriptsParams
	p.AccountID.Value, p.AccountID.Present = app.AccountID, true
	p.Format.Value, p.Format.Present = realtime_kit.SessionGetSessionTranscriptsParamsFormat(f), f != ""
	send := func(ctx context.Context, o ...option.RequestOption) error {
		_, err := c.sessions.GetSessionTranscripts(ctx, app.AppID, sessionID, p, o...)
		return err
	}
	return link(ctx, c, app, sessionID, "transcript", send)
}

// Chat returns the link to a session's chat, or nil if none was kept.
// https://developers.cloudflare.com/api/resources/realtime_kit/subresources/sessions/methods/get_session_chat/
func (c *Client) Chat(ctx context.Context, app AppRef, sessionID string) (*Link, error) {
	var p realtime_kit.SessionGetSessionChatParams
	p.AccountID.Value, p.AccountID.Present = app.AccountID, true
	send := func(ctx context.Context, o ...option.RequestOption) error {
		_, err := c.sessions.GetSessionChat(ctx, app.AppID, sessionID, p, o...)
		return err
	}
	return link(ctx, c, app, sessionID, "chat", send)
}

// link handles the three endpoints alike: 404 and an empty URL both mean that there
// is nothing to download.
func link(ctx context.Context, c *Client, app AppRef, sessionID, document string, send func(context.Context,
	...option.RequestOption) error) (*Link, error) {
	if err := app.checkSession(sessionID); err != nil {
		return nil, err
	}
	what := "the " + document + " of session " + sessionID
	l, err := objectOf(ctx, c, what, func(data gjson.Result) (*Link, bool) {
		return linkOf(data, document), data.IsObject() || data.Type == gjson.Null && data.Exists()
	}, send)
	if NotFound(err) || err == nil && l.URL == "" {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	l.what = what
	return l, nil
}

// linkOf reads summaryDownloadUrl and chat_download_url alike: the endpoints
// differ in how they write the names.
func linkOf(data gjson.Result, document string) *Link {
	l := &Link{}
	data.ForEach(func(key, v gjson.Result) bool {
		switch strings.ToLower(strings.ReplaceAll(key.Str, "_", "")) {
		case document + "downloadurl":
			l.URL = secret(v)
		case document + "downloadurlexpiry":
			l.Expires = instant(v)
		}
		return true
	})
	return l
}

// secret reads a link; a signature makes some longer than any other text.
func secret(v gjson.Result) SecretURL {
	if v.Type != gjson.String || len(v.Str) > 1<<16 {
		return ""
	}
	return SecretURL(strings.TrimSpace(strings.Clone(v.Str)))
}
