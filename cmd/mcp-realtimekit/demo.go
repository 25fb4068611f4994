package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/tour"
)

func demoCommand(s *streams) *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "Show the server at work on the embedded sample account; needs no credentials",
		Long: `Show the server at work on the embedded sample account: start it as a client would,
ask who attended a meeting and who was added to another, and print the answers.
Needs neither credentials nor a network.`,
		Example: "  mcp-realtimekit demo",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			self, err := os.Executable()
			if err == nil {
				err = tour.Run(cmd.Context(), s.out, self, version())
			}
			if err != nil {
				return fmt.Errorf("demo: %w", err)
			}
			return nil
		},
	}
}
