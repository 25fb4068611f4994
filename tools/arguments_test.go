package tools

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// FuzzDecode holds that whatever arguments arrive, decoding neither panics nor
// lets pass what the schema forbids, and that refusals are one short line.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		`{"meeting_id":"497f6eca-6276-4993-bfeb-53cbbbba6f08","limit":"50"}`, `{"meeting_id":null}`, `{"x\ny":1}`,
		`{"meeting_id":"HTTPS://x/meetings/497F6ECA-6276-4993-BFEB-53CBBBBA6F08","page_no":0}`, `{"limit":1e99,"meeting_id":5}`, `{"response_format":["concise"]}`,
	} {
		f.Add(s)
	}
	schema := reflectSchema(participantsInput{})
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
		var in participantsInput
		if err := decode(schema, time.UTC, args, &in); err != nil {
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
