package tools

import "github.com/invopop/jsonschema"

// words describe arguments, by name.
type words map[string]string

// describe gives the arguments of a tool the descriptions that are too long for
// a tag: its own, and for the others those that mean the same in every tool.
func describe(s *jsonschema.Schema, own words) {
	for p := s.Properties.Oldest(); p != nil; p = p.Next() {
		if text, ok := own[p.Key]; ok {
			p.Value.Description = text
		} else if p.Value.Description == "" {
			p.Value.Description = commonWord(p.Key)
		}
	}
}

func commonWord(argument string) string {
	switch argument {
	case "app_id":
		return "RealtimeKit app (list_apps), needed only if there are several and none is configured"
	case "account_id":
		return "Needed only if there are several and none is configured"
	case "meeting_id":
		return "UUID or URL"
	case "query":
		return "Part of the meeting's title instead of its id"
	case "started_after":
		return "Only sessions that started at or after this date or time"
	case "started_before":
		return "Only sessions that started before this time, or by the end of this date"
	case "timezone":
		return "IANA zone of times shown, and of those given without one"
	case "page_no":
		return "Read only this page of the API"
	case "per_page":
		return "Rows of that one page"
	case "limit":
		return "Rows shown"
	case "leave_out_presets":
		return "People with these presets (recorders, bots) do not count, none: everybody counts"
	}
	return ""
}
