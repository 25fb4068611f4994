import { spawn } from "node:child_process";
import { equal, ok } from "node:assert/strict";
import { createInterface } from "node:readline";

// toolsOf starts a server as configured and returns the names of its tools, sorted.
export async function toolsOf({ command, args, env }) {
  const server = spawn(command, args, { env, stdio: ["pipe", "pipe", "inherit"], timeout: 20_000 });
  const failed = new Promise((_, reject) => server.once("error", reject));
  failed.catch(() => {});
  const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
  const request = async (id, method, params) => {
    server.stdin.write(JSON.stringify({ jsonrpc: "2.0", id, method, params }) + "\n");
    for (;;) {
      const { value, done } = await Promise.race([lines.next(), failed]);
      ok(!done, `the server ended before it answered ${method}`);
      const message = JSON.parse(value);
      if (message.id === id) return message.result;
    }
  };
  const hello = await request(1, "initialize", {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "bundle check", version: "1" },
  });
  equal(hello.serverInfo.name, "mcp-realtimekit");
  server.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
  const { tools } = await request(2, "tools/list", {});
  const ended = new Promise((done) => server.once("exit", done));
  server.stdin.end();
  equal(await ended, 0, "the server did not end well");
  return tools.map((t) => t.name).sort();
}
