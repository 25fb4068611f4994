package stdio

import (
	"encoding/json"
	"io"
	"sync/atomic"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
)

// meter tells for how long a client has taken nothing.
type meter struct {
	out   io.Writer
	since atomic.Int64 // Unix nanoseconds at which the write began that goes on; 0: none
}

func (m *meter) Write(p []byte) (n int, err error) {
	const piece = 64 << 10 // each that is taken counts
	defer m.since.Store(0)
	for len(p) > 0 && err == nil {
		m.since.Store(time.Now().UnixNano())
		var taken int
		taken, err = m.out.Write(p[:min(piece, len(p))])
		n, p = n+taken, p[taken:]
	}
	return n, err
}

func (m *meter) stalled() time.Duration {
	since := m.since.Load()
	if since == 0 {
		return 0
	}
	return time.Since(time.Unix(0, since))
}

// writeUntil is all that writes, so that what a handler said before it answered
// comes before its answer.
func (c *conn) writeUntil(stop <-chan struct{}) {
	for {
		select {
		case n := <-c.session.notifications:
			c.notify(n)
		case m := <-c.messages:
			c.notifyAll()
			c.write(m)
			c.writeWaiting()
		case <-stop:
			c.notifyAll()
			c.flush()
			return
		}
		if !c.flush() {
			return
		}
	}
}

// writeWaiting writes what is ready to be, so that many answers make one write.
func (c *conn) writeWaiting() {
	for {
		select {
		case m := <-c.messages:
			c.notifyAll()
			c.write(m)
		default:
			return
		}
	}
}

func (c *conn) notifyAll() {
	for {
		select {
		case n := <-c.session.notifications:
			c.notify(n)
		default:
			return
		}
	}
}

func (c *conn) notify(n mcp.JSONRPCNotification) {
	line, err := json.Marshal(n)
	if err != nil {
		c.log.Error("could not encode a notification", "error", err)
		return
	}
	c.write([][]byte{c.tokens.Restore(line)})
}

// write leaves errors to flush, which meets them again.
func (c *conn) write(message [][]byte) {
	for _, piece := range message {
		_, _ = c.out.Write(piece)
	}
	_ = c.out.WriteByte('\n')
}

// flush reports whether the client still reads.
func (c *conn) flush() bool {
	err := c.out.Flush()
	if err != nil {
		c.lose("the client has closed our standard output", "error", err)
	}
	return err == nil
}

// lose ends the connection, once.
func (c *conn) lose(why string, attributes ...any) {
	c.losing.Do(func() {
		c.log.Info(why, attributes...)
		close(c.lost)
	})
}

func (c *conn) send(m mcp.JSONRPCMessage) {
	if message := c.encode(m); message != nil {
		c.sendEncoded(message)
	}
}

// sendEncoded waits until the message is about to be written.
func (c *conn) sendEncoded(message [][]byte) {
	select {
	case c.messages <- message:
	case <-c.lost:
	case <-c.gone:
	}
}

// encode is json.Marshal, which would compact once more what the result of a
// call has just encoded: two thirds of the time that an answer takes.
func (c *conn) encode(m mcp.JSONRPCMessage) [][]byte {
	message, err := encode(m)
	if err != nil {
		c.log.Error("could not encode a message", "error", err)
		return nil
	}
	for i := range message {
		message[i] = c.tokens.Restore(message[i])
	}
	return message
}

func encode(m mcp.JSONRPCMessage) ([][]byte, error) {
	if r, ok := m.(mcp.JSONRPCResponse); ok {
		if call, ok := r.Result.(*mcp.CallToolResult); ok {
			return encodeCall(r.ID, call)
		}
	}
	line, err := json.Marshal(m)
	return [][]byte{line}, err
}

func encodeCall(id mcp.RequestId, call *mcp.CallToolResult) ([][]byte, error) {
	name, err := json.Marshal(id)
	if err != nil {
		return nil, err
	}
	result, err := call.MarshalJSON()
	return [][]byte{[]byte(`{"jsonrpc":"2.0","id":`), name, []byte(`,"result":`), result, {'}'}}, err
}
