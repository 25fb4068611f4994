package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/browser"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/report"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/tour"
	"github.com/mcp-realtimekit/mcp-realtimekit/tools"
)

func demoCommand(c *config, s *streams) *cobra.Command {
	open := false
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Show the server at work on the embedded sample account; needs no credentials",
		Long: `Show the server at work on the embedded sample account: start it as a client would,
ask who attended a meeting and who was added to another, and print the answers; then
draw the attendance. Needs neither credentials nor a network.`,
		Example: `  mcp-realtimekit demo
  mcp-realtimekit demo --open`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := showDemo(cmd.Context(), c, s, open); err != nil {
				return fmt.Errorf("demo: %w", err)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&open, "open", false, "open the attendance as a web page in the browser, too")
	return cmd
}

func showDemo(ctx context.Context, c *config, s *streams, open bool) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if err := tour.Run(ctx, s.out, self, version()); err != nil {
		return err
	}
	review, err := sampleReview(ctx, c, s.logs)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprint(s.out, "\nThe first meeting again, drawn:\n\n"); err != nil {
		return err
	}
	if err := review.WriteBars(s.out, screenOf(s.out, os.Getenv)); err != nil {
		return err
	}
	if open {
		return openPage(ctx, s.out, review)
	}
	_, err = fmt.Fprint(s.out, "\nmcp-realtimekit demo --open shows it in the browser.\n")
	return err
}

// sampleReview is the attendance that the tour asks for first.
func sampleReview(ctx context.Context, c *config, logs io.Writer) (*report.Attendance, error) {
	sample := *c
	sample.SampleData = true
	d, done, err := sample.connect(ctx, c.logger(logs, slog.LevelWarn), nil)
	if err != nil {
		return nil, err
	}
	defer done()
	return d.Attendance(ctx, tools.AttendanceQuery{Meeting: "design review"})
}

// openPage writes an attendance to a file that only its user can read, and opens it.
func openPage(ctx context.Context, out io.Writer, a *report.Attendance) error {
	file, err := os.CreateTemp("", "mcp-realtimekit-demo-*.html")
	if err != nil {
		return err
	}
	err = a.Write(file, "html", report.Screen{})
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	said := "Opened " + file.Name() + " in the browser."
	if err := browser.Open(ctx, file.Name()); err != nil {
		said = fmt.Sprintf("No browser could be opened (%v). Open this file in one: %s", err, file.Name())
	}
	_, err = fmt.Fprintf(out, "\n%s\n", said)
	return err
}
