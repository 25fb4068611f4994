package docs

import (
	"io/fs"
	"path"
	"slices"
	"testing"

	"go.yaml.in/yaml/v3"
)

// TestIssueForms checks what GitHub checks of an issue form; it shows one that fails as nothing at all.
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
		var form struct {
			Name, Description string
			Body              []struct {
				Type, ID   string
				Attributes struct {
					Label, Value string
					Options      []struct{ Label string }
				}
			}
		}
		if err := yaml.Unmarshal([]byte(readFile(t, root, file)), &form); err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if form.Name == "" || form.Description == "" || len(form.Body) == 0 {
			t.Errorf("%s lacks a name, a description or a body", file)
		}
		var ids []string
		for i, field := range form.Body {
			said := field.Attributes
			switch field.Type {
			case "markdown":
				if said.Value == "" {
					t.Errorf("%s: field %d says nothing", file, i)
				}
				continue
			case "textarea", "input":
			case "checkboxes", "dropdown":
				if len(said.Options) == 0 {
					t.Errorf("%s: field %d has no options", file, i)
				}
			default:
				t.Errorf("%s: field %d has the type %q", file, i, field.Type)
			}
			if said.Label == "" || field.ID == "" || slices.Contains(ids, field.ID) {
				t.Errorf("%s: field %d has no label, or no id of its own", file, i)
			}
			ids = append(ids, field.ID)
		}
	}
}
