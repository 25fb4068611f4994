package tools

import "github.com/invopop/jsonschema"

// words describe arguments, by name.
type words map[string]string

// describe gives the arguments of a tool their descriptions: its own, and for the
// others those that mean the same in every tool. What a name says needs none.
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
	case "meeting":
		return "Title, id or URL"
	case "session":
		return "Id"
	case "on":
		return "Day, weekday, yesterday, last week or time"
	case "from", "to":
		return "As on"
	case "person":
		return "Name, custom id, e-mail or id"
	case "app":
		return "Name, id or all"
	case "timezone":
		return "IANA"
	}
	return ""
}
