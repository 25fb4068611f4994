// Shared by the checks of this folder: the program, the sample account, and a proxy that lets nobody out.
import { spawn } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import readline from "node:readline";
import { fileURLToPath } from "node:url";

export const [binary, sample] = process.argv.slice(2).map((p) => path.resolve(p));
export const bin = path.join(path.dirname(fileURLToPath(import.meta.url)), "node_modules", ".bin");
const LIMIT = 120_000; // ms, for one client

export let failed = 0;
export function ok(name, condition, detail) {
  console.log(`  ${condition ? "ok  " : "FAIL"}  ${name}`);
  if (condition) return;
  failed++;
  if (detail !== undefined) console.log(String(detail).slice(-4000).replace(/^/gm, "        "));
}

// run starts a program and collects what it prints.
export function run(command, args, env, cwd) {
  return new Promise((resolve, reject) => {
    const p = spawn(command, args, { env, cwd, stdio: ["ignore", "pipe", "pipe"], timeout: LIMIT, killSignal: "SIGKILL" });
    let out = "";
    let logs = "";
    p.stdout.on("data", (d) => { out += d; });
    p.stderr.on("data", (d) => { logs += d; });
    p.on("error", reject);
    p.on("close", (code, signal) => resolve({ code: code ?? signal, out, logs }));
  });
}

// settings go into the client's file, and then only there.
export function settings(api) {
  return { CLOUDFLARE_BASE_URL: api.url, REALTIMEKIT_APP_ID: api.app_id };
}

// json runs the program and reads what it prints.
export async function json(args, env) {
  const r = await run(binary, args, env);
  if (r.code !== 0) throw new Error(`${args.join(" ")}: ${r.logs}`);
  return JSON.parse(r.out);
}

export async function startSample() {
  const p = spawn(sample, [], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = readline.createInterface({ input: p.stdout });
  const { value } = await lines[Symbol.asyncIterator]().next();
  return { ...JSON.parse(value), stop: () => p.stdin.end() };
}

// startFence is the proxy that the clients are given: whoever wants to leave the
// machine is refused there.
export async function startFence() {
  const fence = http.createServer((_, res) => res.writeHead(403).end());
  fence.on("connect", (_, socket) => {
    socket.on("error", () => {}); // a client may be gone before it hears the answer
    socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
  });
  await new Promise((resolve) => fence.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${fence.address().port}`, stop: () => fence.closeAllConnections() ?? fence.close() };
}

export function filesBelow(dir) {
  return fs.readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((f) => f.isFile())
    .map((f) => path.join(f.parentPath ?? f.path, f.name));
}
