package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/doctor"
)

type doctorCommand struct {
	JSON bool `name:"json" help:"Print the findings as JSON."`
}

// Run exits with 1 where a check failed.
func (cmd doctorCommand) Run(ctx context.Context, c *config, s *streams) error {
	probe := &doctor.Probe{}
	c.wrapTransport = probe.Wrap
	d, done, err := c.deps(ctx, c.logger(s, slog.LevelWarn))
	if err != nil {
		return err
	}
	defer done()
	subject := doctor.Subject{API: d.API, Probe: probe, BaseURL: c.BaseURL, AccountID: d.AccountID, AppID: d.AppID, Demo: d.Demo}
	if c.token != "" {
		subject.TokenFrom = "CLOUDFLARE_API_TOKEN"
		if os.Getenv("CLOUDFLARE_API_TOKEN") == "" {
			subject.TokenFrom = c.TokenFile
		}
	}
	report := doctor.Run(ctx, subject)
	if cmd.JSON {
		err = printJSON(s.out, report)
	} else {
		_, err = fmt.Fprint(s.out, report.Text())
	}
	if err == nil && !report.Healthy {
		err = errors.New("a check failed")
	}
	return err
}
