// Packs an MCP bundle and checks it: node pack.mjs BINARY PLATFORM OUT.mcpb [VERSION].
// PLATFORM is linux, darwin or win32. On this machine's own platform the bundle
// is unpacked and its server asked for its tools, as a client would.
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { deepEqual, equal, ok } from "node:assert/strict";
import { createInterface } from "node:readline";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { getMcpConfigForManifest, packExtension, unpackExtension } from "@anthropic-ai/mcpb";

const [binary, platform, out, version] = process.argv.slice(2);
if (!out) {
  console.error("usage: node pack.mjs BINARY PLATFORM OUT.mcpb [VERSION]");
  process.exit(2);
}
const root = resolve(import.meta.dirname, "../..");
const work = mkdtempSync(join(tmpdir(), "mcpb-"));
try {
  await pack();
  if (platform === process.platform) await check();
} finally {
  rmSync(work, { recursive: true });
}

async function pack() {
  const manifest = JSON.parse(readFileSync(join(root, "packaging/manifest.json"), "utf8"));
  const program = platform === "win32" ? "mcp-realtimekit.exe" : "mcp-realtimekit";
  if (version) manifest.version = version;
  manifest.compatibility.platforms = [platform];
  manifest.server.entry_point = `server/${program}`;
  manifest.server.mcp_config.command = `\${__dirname}/server/${program}`;
  const stage = join(work, "stage");
  mkdirSync(join(stage, "server"), { recursive: true });
  writeFileSync(join(stage, "manifest.json"), JSON.stringify(manifest, null, 2));
  copyFileSync(join(root, "LICENSE"), join(stage, "LICENSE"));
  copyFileSync(binary, join(stage, "server", program));
  chmodSync(join(stage, "server", program), 0o755);
  ok(await packExtension({ extensionPath: stage, outputPath: resolve(out), silent: true }), "the packer refused the bundle");
}

async function check() {
  const dir = join(work, "unpacked");
  ok(await unpackExtension({ mcpbPath: resolve(out), outputDir: dir, silent: true }), "the bundle cannot be unpacked");
  const manifest = JSON.parse(readFileSync(join(dir, "manifest.json"), "utf8"));
  const base = { manifest, extensionPath: dir, systemDirs: { HOME: "/home" }, pathSeparator: "/" };
  const warn = console.warn;
  console.warn = () => {}; // it warns of what the next line expects
  equal(await getMcpConfigForManifest({ ...base, userConfig: {} }), undefined, "starts without a token");
  console.warn = warn;
  ok(manifest.user_config.api_token.sensitive, "the token is not marked as sensitive");
  const config = await getMcpConfigForManifest({ ...base, userConfig: { api_token: "not-a-real-token" } });
  equal(config.env.CLOUDFLARE_API_TOKEN, "not-a-real-token");
  deepEqual(Object.values(config.env).filter((v) => v.includes("${")), [], "ids left out must become empty");
  const names = await tools(config);
  deepEqual(names, manifest.tools.map((t) => t.name).sort(), "the manifest's tools are not the server's");
  console.log(`${out}: unpacked, started, answered tools/list with ${names.length} tools`);
}

// tools starts the server as configured and returns the names of its tools.
async function tools(config) {
  const server = spawn(config.command, config.args, { env: config.env, stdio: ["pipe", "pipe", "inherit"], timeout: 20_000 });
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
  const hello = await request(1, "initialize", { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "bundle check", version: "1" } });
  equal(hello.serverInfo.name, "mcp-realtimekit");
  server.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
  const { tools } = await request(2, "tools/list", {});
  const ended = new Promise((done) => server.once("exit", done));
  server.stdin.end();
  equal(await ended, 0, "the server did not end well");
  return tools.map((t) => t.name).sort();
}
