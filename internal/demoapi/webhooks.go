package demoapi

import (
	"net/http"
	"time"
)

type webhook struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	URL       string    `json:"url"`
	Events    []string  `json:"events"`
	Enabled   bool      `json:"enabled"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

func (a *API) webhooks(appID string) []webhook {
	at := a.opts.Now.AddDate(0, -5, 0).Truncate(time.Hour)
	hook := func(i int, name, path string, enabled bool, events ...string) webhook {
		url := "https://hooks.northwind.example/" + path
		return webhook{ofApp(a.opts.Seed, 15, appID, i), name, url, events, enabled, at, at}
	}
	return []webhook{
		hook(0, "CRM", "crm", true,
			"meeting.started", "meeting.ended", "meeting.participantJoined", "meeting.participantLeft"),
		hook(1, "Notes", "notes", true, "meeting.transcript", "meeting.summary", "meeting.chatSynced"),
		hook(2, "Archive (old)", "archive", false, "recording.statusUpdate", "livestreaming.statusUpdate"),
	}
}

func (a *API) listWebhooks(w http.ResponseWriter, _ *http.Request, appID string) {
	a.send(w, envelope(a.webhooks(appID), nil))
}

func (a *API) getWebhook(w http.ResponseWriter, r *http.Request, appID string) {
	for _, hook := range a.webhooks(appID) {
		if hook.ID == r.PathValue("webhook") {
			a.send(w, envelope(hook, nil))
			return
		}
	}
	productError(w, http.StatusNotFound, http.StatusNotFound, "Webhook not found")
}
