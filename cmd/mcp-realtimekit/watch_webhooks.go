package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"

	"github.com/spf13/pflag"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/download"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/setting"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/watch"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/webhook"
)

// webhookFlags say where RealtimeKit's own events come in.
type webhookFlags struct {
	address     string
	behindProxy bool
	keyFile     string
}

func (f *webhookFlags) register(fs *pflag.FlagSet) {
	fs.StringVar(&f.address, "webhooks", "", "take RealtimeKit's webhooks at "+webhook.Path+" on `HOST:PORT`, for example "+
		"127.0.0.1:8090, to notice events at once; needs --state")
	fs.BoolVar(&f.behindProxy, "webhooks-behind-proxy", false, "HOST need not be loopback: webhooks come only through a "+
		"proxy, which terminates TLS")
	fs.StringVar(&f.keyFile, "webhook-key-file", "", "check signatures with the public key in the PEM file at `PATH` "+
		"(default: the key that RealtimeKit publishes)")
}

// check refuses what cannot be kept: a webhook is answered once its ids are on disk.
func (f *webhookFlags) check(w *watchFlags) error {
	switch {
	case f.address == "" && (f.keyFile != "" || f.behindProxy):
		return usage("--webhook-key-file and --webhooks-behind-proxy need --webhooks")
	case f.address == "":
		return nil
	case w.once:
		return usage("--webhooks cannot be used with --once")
	case w.state == "":
		return usage("--webhooks needs --state FILE, to keep what was announced")
	}
	return nil
}

// hooks is a listener for webhooks, or nothing.
type hooks struct {
	listener net.Listener // nil for nothing
	keys     *webhook.Keys
	download *download.Downloader // nil if the key is pinned
}

func (h *hooks) close() {
	if h.listener != nil {
		_ = h.listener.Close() // it was, if it was served
	}
	if h.download != nil {
		h.download.CloseIdleConnections()
	}
}

func (f *webhookFlags) open(ctx context.Context, log *slog.Logger) (*hooks, error) {
	h := &hooks{}
	if f.address == "" {
		return h, nil
	}
	if err := f.openKeys(h, log); err != nil {
		return nil, err
	}
	var err error
	if h.listener, err = webhook.Listen(ctx, f.address, f.behindProxy); err != nil {
		return nil, usage("--webhooks: %w", err)
	}
	log.Info("listening for webhooks", "url", "http://"+h.listener.Addr().String()+webhook.Path)
	return h, nil
}

func (f *webhookFlags) openKeys(h *hooks, log *slog.Logger) error {
	if f.keyFile == "" {
		h.download = download.New(download.Options{})
		h.keys = webhook.PublishedKey(webhook.KeyURL, h.download, log)
		return nil
	}
	path, err := setting.Path(f.keyFile)
	if err != nil {
		return usage("--webhook-key-file: %w", err)
	}
	text, err := setting.ReadFile(path)
	if err == nil {
		h.keys, err = webhook.PinnedKey(text)
	}
	if err != nil {
		return usage("--webhook-key-file: %w", err)
	}
	return nil
}

// beside runs an engine, and takes webhooks for it as long as it runs.
func (h *hooks) beside(ctx context.Context, e *watch.Engine, log *slog.Logger,
	fail context.CancelCauseFunc) error {
	if h.listener == nil {
		return e.Run(ctx)
	}
	handler := webhook.NewHandler(webhook.Options{Keys: h.keys, Accept: hintTo(e), Log: log})
	serving, stop := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := webhook.Serve(serving, h.listener, handler); err != nil {
			fail(&ending{"webhooks could not be taken", err})
		}
	})
	defer wg.Wait()
	defer stop()
	return e.Run(ctx)
}

// hintTo passes hints on to an engine.
func hintTo(e *watch.Engine) webhook.Accept {
	return func(ctx context.Context, h webhook.Hint) error {
		kind := watch.HintSession
		switch h.Kind {
		case webhook.Transcript, webhook.Summary, webhook.ChatSynced:
			kind = watch.HintText
		case webhook.RecordingStatus:
			kind = watch.HintRecording
		}
		err := e.Hint(ctx, watch.Hint{
			MeetingID:   h.MeetingID,
			SessionID:   h.SessionID,
			RecordingID: h.RecordingID,
			Kind:        kind,
		})
		if errors.Is(err, watch.ErrHint) {
			return nil // to repeat it is of no use
		}
		return err
	}
}
