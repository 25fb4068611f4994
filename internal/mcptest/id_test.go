package mcptest

import "testing"

func TestID(t *testing.T) {
	for _, test := range []struct {
		line string
		id   int64
		ok   bool
	}{
		{`{"jsonrpc":"2.0","id":7,"result":{"id":8}}`, 7, true},
		{`{"result":{"id":8},"jsonrpc":"2.0","id":7}` + "\n", 7, true},
		{`{"id":7,"result":{},"jsonrpc":"2.0"}`, 7, true},
		{`{"jsonrpc":"2.0","id":7,"method":"ping"}`, 0, false},
		{`{"method":"ping","jsonrpc":"2.0","id":7}`, 0, false},
		{`{"jsonrpc":"2.0","id":7,"params":{},"method":"ping"}`, 0, false},
		{`{"params":{},"method":"ping","jsonrpc":"2.0","id":7}`, 0, false},
		{`{"error":{"code":1},"jsonrpc":"2.0","id":7}`, 7, true},
		{`{"jsonrpc":"2.0","id":7,"error":{"code":1}}`, 7, true},
		{`{"jsonrpc":"2.0","id":"7","result":{}}`, 0, false},
		{`{"jsonrpc":"2.0","method":"notifications/progress","params":{}}`, 0, false},
		{`{"jsonrpc":"2.0","id":null,"error":{}}`, 0, false},
		{`{"jsonrpc":"2.0","id":7`, 0, false},
		{``, 0, false},
	} {
		if id, ok := ID([]byte(test.line)); id != test.id || ok != test.ok {
			t.Errorf("%s: %d, %t", test.line, id, ok)
		}
	}
}
