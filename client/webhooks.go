package client

import (
	"context"
	"net/url"

	"github.com/cloudflare/cloudflare-go/v7/option"
	"github.com/cloudflare/cloudflare-go/v7/realtime_kit"
	"github.com/tidwall/gjson"
)

// Webhook is an address to which RealtimeKit sends the events of an app.
type Webhook struct {
	ID      string
	URL     SecretURL // its path may be all that a receiver checks
	Host    string    // of URL; untrusted, and empty if URL is none
	Events  []string  // such as meeting.ended; untrusted
	Enabled bool
}

// maxEvents bounds the events of a webhook. The API documents nine.
const maxEvents = 100

// Webhooks returns the app's webhooks. The API documents no paging for them.
// https://developers.cloudflare.com/api/resources/realtime_kit/subresources/webhooks/methods/get_webhooks/
func (c *Client) Webhooks(ctx context.Context, app AppRef) ([]Webhook, error) {
	if err := app.check(); err != nil {
		return nil, err
	}
	var p realtime_kit.WebhookGetWebhooksParams
	p.AccountID.Value, p.AccountID.Present = app.AccountID, true
	page, err := listOf(ctx, c, "the app's webhooks", "data", webhookOf,
		func(ctx context.Context, o ...option.RequestOption) error {
			_, err := c.webhooks.GetWebhooks(ctx, app.AppID, p, o...)
			return err
		})
	return page.Items, err
}

// webhookOf reads realtime_kit.WebhookGetWebhooksResponseData.
func webhookOf(row gjson.Result) (w Webhook) {
	row.ForEach(func(key, v gjson.Result) bool {
		switch key.Str {
		case "id":
			w.ID = textOf(v)
		case "url":
			w.URL = secret(v)
			if u, err := url.Parse(textOf(v)); err == nil {
				w.Host = u.Host
			}
		case "enabled":
			w.Enabled = on(v)
		case "events":
			w.Events = textsOf(v)
		}
		return true
	})
	return w
}

func textsOf(list gjson.Result) (texts []string) {
	if !list.IsArray() {
		return nil
	}
	list.ForEach(func(_, v gjson.Result) bool {
		texts = append(texts, textOf(v))
		return len(texts) < maxEvents
	})
	return texts
}
