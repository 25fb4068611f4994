package tools

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/invopop/jsonschema"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptool"
)

// TestReference keeps what README.md and docs/tools.md say of the tools current.
func TestReference(t *testing.T) {
	tools := sampleTools(t)
	answered := answerQuestions(t, tools)
	page(t, "../README.md", map[string]string{
		"questions": shortQuestions(answered),
		"tools":     toolTable(),
	})
	page(t, "../docs/tools.md", map[string]string{
		"questions": fullQuestions(answered),
		"tools":     reference(t, tools),
	})
}

// page compares the generated sections of a file, by name, or with -update writes them.
func page(t *testing.T, file string, sections map[string]string) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := string(raw)
	for name, content := range sections {
		want = section(t, file, want, name, content)
	}
	if want == string(raw) {
		return
	}
	if !*update {
		t.Fatalf("%s is out of date: run go generate ./...", file)
	}
	if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

// section replaces the text between the marks of a name.
func section(t *testing.T, file, text, name, content string) string {
	t.Helper()
	begin, end := "<!-- "+name+": written by go generate ./... -->\n", "<!-- end of "+name+" -->"
	head, rest, ok1 := strings.Cut(text, begin)
	_, tail, ok2 := strings.Cut(rest, end)
	if !ok1 || !ok2 {
		t.Fatalf("%s lacks the marks of %s", file, name)
	}
	return head + begin + content + end + tail
}

type question struct {
	text string
	call exampleCall
}

// questions are what people ask, each with the one call that answers it.
var questions = []question{
	{"Who came to yesterday's design review?", whoCame("query", "design review", "show", "attended")},
	{"Who was late?", whoCame("query", "design review", "show", "late")},
	{"Who left early?", whoCame("query", "design review", "show", "left_early")},
	{"E-mail the no-shows.", whoCame("query", "design review", "show", "absent")},
	{"Did anybody come who was not invited?", whoCame("query", "design review", "show", "guests")},
	{"Who is in the war room right now?", whoCame("query", "war room", "show", "here_now")},
	{
		"Who missed the last three stand-ups?",
		exampleCall{"compare_attendance", map[string]any{"meetings": "stand-up", "min_absence_streak": 3}},
	},
	{
		"Who was at the stand-up last Thursday?",
		whoCame("query", "stand-up", "started_after", "2026-11-19", "started_before", "2026-11-19", "show", "attended"),
	},
	{"What is going on right now?", exampleCall{"list_sessions", map[string]any{"status": "LIVE"}}},
	{
		"What was decided in the design review?",
		exampleCall{"get_session_recap", map[string]any{"meeting": "design review", "part": "summary"}},
	},
}

// whoCame is a call of get_meeting_attendance with these names and values in turn.
func whoCame(namesAndValues ...string) exampleCall {
	args := map[string]any{}
	for pair := range slices.Chunk(namesAndValues, 2) {
		args[pair[0]] = pair[1]
	}
	return exampleCall{"get_meeting_attendance", args}
}

// answered is a question with the first sentence of its answer and whom or what it lists.
type answered struct {
	question
	headline string
	listed   []string
}

func answerQuestions(t *testing.T, tools map[string]mcptool.Tool) []answered {
	t.Helper()
	var all []answered
	for _, q := range questions {
		lines := strings.Split(q.call.call(t, tools), "\n")
		all = append(all, answered{q, lines[0], listed(lines)})
	}
	return all
}

// listed is the first column of an answer's first table, or the items of its first quoted list.
func listed(lines []string) []string {
	var items []string
	for i, line := range lines {
		isRow := strings.HasPrefix(line, "| ") && !strings.HasPrefix(line, "| ---")
		if i > 0 && isRow && strings.HasPrefix(lines[i-1], "| ") {
			items = append(items, strings.Split(line, " | ")[0][2:])
		}
		if item, ok := strings.CutPrefix(line, "> - "); ok {
			items = append(items, item)
		}
		if line == "" && len(items) > 0 {
			break
		}
	}
	return items
}

func shortQuestions(all []answered) string {
	var b strings.Builder
	b.WriteString("| question | who or what the answer lists |\n| --- | --- |\n")
	for _, a := range all {
		fmt.Fprintf(&b, "| %s | %s |\n", a.text, joined(a.listed))
	}
	return b.String()
}

func fullQuestions(all []answered) string {
	var b strings.Builder
	b.WriteString("| question | call | first sentence of the answer, and whom or what it lists |\n| --- | --- | --- |\n")
	for _, a := range all {
		args, _ := json.Marshal(a.call.args) // of strings and numbers
		fmt.Fprintf(&b, "| %s | `%s` `%s` | %s *%s* |\n", a.text, a.call.tool, args, a.headline, joined(a.listed))
	}
	return b.String()
}

// joined separates names by commas, and sentences by spaces.
func joined(items []string) string {
	if len(items) > 0 && strings.HasSuffix(items[0], ".") {
		return strings.Join(items, " ")
	}
	return strings.Join(items, ", ")
}

// toolTable has each tool with the first sentence of its description.
func toolTable() string {
	var b strings.Builder
	b.WriteString("| tool | what it returns |\n| --- | --- |\n")
	for _, tool := range All(&Deps{}) {
		first, _, _ := strings.Cut(tool.Tool.Description, ". ")
		first = strings.TrimSuffix(strings.TrimPrefix(first, "Returns "), ".")
		anchor := strings.ToLower(tool.Tool.Name)
		fmt.Fprintf(&b, "| [`%s`](docs/tools.md#%s) | %s |\n", tool.Tool.Name, anchor, first)
	}
	return b.String()
}

// reference has a section for each tool: its description, its arguments and its example.
func reference(t *testing.T, tools map[string]mcptool.Tool) string {
	t.Helper()
	var b strings.Builder
	for _, e := range exampleCalls() {
		tool := tools[e.tool]
		fmt.Fprintf(&b, "### `%s`\n\n%s\n\n", e.tool, tool.Tool.Description)
		b.WriteString(argumentTable(tool.Input))
		args, err := json.Marshal(e.args)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "\n```\n> %s %s\n\n%s```\n\n", e.tool, args, e.call(t, tools))
	}
	return b.String()
}

func argumentTable(schema *jsonschema.Schema) string {
	var b strings.Builder
	b.WriteString("| argument | rule | meaning |\n| --- | --- | --- |\n")
	for p := schema.Properties.Oldest(); p != nil; p = p.Next() {
		rule := mcptool.Rule(p.Value)
		if slices.Contains(schema.Required, p.Key) {
			rule = "required; " + rule
		}
		if p.Value.Default != nil {
			rule += fmt.Sprintf("; default %v", p.Value.Default)
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", p.Key, rule, p.Value.Description)
	}
	return b.String()
}
