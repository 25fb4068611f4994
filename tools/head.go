package tools

import "strings"

// head is what every answer says of itself, also in the structured content:
// many clients show a model nothing else.
type head struct {
	Summary string   `json:"summary" jsonschema:"description=The answer in one sentence"`
	Notes   []string `json:"notes" jsonschema:"description=What limits the answer"`
}

// note adds a sentence; an empty one says nothing.
func (h *head) note(sentence string) {
	if sentence != "" {
		h.Notes = append(h.Notes, sentence)
	}
}

// Marks of an answer about the embedded sample account.
const (
	sampleMark = "(sample data) "
	sampleNote = "Sample data: this is an embedded sample account, not a real one."
)

// finish is the last thing that happens to an answer.
func (h *head) finish(demo bool) {
	if demo && !strings.HasPrefix(h.Summary, sampleMark) {
		h.Summary = sampleMark + h.Summary
		h.Notes = append([]string{sampleNote}, h.Notes...)
	}
	if h.Notes == nil {
		h.Notes = []string{}
	}
}

func finish(d *Deps, out any) {
	if h, ok := out.(interface{ finish(demo bool) }); ok {
		h.finish(d.Demo)
	}
}

// lead is how a text begins: the summary and the notes.
func (h *head) lead() string {
	var b strings.Builder
	b.WriteString(h.Summary + "\n")
	for _, n := range h.Notes {
		if n != sampleNote {
			b.WriteString("Note: " + n + "\n")
		}
	}
	return b.String()
}
