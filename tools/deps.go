package tools

import (
	"context"
	"log/slog"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptool"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/presence"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/which"
)

// Deps is what the tools work with.
type Deps struct {
	API       *client.Client
	AccountID string // configured default, may be empty
	AppID     string // configured default, may be empty
	Demo      bool   // the API is the embedded sample account

	// Zone is where times without one of their own are read and shown; UTC if nil.
	Zone *time.Location
	// LeaveOut names presets of those who are no attendees, such as recorders.
	LeaveOut []string

	// Tools are the only ones offered if there are any. WithoutTools are not offered.
	Tools, WithoutTools []string

	// RecordingLinks lets list_recordings show links, which open for whoever has them.
	RecordingLinks bool
	// Restricted switches off search_recaps and links: callers share an API token
	// that is not their own.
	Restricted bool

	// NoViews keeps hosts from drawing answers.
	NoViews bool

	Log *slog.Logger
	Now func() time.Time // default time.Now
}

func (d *Deps) now() time.Time {
	if d.Now != nil {
		return d.Now().UTC()
	}
	return time.Now().UTC()
}

// zone is where times without one of their own are read and shown.
func (d *Deps) zone() *time.Location {
	if d.Zone == nil {
		return time.UTC
	}
	return d.Zone
}

// zoned is the zone of a call, whose argument has been checked.
func (d *Deps) zoned(argument string) *time.Location {
	if zone, err := when.ReadZone(argument); err == nil {
		return zone
	}
	return d.zone()
}

// settings are those of every tool.
func (d *Deps) settings() mcptool.Settings {
	return mcptool.Settings{Zone: d.zone(), Demo: d.Demo, Log: d.Log, NoViews: d.NoViews, Bound: d.bound}
}

// bound limits what one call reads.
func (d *Deps) bound(ctx context.Context) (context.Context, context.CancelFunc) {
	return d.API.Bounded(ctx)
}

// finder finds which account, app, meeting and session is meant. Zone is that of
// the call.
func (d *Deps) finder(zone *time.Location) which.Finder {
	return which.Finder{API: d.API, AccountID: d.AccountID, AppID: d.AppID, Zone: zone, Now: d.now()}
}

// people makes the reader of who was there, for one call. Presets are those to
// leave out, as an argument gives them.
func (d *Deps) people(call *mcptool.Call, zone *time.Location, presets []string) func(which.App) *presence.Reader {
	if len(presets) == 0 {
		presets = d.LeaveOut
	} else if len(presets) == 1 && presets[0] == "none" {
		presets = nil
	}
	return func(app which.App) *presence.Reader {
		r := presence.NewReader(presence.Options{
			API: d.API, App: app.AppRef, Zone: zone, LeaveOut: presets, Now: d.now(), Progress: call.Page,
		})
		r.Rooms = true
		return r
	}
}

// valueOr reads an optional argument.
func valueOr[T any](p *T, fallback T) T {
	if p == nil {
		return fallback
	}
	return *p
}
