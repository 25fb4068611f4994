package main

import (
	"errors"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/lmittmann/tint"
	"github.com/spf13/pflag"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/stderr"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
	"github.com/mcp-realtimekit/mcp-realtimekit/tools"
)

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
	Interval   time.Duration  // between two readings of what a client subscribed to
	Zone       *time.Location // nil is UTC
	LeaveOut   []string       // presets
	Tools      []string       // the only ones to offer, if any
	Without    []string       // tools not to offer
	Links      bool           // of recordings are shown
	LogLevel   *slog.Level    // nil: the command's own
	LogFormat  string

	restricted bool // callers share the token, and may neither search what was said nor see links

	clock func() time.Time // of the sample account, if time passes in it

	token     string
	tokenFrom string // the variable or file that holds it
}

func (c *config) register(fs *pflag.FlagSet) {
	fs.BoolVar(&c.SampleData, "demo", false, "use the embedded sample account; credentials and ids are ignored")
	fs.StringVar(&c.TokenFile, "token-file", "",
		"read the API token from the file at `PATH`, if $"+tokenVariable+" is not set")
	fs.StringVar(&c.AccountID, "account-id", "",
		"Cloudflare account `ID`; not needed if the token can list accounts and there is only one")
	fs.StringVar(&c.AppID, "app-id", "", "RealtimeKit app `ID`; not needed if the account has only one")
	fs.StringVar(&c.BaseURL, "base-url", client.DefaultBaseURL,
		"base `URL` of the API: https, or http on loopback")
	fs.Func("timezone", "show times, and read times without a zone, in the IANA zone `NAME`, for example "+
		"Europe/Berlin (default UTC)",
		func(v string) (err error) {
			c.Zone, err = when.ReadZone(v)
			return err
		})
	fs.StringSliceVar(&c.LeaveOut, "leave-out-presets", nil,
		"do not count participants with these `PRESETS`, separated by commas, as attendees, for example recorders")
	fs.StringSliceVar(&c.Tools, "tools", nil,
		"offer only these `TOOLS`, separated by commas, for example get_meeting_attendance,find_meetings")
	fs.StringSliceVar(&c.Without, "exclude-tools", nil, "do not offer these `TOOLS`, separated by commas")
	fs.DurationVar(&c.Timeout, "timeout", client.DefaultTimeout,
		"give up on an API request, including its retries, after `DURATION`")
	fs.Func("rate-limit", "send API requests no faster than `N/TIME`, for example 600/5m (default: the limits that "+
		"Cloudflare documents); lower it if several processes share a token",
		func(v string) error { return c.RateLimit.UnmarshalText([]byte(v)) })
	fs.DurationVar(&c.CacheEnded, "cache-ended", 15*time.Minute,
		"remember ended sessions and their participants for `DURATION`, rosters for a minute, titles for five; "+
			"0s remembers nothing (default 15m)")
	fs.BoolVar(&c.Links, "recording-links", false,
		"let list_recordings show download links, which open for whoever has them")
	fs.Func("log-level", "log from `LEVEL` up: debug, info, warn or error (default info; warn for commands that print "+
		"an answer)",
		c.readLogLevel)
	oneOf(fs, &c.LogFormat, "log-format", "text", "log to stderr as `FORMAT`", "text", "json")
	for flag, name := range map[string]string{
		"token-file":        tokenVariable + "_FILE",
		"account-id":        accountVariable,
		"app-id":            appVariable,
		"base-url":          baseVariable,
		"timezone":          "REALTIMEKIT_TIMEZONE",
		"leave-out-presets": "REALTIMEKIT_LEAVE_OUT_PRESETS",
		"tools":             "REALTIMEKIT_TOOLS",
		"exclude-tools":     "REALTIMEKIT_EXCLUDE_TOOLS",
		"rate-limit":        "REALTIMEKIT_RATE_LIMIT",
		"cache-ended":       "REALTIMEKIT_CACHE_ENDED",
		"recording-links":   "REALTIMEKIT_RECORDING_LINKS",
	} {
		fallBackTo(fs, flag, name)
	}
	putInto(fs, globalSection)
}

func (c *config) readLogLevel(text string) error {
	c.LogLevel = new(slog.Level)
	if c.LogLevel.UnmarshalText([]byte(text)) != nil {
		return errors.New("must be debug, info, warn or error")
	}
	return nil
}

// validate refuses what would otherwise fail at the first call.
func (c *config) validate() error {
	if c.Timeout <= 0 {
		return errors.New("--timeout must be positive, for example 30s")
	}
	if c.CacheEnded < 0 {
		return errors.New("--cache-ended must not be negative; give a time such as 10m, or 0s to remember nothing")
	}
	if err := c.chosen().CheckTools(); err != nil {
		return err
	}
	if c.SampleData {
		return nil
	}
	if err := c.readIDs(); err != nil {
		return err
	}
	return c.readToken()
}

// chosen has only the tools that are offered, which do not need more to be listed.
func (c *config) chosen() *tools.Deps {
	return &tools.Deps{Tools: trimmed(c.Tools), WithoutTools: trimmed(c.Without), Log: slog.New(slog.DiscardHandler)}
}

// trimmed are words without white space around them, and without empty ones.
func trimmed(words []string) []string {
	var out []string
	for _, word := range words {
		if word = strings.TrimSpace(word); word != "" {
			out = append(out, word)
		}
	}
	return out
}

// logger logs to logs, from the level that --log-level gives or else from fallback.
func (c *config) logger(logs io.Writer, fallback slog.Level) *slog.Logger {
	level := fallback
	if c.LogLevel != nil {
		level = *c.LogLevel
	}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(logs, &slog.HandlerOptions{Level: level}))
	}
	colour := stderr.IsTerminal(logs) && os.Getenv("NO_COLOR") == ""
	return slog.New(tint.NewTextHandler(logs, &tint.Options{Level: level, NoColor: !colour}))
}
