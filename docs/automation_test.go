package docs

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// n8nWorkflow is what of a workflow can be wrong without n8n.
type n8nWorkflow struct {
	Nodes []struct {
		ID, Name, Type string
		Version        float64 `json:"typeVersion"`
	}
	Connections map[string]map[string][][]n8nInput
}

type n8nInput struct {
	Node, Type string
	Index      int
}

// n8nKind is what n8n says of a type of nodes.
type n8nKind struct {
	Versions        []float64
	Inputs, Outputs int
}

// TestN8n checks the workflow against the list of what n8n's nodes are: types and versions
// that exist, connections that lead from an output that a node has to a node that is there,
// and no node that the event does not reach.
func TestN8n(t *testing.T) {
	t.Parallel()
	var known map[string]n8nKind
	read(t, "docs/testdata/n8n-nodes.json", &known)
	var workflow n8nWorkflow
	read(t, "docs/automation/n8n.json", &workflow)
	kinds := map[string]n8nKind{}
	ids := map[string]bool{}
	var starts []string
	for _, node := range workflow.Nodes {
		kind := known[strings.TrimPrefix(node.Type, "n8n-nodes-base.")]
		if !slices.Contains(kind.Versions, node.Version) {
			t.Errorf("%q: n8n has no %s in version %g", node.Name, node.Type, node.Version)
		}
		if kind.Inputs == 0 {
			starts = append(starts, node.Name)
		}
		kinds[node.Name], ids[node.ID] = kind, true
	}
	if len(kinds) != len(workflow.Nodes) || len(ids) != len(workflow.Nodes) || len(starts) != 1 {
		t.Fatalf("%d nodes have %d names and %d ids, and start at %q", len(workflow.Nodes), len(kinds), len(ids), starts)
	}
	reached := workflow.reach(t, starts[0], kinds)
	for name := range kinds {
		if !slices.Contains(reached, name) {
			t.Errorf("nothing leads to %q", name)
		}
	}
	for name := range workflow.Connections {
		if _, ok := kinds[name]; !ok {
			t.Errorf("%q has connections, and is not there", name)
		}
	}
}

// reach follows the connections from a node, checks them, and returns the nodes to which
// they lead.
func (w n8nWorkflow) reach(t *testing.T, start string, kinds map[string]n8nKind) []string {
	t.Helper()
	reached := []string{start}
	for i := 0; i < len(reached); i++ {
		from := reached[i]
		outputs := w.Connections[from]["main"]
		if len(outputs) > kinds[from].Outputs || len(w.Connections[from]) > 1 {
			t.Errorf("%q has no such outputs: %v", from, w.Connections[from])
		}
		for _, to := range slices.Concat(outputs...) {
			if to.Type != "main" || to.Index >= kinds[to.Node].Inputs {
				t.Errorf("%q leads to input %s %d of %q, which is not there", from, to.Type, to.Index, to.Node)
			}
			if !slices.Contains(reached, to.Node) {
				reached = append(reached, to.Node)
			}
		}
	}
	return reached
}

func read(t *testing.T, file string, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(readFile(t, root, file)), v); err != nil {
		t.Fatal(file, err)
	}
}
