package mcptool

import (
	"fmt"
	"strings"

	"github.com/invopop/jsonschema"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
)

// meantBy are the arguments that models mean by names which no tool has.
var meantBy = map[string][]string{
	"title": {"query"}, "name": {"query"}, "meeting": {"query", "meeting_id"}, "meeting_name": {"query", "meeting_id"},
	"meeting_title": {"query", "meeting_id"}, "search": {"query"}, "id": {"meeting_id", "session_id"},
	"session": {"session_id"}, "status": {"show"}, "filter": {"show"},
	"after": {"started_after", "created_after"}, "from": {"started_after", "created_after"},
	"since": {"started_after", "created_after"}, "date": {"started_after", "created_after"},
	"start_time": {"started_after", "created_after"},
	"before":     {"started_before", "created_before"}, "to": {"started_before", "created_before"},
	"until": {"started_before", "created_before"}, "end_time": {"started_before", "created_before"},
	"tz": {"timezone"}, "time_zone": {"timezone"},
	"max_results": {"limit"}, "page": {"page_no"}, "page_size": {"per_page"},
}

// unknown is the error of an argument that a tool does not take.
func unknown(schema *jsonschema.Schema, name string) error {
	meant := ""
	for _, other := range meantBy[strings.ToLower(name)] {
		if _, takes := schema.Properties.Get(other); takes {
			meant = fmt.Sprintf("; did you mean %q?", other)
			break
		}
	}
	if name == "query" {
		meant = whence(schema)
	}
	return fmt.Errorf("unknown argument %q%s; this tool takes: %s",
		prose.Clip(name), meant, strings.Join(names(schema), ", "))
}

// whence says where the id comes from that a tool wants instead of a title.
func whence(schema *jsonschema.Schema) string {
	for _, id := range [...]string{"meeting_id", "session_id"} {
		if _, takes := schema.Properties.Get(id); takes {
			return whenceID(schema, id)
		}
	}
	return ""
}

// whenceID says how to come by the value of an argument that is an id.
func whenceID(schema *jsonschema.Schema, name string) string {
	_, titled := schema.Properties.Get("query")
	required := len(schema.Required) > 0
	switch {
	case name == "session_id":
		return "; list_sessions gives it"
	case name != "meeting_id":
		return ""
	case titled && !required:
		return "; or give part of the title as query"
	}
	return "; find_meetings gives the meeting_id of a title"
}
