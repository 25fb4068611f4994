// The host's page: one view at a time, behind the official bridge. What the view and the host say to each other is
// kept in log, with the time.
import { AppBridge, PostMessageTransport } from "@modelcontextprotocol/ext-apps/app-bridge";

const now = () => performance.timeOrigin + performance.now();

// Tapped notes all messages of a transport. Until released, it holds back what the host says.
class Tapped {
  log = [];
  held = undefined;

  constructor(inner) {
    this.inner = inner;
    inner.onmessage = (message, extra) => {
      this.#note("view", message);
      this.onmessage?.(message, extra);
    };
    inner.onerror = (error) => {
      this.#note("error", { message: String(error) });
      this.onerror?.(error);
    };
    inner.onclose = () => this.onclose?.();
  }

  #note(from, message) {
    this.log.push({ at: now(), from, ...structuredClone(message) });
  }

  start() {
    return this.inner.start();
  }

  close() {
    return this.inner.close();
  }

  send(message, options) {
    if (this.held && message.method !== "ui/notifications/sandbox-resource-ready") {
      return new Promise((resolve, reject) => this.held.push(() => this.send(message, options).then(resolve, reject)));
    }
    this.#note("host", message);
    return this.inner.send(message, options);
  }

  hold() {
    this.held = [];
  }

  release() {
    const held = this.held ?? [];
    this.held = undefined;
    for (const send of held) send();
  }
}

// call asks the server, through the host's own.
async function call(method, params) {
  const res = await fetch("/rpc", { method: "POST", body: JSON.stringify({ method, params }) });
  const { result, error } = await res.json();
  if (error) throw new Error(error);
  return result;
}

let bridge;
let tapped;
let frame;
let initialized;

// load puts a view's resource into the sandbox, and returns when it is on its way.
async function load({ html, csp, permissions, sandbox, capabilities, context, width, maxHeight, hold }) {
  bridge = new AppBridge(null, { name: "strict-host", version: "1.0.0" }, capabilities, { hostContext: context });
  const modes = context.availableDisplayModes ?? [];
  if (capabilities.serverTools) bridge.oncalltool = (params) => call("tools/call", params);
  if (capabilities.serverResources) bridge.onreadresource = (params) => call("resources/read", params);
  if (capabilities.message) bridge.onmessage = async () => window.refuse.message ?? {};
  if (capabilities.downloadFile) bridge.ondownloadfile = async () => window.refuse.download ?? {};
  if (capabilities.openLinks) bridge.onopenlink = async () => ({ isError: true });
  bridge.onrequestdisplaymode = async ({ mode }) => {
    if (!modes.includes(mode)) return { mode: "inline" };
    frame.classList.toggle("fullscreen", mode === "fullscreen");
    return { mode };
  };
  bridge.onsizechange = ({ height }) => {
    if (height !== undefined) frame.style.height = `${Math.min(height, maxHeight)}px`;
  };
  initialized = new Promise((resolve) => (bridge.oninitialized = resolve));

  frame = document.createElement("iframe");
  frame.style.width = `${width}px`;
  frame.setAttribute("sandbox", "allow-scripts allow-same-origin");
  const url = new URL(sandbox);
  url.searchParams.set("host", location.origin);
  url.searchParams.set("csp", JSON.stringify(csp ?? {}));
  const proxied = new Promise((resolve) => {
    addEventListener("message", ({ source, data }) => {
      if (source === frame.contentWindow && data?.method === "ui/notifications/sandbox-proxy-ready") resolve();
    });
  });
  frame.src = url.href;
  document.body.append(frame);
  await proxied;
  tapped = new Tapped(new PostMessageTransport(frame.contentWindow, frame.contentWindow));
  if (hold) tapped.hold();
  await bridge.connect(tapped);
  await bridge.sendSandboxResourceReady({ html, csp, permissions });
}

window.refuse = {}; // what the host answers instead of saying yes
window.host = {
  load,
  initialized: () => initialized,
  release: () => tapped.release(),
  hold: () => tapped.hold(),
  log: () => tapped.log,
  input: (args) => bridge.sendToolInput({ arguments: args }),
  // result hands over what a tool answered, and returns when.
  result: (result) => {
    const at = now();
    bridge.sendToolResult(result);
    return at;
  },
  cancelled: (reason) => bridge.sendToolCancelled({ reason }),
  context: (context) => bridge.sendHostContextChange(context),
  teardown: () => bridge.teardownResource({ reason: "the test is over" }, { timeout: 2000 }),
  width: (width) => (frame.style.width = `${width}px`),
};
