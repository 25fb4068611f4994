// Serve runs the sample account on a loopback port for checks in other languages. It
// prints what a client needs as a line of JSON, and ends when its standard input does.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
)

func main() {
	var o demoapi.Options
	flag.BoolVar(&o.OlderShapes, "older-shapes", false, "answer as before May 2026")
	flag.BoolVar(&o.Sparse, "sparse", false, "leave out optional fields of rows")
	flag.BoolVar(&o.UnknownFields, "unknown-fields", false, "add fields that nobody knows")
	flag.BoolVar(&o.EnforceRate, "enforce-rate", false, "refuse what exceeds a documented rate limit")
	flag.Parse()
	if err := serve(o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(o demoapi.Options) error {
	s, err := demoapi.Start(context.Background(), o)
	if err != nil {
		return err
	}
	defer s.Close()
	err = json.NewEncoder(os.Stdout).Encode(map[string]string{
		"url":        s.URL,
		"token":      demoapi.Token,
		"account_id": demoapi.AccountID,
		"app_id":     demoapi.AppID,
		"review_id":  demoapi.ReviewMeetingID,
		"live_id":    demoapi.LiveMeetingID,
	})
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}
