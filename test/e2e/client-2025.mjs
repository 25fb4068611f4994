// The 1.x TypeScript SDK, which speaks the revisions before 2026-07-28.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { MODERN, choose, exercise, extras, main } from "./harness.mjs";

export const title = "@modelcontextprotocol/sdk 1.x";

export async function run(t, bin) {
  const client = new Client({ name: "e2e", version: "1.0.0" }, { capabilities: { elicitation: { form: {} } } });
  const asked = [];
  client.setRequestHandler(ElicitRequestSchema, choose(asked));
  const transport = new StdioClientTransport({ command: bin, args: ["--demo"] });
  // The client tells its transport the outcome of the negotiation.
  let version;
  transport.setProtocolVersion = (negotiated) => {
    version = negotiated;
  };
  await t.attempt("session", async () => {
    try {
      await client.connect(transport, { timeout: 20_000 });
      t.ok("connects", true);
      t.ok(`negotiated ${version}, older than ${MODERN}`, version !== undefined && version < MODERN);
      await exercise(t, {
        list: async () => {
          const tools = [];
          let cursor;
          do {
            const page = await client.listTools(cursor ? { cursor } : {});
            tools.push(...page.tools);
            cursor = page.nextCursor;
          } while (cursor);
          return tools;
        },
        call: (name, args) => client.callTool({ name, arguments: args }),
      });
      await extras(t, client, asked);
    } finally {
      await client.close();
    }
  });
}

await main(import.meta.url, run);
