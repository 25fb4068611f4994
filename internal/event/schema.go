package event

import (
	"slices"

	"github.com/invopop/jsonschema"
)

// Schemas returns the JSON Schema of each type of event in its current version.
func Schemas() map[Type]*jsonschema.Schema {
	out := map[Type]*jsonschema.Schema{}
	for _, t := range Types() {
		out[t] = Schema(t)
	}
	return out
}

// Schema returns the JSON Schema of one type of event. Fields may be added to a version,
// so it lets others pass.
func Schema(t Type) *jsonschema.Schema {
	r := jsonschema.Reflector{Anonymous: true, DoNotReference: true, AllowAdditionalProperties: true}
	s := r.Reflect(&Event{})
	s.Title, s.Description = string(t), t.about()
	wanted := t.payload()
	for _, name := range payloads() {
		if !slices.Contains(wanted, name) {
			s.Properties.Delete(name)
		}
	}
	if len(wanted) == 1 {
		s.Required = append(s.Required, wanted[0])
	}
	if len(wanted) > 1 {
		for _, name := range wanted {
			s.OneOf = append(s.OneOf, &jsonschema.Schema{Required: []string{name}})
		}
	}
	fix(s, "type", string(t))
	fix(s, "version", Version)
	return s
}

// fix makes a field have one value.
func fix(s *jsonschema.Schema, name string, value any) {
	if field, ok := s.Properties.Get(name); ok {
		field.Const = value
	}
}

func payloads() []string {
	return []string{"attendance", "attendance_unknown", "recap", "recording", "person"}
}

// payload names the fields of which an event of the type has one.
func (t Type) payload() []string {
	switch t {
	case SessionEnded:
		return []string{"attendance", "attendance_unknown"}
	case RecapReady, RecapMissing:
		return []string{"recap"}
	case RecordingReady:
		return []string{"recording"}
	case PersonJoined, PersonLeft:
		return []string{"person"}
	}
	return nil
}

func (t Type) about() string {
	switch t {
	case SessionStarted:
		return "A session of a meeting began."
	case SessionEnded:
		return "A session has ended and all have left. It says who came, or why that is not known."
	case RecapReady:
		return "There is a summary or a transcript of a session. It says which, and never holds one."
	case RecapMissing:
		return "The meeting's switches are on, and a day after a session's end there is neither summary nor transcript."
	case RecordingReady:
		return "A recording of a session that has ended can be downloaded."
	case PersonJoined:
		return "Somebody came to a session, with any device, or came back after a minute or more."
	case PersonLeft:
		return "Somebody left a session, with their last device."
	}
	return ""
}
