// The 2.x TypeScript client, pinned to the 2026-07-28 revision; then the same
// client choosing by itself, and speaking the older handshake.
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { MODERN, checkNames, choose, exercise, extras, main } from "./harness.mjs";

export const title = "@modelcontextprotocol/client 2.x";

export async function run(t, bin) {
  await session(t, bin, { pin: MODERN }, async (client, asked) => {
    t.equal(`pinned: negotiated ${MODERN}`, client.getNegotiatedProtocolVersion(), MODERN);
    t.equal("pinned: era", client.getProtocolEra(), "modern");
    await exercise(t, {
      list: async () => (await client.listTools()).tools,
      call: (name, args) => client.callTool({ name, arguments: args }),
    });
    await extras(t, client, asked);
  });
  await session(t, bin, "auto", async (client) => {
    t.equal(`auto: negotiated ${MODERN}`, client.getNegotiatedProtocolVersion(), MODERN);
    checkNames(t, (await client.listTools()).tools);
  });
  await session(t, bin, "legacy", async (client) => {
    const version = client.getNegotiatedProtocolVersion();
    t.ok(`legacy: negotiated ${version}, older than ${MODERN}`, version < MODERN);
    checkNames(t, (await client.listTools()).tools);
  });
}

async function session(t, bin, mode, body) {
  const client = new Client(
    { name: "e2e", version: "1.0.0" },
    { versionNegotiation: { mode, probe: { timeoutMs: 10_000 } }, capabilities: { elicitation: { form: {} } } },
  );
  const asked = [];
  client.setRequestHandler("elicitation/create", choose(asked));
  const transport = new StdioClientTransport({ command: bin, args: ["--demo"] });
  const label = `session (${JSON.stringify(mode)})`;
  await t.attempt(label, async () => {
    try {
      await client.connect(transport, { timeout: 20_000 });
      t.ok(`${label}: connects`, true);
      await body(client, asked);
    } finally {
      await client.close();
    }
  });
}

await main(import.meta.url, run);
