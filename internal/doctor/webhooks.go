package doctor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/webhook"
)

// webhookTime bounds how long the report waits for the list of webhooks, which is no check.
const webhookTime = 10 * time.Second

// Webhooks says which webhooks the app has. It is no check: none is needed but for watching.
type Webhooks struct {
	Registered []Registered `json:"registered"`
	Unknown    string       `json:"unknown,omitempty"` // why they could not be read
	Command    string       `json:"command,omitempty"` // registers the URL that was asked about
}

// Registered is a webhook of the app. Its URL is left out: it may hold a secret.
type Registered struct {
	ID      string   `json:"id"`
	Host    string   `json:"host"`
	Enabled bool     `json:"enabled"`
	Asked   bool     `json:"asked,omitempty"`          // it is the URL that was asked about
	Missing []string `json:"missing_events,omitempty"` // of those that watching takes
}

// placeURL stands for a URL that was not given.
const placeURL = "https://YOUR-HOST" + webhook.Path

// CheckWebhookURL returns an error unless RealtimeKit can reach the URL safely.
func CheckWebhookURL(raw string) error {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.Fragment != "" {
		return errors.New("must be the https URL by which RealtimeKit reaches you, such as " + placeURL)
	}
	return nil
}

// webhooks reads the webhooks of the app, if the app was found.
func (e *examination) webhooks(ctx context.Context) *Webhooks {
	if e.ref == (client.AppRef{}) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, webhookTime)
	defer cancel()
	all, err := e.API.Webhooks(ctx, e.ref)
	out := &Webhooks{Registered: []Registered{}}
	if err != nil {
		out.Unknown = "they could not be read"
		if known, ok := errors.AsType[*client.Error](err); ok {
			out.Unknown = untrusted.Line(known.Error(), 1000)
		}
		return out
	}
	served := false
	for _, w := range all {
		r := registered(w, e.WebhookURL)
		served = served || w.Enabled && (r.Asked || e.WebhookURL == "")
		out.Registered = append(out.Registered, r)
	}
	if !served && !e.Demo {
		out.Command = e.register()
	}
	return out
}

func registered(w client.Webhook, asked string) Registered {
	r := Registered{
		ID:      untrusted.Line(w.ID, 64),
		Host:    untrusted.Line(w.Host, 253),
		Enabled: w.Enabled,
		Asked:   asked != "" && string(w.URL) == asked,
	}
	sent := map[string]bool{}
	for _, name := range w.Events {
		sent[name] = true
	}
	for _, kind := range webhook.Kinds() {
		if !sent[kind] {
			r.Missing = append(r.Missing, kind)
		}
	}
	return r
}

// register returns the command that registers the URL. The token reaches curl through a
// pipe, because other users of a machine can read command lines.
func (e *examination) register() string {
	target := e.WebhookURL
	if target == "" {
		target = placeURL
	}
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(map[string]any{
		"name":    "mcp-realtimekit",
		"url":     target,
		"events":  webhook.Kinds(),
		"enabled": true,
	}); err != nil {
		return "" // cannot happen
	}
	address := fmt.Sprintf("%s/accounts/%s/realtime/kit/%s/webhooks",
		strings.TrimSuffix(e.BaseURL, "/"), e.ref.AccountID, e.ref.AppID)
	return strings.Join([]string{
		`printf 'Authorization: Bearer %s\n' "$CLOUDFLARE_API_TOKEN" |`,
		`  curl --header @- --header 'Content-Type: application/json' --request POST \`,
		`  ` + quoted(address) + ` \`,
		`  --data ` + quoted(strings.TrimSpace(body.String())),
	}, "\n")
}

// quoted returns s as one word of a POSIX shell.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// text says it for a reader. The command is not broken into lines, so that it can be copied.
func (w *Webhooks) text() string {
	if w == nil {
		return ""
	}
	if w.Unknown != "" {
		return "\nWebhooks: " + w.Unknown + "\n"
	}
	text := "\nWebhooks: " + w.count() + w.asked() + "\n"
	if w.Command != "" {
		text += "To register one, run this with a token that may change RealtimeKit; this program only reads:\n\n" +
			w.Command + "\n"
	}
	return text
}

func (w *Webhooks) count() string {
	enabled := 0
	for _, r := range w.Registered {
		if r.Enabled {
			enabled++
		}
	}
	switch n := len(w.Registered); {
	case n == 0:
		return "the app has none."
	case n == 1 && enabled == 1:
		return "the app has 1, which is enabled."
	case n == 1:
		return "the app has 1, which is disabled."
	default:
		return fmt.Sprintf("the app has %d, of which %d are enabled.", n, enabled)
	}
}

// asked says what is wrong with the webhook of the URL that was asked about.
func (w *Webhooks) asked() string {
	for _, r := range w.Registered {
		switch {
		case !r.Asked:
		case !r.Enabled:
			return " The one of this URL is disabled."
		case len(r.Missing) > 0:
			return " The one of this URL does not send " + strings.Join(r.Missing, ", ") + "."
		default:
			return " One is of this URL."
		}
	}
	return ""
}
