package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/spf13/cobra"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/doctor"
)

func doctorCommand(c *config, s *streams) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "doctor", Short: "Check configuration, network, token, permission, account and app, and say what to do", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return diagnose(cmd.Context(), c, s, asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the findings as JSON")
	return cmd
}

// diagnose fails where a check did.
func diagnose(ctx context.Context, c *config, s *streams, asJSON bool) error {
	probe := &doctor.Probe{}
	c.wrapTransport = probe.Wrap
	d, done, err := c.deps(ctx, c.logger(s, slog.LevelWarn))
	if err != nil {
		return err
	}
	defer done()
	subject := doctor.Subject{API: d.API, Probe: probe, BaseURL: c.BaseURL, AccountID: d.AccountID, AppID: d.AppID, Limit: c.RateLimit, Demo: d.Demo}
	if c.token != "" {
		subject.TokenFrom = c.tokenFrom
	}
	report := doctor.Run(ctx, subject)
	if asJSON {
		err = printJSON(s.out, report)
	} else {
		_, err = fmt.Fprint(s.out, report.Text())
	}
	if err == nil && !report.Healthy {
		err = errors.New("a check failed")
	}
	return err
}
