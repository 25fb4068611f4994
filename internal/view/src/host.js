// The host's side of MCP Apps, revision 2026-01-26: JSON-RPC by messages to the parent window.

const REVISION = "2026-01-26";
const NO_METHOD = -32601;

/**
 * connect makes a connection to the host. The handlers are called with the params of the
 * notifications and requests that they are named after, by the last part of the method.
 */
export function connect(handlers) {
  const { parent } = window;
  const waiting = new Map();
  let last = 0;
  const post = (message) => parent.postMessage({ jsonrpc: "2.0", ...message }, "*");

  const request = (method, params) =>
    new Promise((resolve, reject) => {
      waiting.set(++last, { resolve, reject });
      post({ id: last, method, params });
    });

  const notify = (name, params = {}) => post({ method: `ui/notifications/${name}`, params });

  function answered({ id, result, error }) {
    const { resolve, reject } = waiting.get(id) || {};
    waiting.delete(id);
    if (error) reject?.(new Error(error.message));
    else resolve?.(result);
  }

  function asked({ id, method, params }) {
    const handle = handlers[method.split("/").pop()];
    handle?.(params || {});
    if (id === undefined) return;
    post(handle || method === "ping" ? { id, result: {} } : { id, error: { code: NO_METHOD, message: `no ${method}` } });
  }

  window.addEventListener("message", ({ source, data }) => {
    if (source !== parent || data?.jsonrpc !== "2.0") return;
    if (data.method) asked(data);
    else answered(data);
  });

  return {
    notify,
    request,
    /** begin shakes hands, and returns what the host can do and how it looks. */
    async begin() {
      const hello = await request("ui/initialize", {
        appInfo: { name: "mcp-realtimekit", version: "1" },
        appCapabilities: { availableDisplayModes: ["inline", "fullscreen"] },
        protocolVersion: REVISION,
      });
      notify("initialized");
      return { can: hello.hostCapabilities || {}, context: hello.hostContext || {} };
    },
  };
}
