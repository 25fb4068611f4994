package client

import (
	"context"
	"time"

	"github.com/cloudflare/cloudflare-go/v7/option"
	"github.com/cloudflare/cloudflare-go/v7/realtime_kit"
)

// Link is where a text of a session can be downloaded for a while. The URL is
// signed: who has it can read the text, so it belongs into no log and no answer.
type Link struct {
	URL     string
	Expires time.Time // zero where the API gave no RFC 3339 time
	what    string
}

// Summary returns the link to the summary of a session's transcript, or nil
// where none was made.
// https://developers.cloudflare.com/api/resources/realtime_kit/subresources/sessions/methods/get_session_summary/
func (c *Client) Summary(ctx context.Context, app AppRef, sessionID string) (*Link, error) {
	var p realtime_kit.SessionGetSessionSummaryParams
	p.AccountID.Value, p.AccountID.Present = app.AccountID, true
	return link(ctx, c, app, sessionID, "summary", func(ctx context.Context, o ...option.RequestOption) (string, string, error) {
		res, err := c.sessions.GetSessionSummary(ctx, app.AppID, sessionID, p, o...)
		if err != nil {
			return "", "", err
		}
		return res.Data.SummaryDownloadURL, res.Data.SummaryDownloadURLExpiry, nil
	})
}

// Transcript returns the link to a session's transcript as CSV, or nil where
// none was made.
// https://developers.cloudflare.com/api/resources/realtime_kit/subresources/sessions/methods/get_session_transcripts/
func (c *Client) Transcript(ctx context.Context, app AppRef, sessionID string) (*Link, error) {
	var p realtime_kit.SessionGetSessionTranscriptsParams
	p.AccountID.Value, p.AccountID.Present = app.AccountID, true
	return link(ctx, c, app, sessionID, "transcript", func(ctx context.Context, o ...option.RequestOption) (string, string, error) {
		res, err := c.sessions.GetSessionTranscripts(ctx, app.AppID, sessionID, p, o...)
		if err != nil {
			return "", "", err
		}
		return res.Data.TranscriptDownloadURL, res.Data.TranscriptDownloadURLExpiry, nil
	})
}

// Chat returns the link to a session's chat as CSV, or nil where none was kept.
// https://developers.cloudflare.com/api/resources/realtime_kit/subresources/sessions/methods/get_session_chat/
func (c *Client) Chat(ctx context.Context, app AppRef, sessionID string) (*Link, error) {
	var p realtime_kit.SessionGetSessionChatParams
	p.AccountID.Value, p.AccountID.Present = app.AccountID, true
	return link(ctx, c, app, sessionID, "chat", func(ctx context.Context, o ...option.RequestOption) (string, string, error) {
		res, err := c.sessions.GetSessionChat(ctx, app.AppID, sessionID, p, o...)
		if err != nil {
			return "", "", err
		}
		return res.Data.ChatDownloadURL, res.Data.ChatDownloadURLExpiry, nil
	})
}

// link makes the three endpoints one: 404 and an empty URL both mean that there
// is nothing to download.
func link(ctx context.Context, c *Client, app AppRef, sessionID, document string, get func(context.Context, ...option.RequestOption) (url, expiry string, err error)) (*Link, error) {
	if err := app.checkSession(sessionID); err != nil {
		return nil, err
	}
	l := &Link{what: "the " + document + " of session " + sessionID}
	_, err := call(ctx, c, l.what, func(ctx context.Context, o ...option.RequestOption) (expiry string, err error) {
		l.URL, expiry, err = get(ctx, o...)
		l.Expires = moment(expiry)
		return expiry, err
	})
	if NotFound(err) || err == nil && l.URL == "" {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return l, nil
}
