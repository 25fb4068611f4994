package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
)

const (
	roleAPI = "serve-api"
	page    = 20  // people of a page that is timed
	pages   = 256 // of them; calls in flight ask for different ones, since this server merges what is asked for twice at a time
	hundred = 100 // people of the page whose size is compared
	account = "/accounts/" + demoapi.AccountID + "/realtime/kit/" + demoapi.AppID
)

// serveAPI is the sample API as a process; it ends with its stdin.
func serveAPI(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet(roleAPI, flag.ContinueOnError)
	latency := flags.Duration("latency", 0, "of every answer")
	if err := flags.Parse(args); err != nil {
		return err
	}
	api, err := demoapi.Start(ctx, demoapi.Options{LargeRoster: page * pages, Faults: demoapi.Faults{Latency: *latency}})
	if err != nil {
		return err
	}
	defer api.Close()
	fmt.Println(api.URL)
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// upstream is such a process.
type upstream struct {
	URL string
	cmd *exec.Cmd
	in  io.Closer
}

func startUpstream(ctx context.Context, latency time.Duration) (*upstream, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	u := &upstream{cmd: exec.CommandContext(ctx, self, roleAPI, "-latency", latency.String())}
	u.cmd.Stderr = os.Stderr
	if u.in, err = u.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := u.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := u.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, errors.Join(fmt.Errorf("sample API: %w", err), u.close())
	}
	u.URL = strings.TrimSpace(line)
	return u, nil
}

func (u *upstream) close() error {
	return errors.Join(u.in.Close(), u.cmd.Wait())
}

// bare is the HTTP request that a call causes, without anything around it.
type bare struct {
	client *http.Client
	url    string
}

func newBare(base string, no, per int) *bare {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 128
	return &bare{
		&http.Client{Transport: t},
		fmt.Sprintf("%s%s/meetings/%s/participants?page_no=%d&per_page=%d", base, account, demoapi.LargeMeetingID, no, per),
	}
}

func (b *bare) get(ctx context.Context) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.url, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+demoapi.Token)
	res, err := b.client.Do(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(res.Body)
	return body, errors.Join(err, res.Body.Close())
}

// allNames are those of each page, in order.
func allNames(ctx context.Context, base string) ([][]string, error) {
	all := make([][]string, pages)
	for i := range all {
		var err error
		if all[i], err = newBare(base, i+1, page).names(ctx); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// names are those of the page, in order: what every answer must hold.
func (b *bare) names(ctx context.Context) ([]string, error) {
	body, err := b.get(ctx)
	if err != nil {
		return nil, err
	}
	var list struct {
		Data []struct{ Name string }
	}
	if err := json.Unmarshal(body, &list); err != nil {
		return nil, err
	}
	var names []string
	for _, p := range list.Data {
		if p.Name != "" {
			names = append(names, p.Name)
		}
	}
	if len(names) < len(list.Data)/2 || len(names) == 0 {
		return nil, fmt.Errorf("the sample API names %d of %d", len(names), len(list.Data))
	}
	return names, nil
}
