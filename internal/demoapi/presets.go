package demoapi

import (
	_ "embed"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

type preset struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// presetSettings holds the config, permissions and ui of a participant of a group call.
// The other presets of the sample account differ little from them.
//
//go:embed preset.json
var presetSettings []byte

var presetNames = []string{
	"group_call_guest", "group_call_host", "group_call_participant", "webinar_presenter", "webinar_viewer",
}

func (a *API) presets(appID string) []preset {
	out := make([]preset, len(presetNames))
	at := a.opts.Now.AddDate(-1, -2, 0)
	for i, name := range presetNames {
		out[i] = preset{ofApp(a.opts.Seed, 16, appID, i), name, at, at}
	}
	return out
}

// ofApp returns the id of the ith thing of a kind that each app has.
func ofApp(seed, kind uint64, appID string, i int) string {
	return uuid(seed, kind, mix(uint64(appID[len(appID)-1])), bits(i))
}

func (a *API) listPresets(w http.ResponseWriter, r *http.Request, appID string) {
	list := a.presets(appID)
	a.list(w, r, len(list), func(from, to int) any { return slices.Clone(list[from:to]) })
}

func (a *API) getPreset(w http.ResponseWriter, r *http.Request, appID string) {
	for _, p := range a.presets(appID) {
		if p.ID != r.PathValue("preset") {
			continue
		}
		var body struct {
			preset
			Config      map[string]any  `json:"config"`
			Permissions map[string]any  `json:"permissions"`
			UI          json.RawMessage `json:"ui"`
		}
		if err := json.Unmarshal(presetSettings, &body); err != nil {
			productError(w, http.StatusInternalServerError, http.StatusInternalServerError, err.Error())
			return
		}
		body.preset = p
		body.Config["view_type"] = viewType(p.Name)
		body.Permissions["kick_participant"] = strings.HasSuffix(p.Name, "_host")
		body.Permissions["transcription_enabled"] = p.Name != "webinar_viewer"
		a.send(w, envelope(body, nil))
		return
	}
	productError(w, http.StatusNotFound, http.StatusNotFound, "Preset not found")
}
