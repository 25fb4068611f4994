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
	var webhookURL string
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check that the server can reach your meetings, and say how to fix what fails",
		Long: `Check each step of a request to the API, from the configuration and the network to
the token, its permission, the account and the app, and say how to fix what fails.
Exits with status 1 if a check fails.

It also says which webhooks the app has, and prints the command that registers one.`,
		Example: `  mcp-realtimekit doctor
  mcp-realtimekit doctor --json
  mcp-realtimekit doctor --webhook-url https://hooks.example.com/webhooks`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return diagnose(cmd.Context(), c, s, webhookURL, asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the checks as JSON")
	cmd.Flags().StringVar(&webhookURL, "webhook-url", "",
		"say whether the app has a webhook for `URL`, and how to register it")
	return cmd
}

// diagnose returns an error if a check failed.
func diagnose(ctx context.Context, c *config, s *streams, webhookURL string, asJSON bool) error {
	if webhookURL != "" {
		if err := doctor.CheckWebhookURL(webhookURL); err != nil {
			return fmt.Errorf("%w: --webhook-url %w", errUsage, err)
		}
	}
	probe := &doctor.Probe{}
	d, done, err := c.connect(ctx, c.logger(s.logs, slog.LevelWarn), probe.Wrap)
	if err != nil {
		return err
	}
	defer done()
	subject := doctor.Subject{
		API:       d.API,
		Probe:     probe,
		BaseURL:   c.BaseURL,
		AccountID: d.AccountID,
		AppID:     d.AppID,
		Limit:     c.RateLimit,
		Demo:      d.Demo,

		WebhookURL: webhookURL,
	}
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
