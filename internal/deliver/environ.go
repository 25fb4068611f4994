package deliver

import (
	"runtime"
	"slices"
	"strings"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/event"
)

// The variables that a command gets besides those that it inherits.
const (
	variablePrefix  = "REALTIMEKIT_EVENT_"
	typeVariable    = variablePrefix + "TYPE"
	idVariable      = variablePrefix + "ID"
	appVariable     = variablePrefix + "APP_ID"
	meetingVariable = variablePrefix + "MEETING_ID"
	sessionVariable = variablePrefix + "SESSION_ID"
)

// withheld are the variables that hold tokens and secrets, or say where they are: those
// that this program reads, and those that Cloudflare's other tools do.
var withheld = []string{
	"CLOUDFLARE_API_TOKEN",
	"CLOUDFLARE_API_TOKEN_FILE",
	"CLOUDFLARE_API_KEY",
	"CLOUDFLARE_API_USER_SERVICE_KEY",
	"CF_API_TOKEN",
	"CF_API_KEY",
	"MCP_REALTIMEKIT_SHARED_SECRET",
	"MCP_REALTIMEKIT_SHARED_SECRET_FILE",
	"MCP_REALTIMEKIT_POST_SECRET",
	"MCP_REALTIMEKIT_POST_SECRET_FILE",
	"OTEL_EXPORTER_OTLP_HEADERS",
	"OTEL_EXPORTER_OTLP_TRACES_HEADERS",
	"OTEL_EXPORTER_OTLP_METRICS_HEADERS",
}

// minSecret is how long a value must be for other variables to be searched for it.
const minSecret = 8

// cleaned returns what of the environment a command may inherit: not the variables that
// are withheld, nor those that contain one of the secrets.
func cleaned(environ, secrets []string) []string {
	var out []string
	for _, one := range environ {
		name, value, _ := strings.Cut(one, "=")
		if runtime.GOOS == "windows" {
			name = strings.ToUpper(name)
		}
		secret := slices.Contains(withheld, name) || strings.HasPrefix(name, variablePrefix)
		secret = secret || slices.ContainsFunc(secrets, func(s string) bool {
			return len(s) >= minSecret && strings.Contains(value, s)
		})
		if !secret {
			out = append(out, one)
		}
	}
	return out
}

// variables returns those of an event. One that has another form than an id is left out:
// the command still finds it in the JSON, as data.
func variables(e event.Event) []string {
	var out []string
	if slices.Contains(event.Types(), e.Type) {
		out = append(out, typeVariable+"="+string(e.Type))
	}
	for _, v := range []struct{ name, id string }{
		{idVariable, e.ID},
		{appVariable, e.AppID},
		{meetingVariable, e.MeetingID},
		{sessionVariable, e.SessionID},
	} {
		if event.Safe(v.id) {
			out = append(out, v.name+"="+v.id)
		}
	}
	return out
}
