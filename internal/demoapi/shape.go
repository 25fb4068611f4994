package demoapi

import (
	"bytes"
	"encoding/json"
	"slices"
)

// reshape changes an answer as Options.Sparse and Options.UnknownFields say.
//
// The current shapes are those of the official SDKs' types and of the product's docs.
// With Options.OlderShapes the account answers as it did before:
//
//   - the details of a session are in data.session;
//   - the paging of a session's participants is beside data;
//   - all apps are in one answer without paging;
//   - a transcript is CSV with a header, a space after each comma and the time of day,
//     in whatever format it is requested.
func (a *API) reshape(raw []byte) ([]byte, error) {
	if !a.opts.Sparse && !a.opts.UnknownFields {
		return raw, nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var body any
	if err := d.Decode(&body); err != nil {
		return nil, err
	}
	a.visit(body)
	return json.Marshal(body)
}

func (a *API) visit(v any) {
	switch v := v.(type) {
	case []any:
		for _, row := range v {
			a.visit(row)
		}
	case map[string]any:
		if a.opts.Sparse {
			thin(v)
		}
		for _, part := range v {
			a.visit(part)
		}
		if a.opts.UnknownFields {
			nested := map[string]any{"list": []any{json.Number("1"), nil, "text"}, "object": map[string]any{}}
			v["x_added_later"] = map[string]any{"nested": nested}
			v["x_added_flag"] = true
		}
	}
}

// thin removes the optional fields from a row, whose kind it knows by one of its
// fields. If a type requires nothing, ids and the time of joining stay, because without
// them a row says nothing.
func thin(row map[string]any) {
	for _, kind := range []struct {
		mark     string
		optional []string
	}{
		{"joined_at", []string{"created_at", "custom_participant_id", "display_name", "duration",
			"left_at", "peer_events", "preset_name", "updated_at"}},
		{"associated_id", []string{"breakout_rooms", "ended_at"}},
		{"output_file_name", []string{"meeting", "recording_duration", "start_reason", "stop_reason", "storage_config"}},
		{"record_on_start", []string{"ai_config", "live_stream_on_start", "persist_chat",
			"record_on_start", "recording_config", "session_keep_alive_time_in_secs", "status",
			"summarize_on_end", "title", "transcribe_on_end"}},
		{"custom_participant_id", []string{"name", "picture"}},
		{"stream_key", []string{"created_at", "disabled", "ingest_server", "playback_url", "stream_key", "updated_at"}},
	} {
		if _, ok := row[kind.mark]; !ok {
			continue
		}
		for name := range row {
			if slices.Contains(kind.optional, name) {
				delete(row, name)
			}
		}
		return
	}
}
