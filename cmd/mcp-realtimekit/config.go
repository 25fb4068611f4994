package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/lmittmann/tint"
	"github.com/spf13/pflag"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
	"github.com/mcp-realtimekit/mcp-realtimekit/tools"
)

const tokenVariable = "CLOUDFLARE_API_TOKEN"

// config is what every command shares. Flags win over the environment. The
// token itself has no flag: command lines are readable by others.
type config struct {
	SampleData bool
	TokenFile  string
	AccountID  string
	AppID      string
	BaseURL    string
	Timeout    time.Duration
	RateLimit  client.Limit
	CacheEnded time.Duration
	Zone       *time.Location // nil is UTC
	LeaveOut   []string       // presets
	LogLevel   *slog.Level    // nil: the command's own
	LogFormat  string

	token         string
	tokenFrom     string                                    // the variable or file that holds it
	wrapTransport func(http.RoundTripper) http.RoundTripper // nil leaves it as it is
}

func (c *config) register(fs *pflag.FlagSet) {
	fs.BoolVar(&c.SampleData, "demo", false, "use the embedded sample account; credentials and ids are ignored")
	fs.StringVar(&c.TokenFile, "token-file", "", "`PATH` of a file that holds the API token, if CLOUDFLARE_API_TOKEN is not set")
	fs.StringVar(&c.AccountID, "account-id", "", "Cloudflare account `ID`; looked up if the token reaches just one")
	fs.StringVar(&c.AppID, "app-id", "", "RealtimeKit app `ID`; looked up if the account has just one")
	fs.StringVar(&c.BaseURL, "base-url", client.DefaultBaseURL, "API base `URL`: https, or http on loopback")
	fs.DurationVar(&c.Timeout, "timeout", client.DefaultTimeout, "time limit of one API request with its retries")
	fs.Func("rate-limit", "most requests to the API in any such time, as `N/TIME`, in place of the default, which keeps every documented "+
		"limit; lower it if several processes share a token",
		func(v string) error { return c.RateLimit.UnmarshalText([]byte(v)) })
	fs.DurationVar(&c.CacheEnded, "cache-ended", 0, "how long to remember ended sessions and who was in them; 0s is not at all")
	fs.Func("timezone", "IANA `NAME` of the zone of times shown, and of times given without one (default UTC)", func(v string) (err error) {
		c.Zone, err = when.ReadZone(v)
		return err
	})
	fs.StringSliceVar(&c.LeaveOut, "leave-out-presets", nil, "`PRESETS`, separated by commas, of recorders and others who do not count as attendees")
	fs.Func("log-level", "`LEVEL` debug, info, warn or error; default info, for commands that print an answer warn", func(v string) error {
		c.LogLevel = new(slog.Level)
		return c.LogLevel.UnmarshalText([]byte(v))
	})
	oneOf(fs, &c.LogFormat, "log-format", "text", "of the logs on stderr", "text", "json")
	for flag, name := range map[string]string{
		"token-file": "CLOUDFLARE_API_TOKEN_FILE", "account-id": "CLOUDFLARE_ACCOUNT_ID", "app-id": "REALTIMEKIT_APP_ID", "base-url": "CLOUDFLARE_BASE_URL",
		"timezone": "REALTIMEKIT_TIMEZONE", "leave-out-presets": "REALTIMEKIT_LEAVE_OUT_PRESETS", "rate-limit": "REALTIMEKIT_RATE_LIMIT", "cache-ended": "REALTIMEKIT_CACHE_ENDED",
	} {
		fallBackTo(fs, flag, name)
	}
}

// validate refuses what would otherwise fail at the first call.
func (c *config) validate() error {
	if c.Timeout <= 0 {
		return errors.New("--timeout must be positive, for example 30s")
	}
	if c.CacheEnded < 0 {
		return errors.New("--cache-ended must not be negative, for example 10m, or 0s for off")
	}
	if c.SampleData {
		return nil
	}
	if err := c.readIDs(); err != nil {
		return err
	}
	return c.readToken()
}

// deps opens the API (or the sample account); done releases it.
func (c *config) deps(ctx context.Context, log *slog.Logger) (d *tools.Deps, done func(), err error) {
	o := client.Options{Token: c.token, BaseURL: c.BaseURL, Timeout: c.Timeout, Limit: c.RateLimit, CacheEnded: c.CacheEnded, WrapTransport: c.wrapTransport}
	d = &tools.Deps{AccountID: c.AccountID, AppID: c.AppID, Demo: c.SampleData, Zone: c.Zone, LeaveOut: c.LeaveOut, Log: log}
	closeSample := func() {}
	if c.SampleData {
		sample, err := demoapi.Start(ctx, demoapi.Options{EnforceRate: true})
		if err != nil {
			return nil, nil, err
		}
		closeSample = sample.Close
		o.Token, o.BaseURL = demoapi.Token, sample.URL
		d.AccountID, d.AppID = demoapi.AccountID, demoapi.AppID
	}
	if d.API, err = client.New(o); err != nil {
		closeSample()
		return nil, nil, err
	}
	return d, func() { d.API.Close(); closeSample() }, nil
}

func (c *config) logger(s *streams, fallback slog.Level) *slog.Logger {
	level := fallback
	if c.LogLevel != nil {
		level = *c.LogLevel
	}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(s.logs, &slog.HandlerOptions{Level: level}))
	}
	colour := isTerminal(s.logs) && os.Getenv("NO_COLOR") == ""
	return slog.New(tint.NewTextHandler(s.logs, &tint.Options{Level: level, NoColor: !colour}))
}
