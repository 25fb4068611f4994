package mcptool

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// pageInput has the kinds of arguments that a list of pages takes.
type pageInput struct {
	MeetingID string `json:"meeting_id" jsonschema:"format=uuid,example=497f6eca-6276-4993-bfeb-53cbbbba6f08"`
	PageNo    *int   `json:"page_no,omitempty" jsonschema:"minimum=0,maximum=1000000"`
	Query     string `json:"query,omitempty" jsonschema:"maxLength=200,example=zoe"`
	Format    string `json:"response_format,omitempty" jsonschema:"enum=concise,enum=detailed"`
	Limit     *int   `json:"limit,omitempty" jsonschema:"minimum=1,maximum=500,example=50"`
}

// rangeInput has times, a zone and a list.
type rangeInput struct {
	After    *time.Time `json:"started_after,omitempty" jsonschema:"format=date-time,example=2026-11-23T00:00:00Z"`
	Before   *time.Time `json:"started_before,omitempty" jsonschema:"format=date-time,example=2026-11-24T00:00:00Z"`
	Query    string     `json:"query,omitempty" jsonschema:"maxLength=200,example=stand-up"`
	LeaveOut []string   `json:"leave_out_presets,omitempty" jsonschema:"maxItems=50"`
	Timezone string     `json:"timezone,omitempty" jsonschema:"maxLength=64,example=Europe/Berlin"`
	Limit    *int       `json:"limit,omitempty" jsonschema:"minimum=1,maximum=500,example=50"`
	Links    bool       `json:"links,omitempty"`
}

// FuzzDecode holds that whatever arguments arrive, decoding neither panics nor
// lets pass what the schema forbids, and that refusals are one short line.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		`{"meeting_id":"497f6eca-6276-4993-bfeb-53cbbbba6f08","limit":"50"}`, `{"meeting_id":null}`, `{"x\ny":1}`,
		`{"meeting_id":"HTTPS://x/meetings/497F6ECA-6276-4993-BFEB-53CBBBBA6F08","page_no":0}`,
		`{"limit":1e99,"meeting_id":5}`, `{"response_format":["concise"]}`,
	} {
		f.Add(s)
	}
	fuzzDecode[pageInput](f)
}

// FuzzDecodeRange is FuzzDecode with times, a zone and a list.
func FuzzDecodeRange(f *testing.F) {
	for _, s := range []string{
		`{"started_after":"2026-10-25","started_before":"2026-10-25 02:30","timezone":"Europe/Berlin"}`,
		`{"timezone":5}`, `{"timezone":"Local"}`,
		`{"leave_out_presets":"a, b"}`, `{"leave_out_presets":["a",""," "]}`,
		`{"links":"true"}`, `{"links":0}`, `{"links":"maybe"}`, `{"links":[true]}`,
		`{"leave_out_presets":[1]}`, `{"leave_out_presets":{}}`, `{"query":"","limit":""}`,
	} {
		f.Add(s)
	}
	fuzzDecode[rangeInput](f)
}

func fuzzDecode[I any](f *testing.F) {
	f.Helper()
	var zero I
	schema := reflectSchema(zero)
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(string(rawSchema(schema))))
	if err != nil {
		f.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("mem://input.json", document); err != nil {
		f.Fatal(err)
	}
	compiled := compiler.MustCompile("mem://input.json")
	f.Fuzz(func(t *testing.T, raw string) {
		var args map[string]any
		if json.Unmarshal([]byte(raw), &args) != nil {
			return
		}
		var in I
		if err := decode(schema, nil, time.UTC, args, &in); err != nil {
			if text := err.Error(); strings.ContainsAny(text, "\n\r") || len(text) > 600 {
				t.Fatalf("refusal: %q", text)
			}
			return
		}
		out, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(string(out)))
		if err != nil {
			t.Fatal(err)
		}
		if err := compiled.Validate(v); err != nil {
			t.Fatalf("%s passed as %s: %v", raw, out, err)
		}
	})
}
