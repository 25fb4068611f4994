// Subscriptions, with a meeting that somebody comes to while its clients listen: both TypeScript clients, over
// every transport on which their revision has subscriptions.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { Client as OlderClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as OlderTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { ResourceUpdatedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { MODERN, main } from "./harness.mjs";

export const title = "subscriptions, both clients";

const MEETING = "497f6eca-6276-4993-bfeb-53cbbbba6f08";
const SESSION = "0f0a4a52-5b8c-4c7e-9d4b-7a8f3c6f1d20";
const URI = `realtimekit://meetings/${MEETING}/attendance`;
const INFO = { name: "e2e", version: "1.0.0" };

// hall serves an API with one live session, which people enter.
async function hall() {
  const began = new Date(Date.now() - 600_000).toISOString();
  const people = [];
  const meeting = { id: MEETING, title: "Design review", status: "ACTIVE", created_at: "2026-01-05T08:00:00Z" };
  const session = { id: SESSION, associated_id: MEETING, meeting_display_name: meeting.title, status: "LIVE",
    type: "meeting", started_at: began, created_at: began };
  const list = (rows) => ({ paging: { total_count: rows.length, start_offset: Math.min(1, rows.length),
    end_offset: rows.length } });
  const answers = {
    [`/meetings/${MEETING}`]: () => ({ data: meeting }),
    "/meetings": () => ({ data: [meeting], ...list([meeting]) }),
    [`/meetings/${MEETING}/participants`]: () => ({ data: [], ...list([]) }),
    "/sessions": () => ({ data: { sessions: [session] }, ...list([session]) }),
    [`/sessions/${SESSION}`]: () => ({ data: session }),
    [`/sessions/${SESSION}/participants`]: () => ({ data: { participants: people }, ...list(people) }),
  };
  const server = createServer((req, res) => {
    const path = new URL(req.url, "http://localhost").pathname.replace(/^.*\/kit\/[^/]+/, "");
    res.writeHead(answers[path] ? 200 : 404, { "Content-Type": "application/json" });
    res.end(JSON.stringify(answers[path] ? { success: true, ...answers[path]() } : { success: false }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    environment: {
      ...process.env,
      CLOUDFLARE_API_TOKEN: "a-token-of-no-worth",
      CLOUDFLARE_ACCOUNT_ID: "0123456789abcdef0123456789abcdef",
      REALTIMEKIT_APP_ID: "2ae3ce9b-0fd6-4a5f-a1ee-1d9fe5a9a5c1",
      CLOUDFLARE_BASE_URL: `http://127.0.0.1:${server.address().port}/client/v4`,
    },
    enter() {
      people.push({ id: `peer-${people.length}`, user_id: `user-${people.length}`, display_name: "Somebody",
        joined_at: new Date().toISOString() });
    },
    close: () => server.close(),
  };
}

const FLAGS = ["--subscription-interval=50ms", "--rate-limit=1000000/1s"];

// updates collects the URIs of notifications, and waits for them.
class Updates {
  uris = [];
  waiting = [];

  add(uri) {
    this.uris.push(uri);
    this.waiting.splice(0).forEach((resolve) => resolve());
  }

  async reach(n) {
    const late = AbortSignal.timeout(10_000);
    while (this.uris.length < n && !late.aborted) {
      await Promise.race([new Promise((resolve) => this.waiting.push(resolve)), once(late, "abort")]);
    }
  }
}

// follow enters the hall twice, and expects to be told each time and not otherwise.
async function follow(t, label, api, updates, read) {
  await new Promise((resolve) => setTimeout(resolve, 300));
  t.equal(`${label}: nothing is told while nothing changes`, updates.uris, []);
  for (const n of [1, 2]) {
    const before = (await read()).attended + (await read()).guests;
    api.enter();
    await updates.reach(n);
    t.equal(`${label}: change ${n} is told`, updates.uris, Array(n).fill(URI));
    const after = await read();
    t.equal(`${label}: the resource has change ${n}`, after.attended + after.guests, before + 1);
  }
}

const reader = (client) => async () => JSON.parse((await client.readResource({ uri: URI })).contents[0].text);

// listens follows with the stream of the newest revision, and returns the stream.
async function listens(t, label, api, client) {
  const updates = new Updates();
  client.setNotificationHandler("notifications/resources/updated", ({ params }) => updates.add(params.uri));
  t.equal(`${label}: declared`, client.getServerCapabilities().resources, { subscribe: true });
  const stream = await client.listen({ resourceSubscriptions: [URI], toolsListChanged: true });
  t.equal(`${label}: acknowledged`, stream.honoredFilter, { resourceSubscriptions: [URI] });
  await follow(t, label, api, updates, reader(client));
  const refused = await client.listen({ resourceSubscriptions: ["realtimekit://nothing"] }).catch((err) => String(err));
  t.ok(`${label}: what cannot be subscribed to is refused`, String(refused).includes("cannot be subscribed to"), refused);
  return stream;
}

async function overStdio(t, bin) {
  const api = await hall();
  const client = new Client(INFO, { versionNegotiation: { mode: { pin: MODERN } } });
  try {
    await client.connect(new StdioClientTransport({ command: bin, args: FLAGS, env: api.environment }));
    const stream = await listens(t, "2.x, stdio", api, client);
    await stream.close();
    t.equal("2.x, stdio: closed", await stream.closed, "local");
  } finally {
    await client.close();
    api.close();
  }
}

async function overHTTP(t, bin) {
  const api = await hall();
  const server = spawn(bin, ["--http", "127.0.0.1:0", "--log-format=json", "--drain-delay=0s", ...FLAGS], {
    env: api.environment,
    stdio: ["ignore", "inherit", "pipe"],
  });
  const exited = once(server, "exit");
  const client = new Client(INFO, { versionNegotiation: { mode: { pin: MODERN } } });
  try {
    const url = await new Promise((resolve) => {
      createInterface({ input: server.stderr }).on("line", (line) => {
        const entry = JSON.parse(line);
        if (entry.msg === "listening") resolve(new URL(entry.url));
      });
    });
    const options = { requestInit: { headers: { Authorization: "Bearer the-callers-own-token" } } };
    await client.connect(new StreamableHTTPClientTransport(url, options));
    const stream = await listens(t, "2.x, HTTP", api, client);
    server.kill("SIGTERM");
    t.equal("2.x, HTTP: the server's end is graceful", await stream.closed, "graceful");
  } finally {
    await client.close();
    server.kill("SIGTERM");
    await exited;
    api.close();
  }
}

async function older(t, bin) {
  const api = await hall();
  const client = new OlderClient(INFO);
  try {
    await client.connect(new OlderTransport({ command: bin, args: FLAGS, env: api.environment }));
    const updates = new Updates();
    client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => updates.add(params.uri));
    t.equal("1.x, stdio: declared", client.getServerCapabilities().resources, { subscribe: true });
    await client.subscribeResource({ uri: URI });
    await follow(t, "1.x, stdio", api, updates, reader(client));
    await client.unsubscribeResource({ uri: URI });
    api.enter();
    await new Promise((resolve) => setTimeout(resolve, 300));
    t.equal("1.x, stdio: nothing is told after unsubscribing", updates.uris.length, 2);
  } finally {
    await client.close();
    api.close();
  }
}

export async function run(t, bin) {
  await t.attempt("2.x, stdio", () => overStdio(t, bin));
  await t.attempt("2.x, HTTP", () => overHTTP(t, bin));
  await t.attempt("1.x, stdio", () => older(t, bin));
}

await main(import.meta.url, run);
