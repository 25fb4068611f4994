package stdio

import (
	"encoding/json"
	"io"
	"sync/atomic"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
)

// meter measures how long a client has read nothing.
type meter struct {
	out   io.Writer
	since atomic.Int64 // when the current write began, in Unix nanoseconds; 0 if there is none
}

func (m *meter) Write(p []byte) (n int, err error) {
	const piece = 64 << 10 // a client that reads this much is not stalled
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

// writeUntil writes all messages, so that a handler's notifications come before its
// answer.
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

// writeWaiting writes the messages that are ready, so that many answers go out in one
// write.
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

// write ignores errors, because flush returns them again.
func (c *conn) write(message [][]byte) {
	for _, piece := range message {
		_, _ = c.out.Write(piece)
	}
	_ = c.out.WriteByte('\n')
}

// flush writes what is buffered. It reports whether the client still reads.
func (c *conn) flush() bool {
	err := c.out.Flush()
	if err != nil {
		c.lose("the client has closed our standard output", "error", err)
	}
	return err == nil
}

// lose gives the client up. It logs only the first reason.
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

// sendEncoded waits until the message is taken to be written.
func (c *conn) sendEncoded(message [][]byte) {
	select {
	case c.messages <- message:
	case <-c.lost:
	case <-c.gone:
	}
}

// encode encodes a message as json.Marshal does, but for the result of a call, which
// json.Marshal would compact once more. That would be two thirds of the time that an
// answer takes.
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
