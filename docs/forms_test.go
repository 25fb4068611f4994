package docs

import (
	"io/fs"
	"path"
	"slices"
	"testing"

	"go.yaml.in/yaml/v3"
)

type issueForm struct {
	Name, Description string
	Body              []formField
}

type formField struct {
	Type, ID   string
	Attributes struct {
		Label, Value string
		Options      []struct{ Label string }
	}
}

// TestIssueForms checks what GitHub checks of an issue form. GitHub does not show a form that is wrong.
func TestIssueForms(t *testing.T) {
	t.Parallel()
	files, err := fs.Glob(root, ".github/ISSUE_TEMPLATE/*.yml")
	if err != nil || len(files) < 3 {
		t.Fatal(err, files)
	}
	for _, file := range files {
		if path.Base(file) == "config.yml" {
			continue
		}
		var form issueForm
		if err := yaml.Unmarshal([]byte(readFile(t, root, file)), &form); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		if form.Name == "" || form.Description == "" || len(form.Body) == 0 {
			t.Errorf("%s lacks a name, a description or a body", file)
		}
		var ids []string
		for i, field := range form.Body {
			if wrong := field.wrong(ids); wrong != "" {
				t.Errorf("%s: field %d %s", file, i, wrong)
			}
			ids = append(ids, field.ID)
		}
	}
}

// wrong says what is wrong with a field that comes after those with these ids, or "".
func (f formField) wrong(ids []string) string {
	switch f.Type {
	case "markdown":
		if f.Attributes.Value == "" {
			return "says nothing"
		}
		return ""
	case "textarea", "input":
	case "checkboxes", "dropdown":
		if len(f.Attributes.Options) == 0 {
			return "has no options"
		}
	default:
		return "has an unknown type: " + f.Type
	}
	if f.Attributes.Label == "" || f.ID == "" || slices.Contains(ids, f.ID) {
		return "has no label, or no id of its own"
	}
	return ""
}
