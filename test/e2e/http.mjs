// Both TypeScript clients over Streamable HTTP, with a shared secret: one
// server, several clients at once, in both eras.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as OlderClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as OlderTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { MODERN, exercise, main } from "./harness.mjs";

export const title = "Streamable HTTP, both clients";

const SECRET = "an-end-to-end-secret-of-no-worth";

export async function run(t, bin) {
  // With one secret for all, searching what was said is off unless the operator allows it.
  const flags = ["--demo", "--http", "127.0.0.1:0", "--shared-search-and-links"];
  const server = spawn(bin, [...flags, "--log-format=json", "--drain-delay=0s"], {
    env: { ...process.env, MCP_REALTIMEKIT_SHARED_SECRET: SECRET },
    stdio: ["ignore", "inherit", "pipe"],
  });
  const exited = new Promise((resolve) => server.once("exit", resolve));
  let logs = "";
  try {
    const url = await new Promise((resolve, reject) => {
      createInterface({ input: server.stderr }).on("line", (line) => {
        logs += line + "\n";
        const entry = JSON.parse(line);
        if (entry.msg === "listening") resolve(new URL(entry.url));
      });
      exited.then((code) => reject(new Error(`the server ended with ${code}: ${logs}`)));
    });
    const options = { requestInit: { headers: { Authorization: `Bearer ${SECRET}` } } };
    const info = { name: "e2e", version: "1.0.0" };
    const connection = () => new StreamableHTTPClientTransport(url, options);
    await Promise.all([
      session(t, "2.x", new Client(info, { versionNegotiation: { mode: { pin: MODERN } } }), connection()),
      session(t, "2.x, older era", new Client(info, { versionNegotiation: { mode: "legacy" } }), connection()),
      session(t, "1.x", new OlderClient(info), new OlderTransport(url, options)),
    ]);
    const stranger = new OlderClient(info);
    let refusal = "";
    await stranger.connect(new OlderTransport(url)).catch((err) => (refusal = String(err)));
    t.ok("a client without the secret is refused", refusal !== "", refusal);
  } finally {
    server.kill("SIGTERM");
    t.equal("SIGTERM: exit code", await exited, 0);
    t.ok("the secret is not in the logs", !logs.includes(SECRET));
  }
}

async function session(t, label, client, transport) {
  await t.attempt(label, async () => {
    try {
      await client.connect(transport, { timeout: 20_000 });
      t.ok(`${label}: connects`, true);
      await exercise(t, {
        list: async () => (await client.listTools()).tools,
        call: (name, args) => client.callTool({ name, arguments: args }),
      });
    } finally {
      await client.close();
    }
  });
}

await main(import.meta.url, run);
