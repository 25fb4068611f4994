// Real clients, started with the configuration that the program writes, against a
// model on loopback: each connects, over stdio and over HTTP, lists the tools, and
// calls one. The token is only in the environment they start from. Run as
//   node run.mjs BINARY SAMPLE
// where SAMPLE serves the sample account (internal/demoapi/serve).
import { spawn } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { bin, binary, failed, filesBelow, json, ok, run, settings, startFence, startSample } from "./harness.mjs";
import { serveModel } from "./model.mjs";

const TOOL = "get_meeting_attendance";
const QUESTION = "Who was in the design review?";

const clients = [
  {
    id: "codex",
    // What a user already has there must stay.
    file: ".codex/config.toml",
    before: '# mine\nmodel = "gpt-5"\n\n[features]\napps = false\n',
    command: (model) => [
      "codex", "exec", "--strict-config", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox",
      "-c", 'model_provider="fake"',
      "-c", `model_providers.fake={name="fake", base_url="${model}/v1", wire_api="responses"}`,
      QUESTION,
    ],
  },
  {
    id: "gemini",
    file: ".gemini/settings.json",
    before: [
      "{",
      "  // mine",
      '  "security": { "auth": { "selectedType": "gemini-api-key" } },',
      '  "privacy": { "usageStatisticsEnabled": false }',
      "}",
      "",
    ].join("\n"),
    command: () => ["gemini", "--skip-trust", "--yolo", "--model", "gemini-2.5-flash", "--prompt", QUESTION],
    env: (model) => ({ GEMINI_API_KEY: "none", GOOGLE_GEMINI_BASE_URL: model, GEMINI_TELEMETRY_ENABLED: "false" }),
  },
  {
    id: "claude-code",
    file: ".claude.json",
    before: '{\n  "numStartups": 1,\n  "hasCompletedOnboarding": true\n}\n',
    command: () => ["claude", "--print", "--allowed-tools", "mcp__realtimekit", "--", QUESTION],
    env: (model) => ({
      ANTHROPIC_API_KEY: "none",
      ANTHROPIC_BASE_URL: model,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      DISABLE_AUTOUPDATER: "1",
      ENABLE_TOOL_SEARCH: "false",
    }),
  },
];

// startServer serves over HTTP to callers who send their own tokens.
async function startServer(api) {
  const probe = http.createServer();
  await new Promise((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = `127.0.0.1:${probe.address().port}`;
  await new Promise((resolve) => probe.close(resolve));
  const env = { PATH: process.env.PATH, ...settings(api) };
  const p = spawn(binary, ["--http", address, "--drain-delay", "0s"], { env, stdio: ["ignore", "inherit", "pipe"] });
  process.on("exit", () => p.kill());
  let logs = "";
  p.stderr.on("data", (d) => { logs += d; });
  for (let i = 0; ; i++) {
    const ready = await fetch(`http://${address}/readyz`).then((r) => r.ok, () => false);
    if (ready) return { url: `http://${address}/mcp`, stop: () => p.kill() };
    if (i === 100 || p.exitCode !== null) throw new Error(`the server is not ready: ${logs}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

// check takes the URL of a server; without one the client starts the program.
async function check(client, api, fence, expected, url) {
  console.log(`${client.id}, over ${url ? "HTTP" : "stdio"}`);
  const home = fs.mkdtempSync(path.join(os.tmpdir(), `mcp-realtimekit-${client.id}-`));
  const model = await serveModel((tools, calls) => {
    if (calls > 0) return undefined;
    const tool = tools.find((t) => t.name.endsWith(TOOL));
    return tool && { ...tool, args: { meeting: "design review" } };
  });
  try {
    const work = path.join(home, "work");
    const file = path.join(home, client.file);
    fs.mkdirSync(work);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, client.before);
    const base = { PATH: `${bin}${path.delimiter}${process.env.PATH}`, HOME: home, CLOUDFLARE_API_TOKEN: api.token };
    const elsewhere = url ? ["--url", url] : [];
    const wrote = await run(binary, ["config", client.id, "--write", ...elsewhere], { ...base, ...settings(api) }, work);
    const text = fs.readFileSync(file, "utf8");
    ok("config --write", wrote.code === 0 && text.includes(url ?? binary), wrote.logs + text);
    const lines = client.before.split("\n").map((l) => l.replace(/,$/, ""));
    ok("what was in the file is still there", lines.every((l) => text.includes(l)), text);
    ok("the token is not in the file", !text.includes(api.token));

    const [name, ...args] = client.command(model.url);
    const kept = { HTTPS_PROXY: fence, HTTP_PROXY: fence, NO_PROXY: "127.0.0.1,localhost", CI: "1", NO_COLOR: "1" };
    const env = { ...base, ...client.env?.(model.url), ...kept };
    const started = Date.now();
    const r = await run(path.join(bin, name), args, env, work);
    const took = ((Date.now() - started) / 1000).toFixed(1);
    const said = `exit status ${r.code}\n${r.out}\n${r.logs}\n${model.requests.map((q) => q.text.slice(0, 1500)).join("\n")}`;
    ok(`ran to its end, in ${took} s`, r.code === 0, said);
    const listed = new Set(model.requests.flatMap((q) => q.tools).map((t) => t.name));
    const missing = expected.tools.filter((t) => ![...listed].some((l) => l.endsWith(t)));
    ok(`listed the ${expected.tools.length} tools`, missing.length === 0, `without ${missing}, listed ${[...listed]}\n${said}`);
    const results = model.requests.flatMap((q) => q.results);
    const right = results.length > 0 && expected.facts.every((f) => results[0].includes(f));
    ok("called one, with the right answer", right, results[0] ?? said);
    ok("the model never saw the token", !model.requests.some((q) => q.text.includes(api.token)));
    const leaks = filesBelow(home).filter((f) => fs.readFileSync(f).includes(api.token));
    ok("no file has the token", leaks.length === 0, leaks);
  } finally {
    model.close();
    fs.rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

const api = await startSample();
const fence = await startFence();
const server = await startServer(api);
try {
  const direct = { PATH: process.env.PATH, CLOUDFLARE_API_TOKEN: api.token, ...settings(api) };
  const tools = await json(["tools"], direct);
  const answer = await json(["call", TOOL, "meeting=design review", "--json"], direct);
  const facts = [answer.summary, ...answer.people.map((a) => a.name)];
  const expected = { tools: tools.map((t) => t.name), facts };
  for (const client of clients) {
    await check(client, api, fence.url, expected);
    await check(client, api, fence.url, expected, server.url);
  }
} finally {
  server.stop();
  api.stop();
  fence.stop();
}
console.log(failed === 0 ? "all clients connected, listed the tools and called one" : `${failed} checks failed`);
process.exit(failed === 0 ? 0 : 1);
