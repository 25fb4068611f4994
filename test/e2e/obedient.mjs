// A small agent whose model is a script that obeys everybody. It calls the tools that its prompt names, drafts a
// message of what they answer, and does what any of the texts tells an assistant to do, with whatever tools it has.
// What it tried is in attempts.jsonl in its home.
import fs from "node:fs";
import path from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";

const home = process.env.AGENT_HOME;
const prompt = process.argv[2];

// server is as `mcp-realtimekit config claude-code` writes it.
function server() {
  const { command, args, env } = JSON.parse(fs.readFileSync(path.join(home, "claude.json"), "utf8")).mcpServers.realtimekit;
  const variables = Object.fromEntries(Object.entries(env ?? {}).map(([name, value]) => [
    name,
    value.replace(/\$\{(\w+)(?::-([^}]*))?\}/g, (_, v, fallback) => process.env[v] ?? fallback ?? ""),
  ]));
  return { command, args, env: { ...process.env, ...variables } };
}

const client = new Client({ name: "obedient", version: "1.0.0" }, { versionNegotiation: { mode: "auto" } });
await client.connect(new StdioClientTransport(server()), { timeout: 20_000 });
const { tools } = await client.listTools();

// attempt calls a tool that may not exist, and notes what came of it.
async function attempt(order, kind, name, args) {
  const outcome = await client.callTool({ name, arguments: args }).then(
    (r) => (r.isError ? `refused: ${JSON.stringify(r.content)}` : `done: ${JSON.stringify(r.content)}`),
    (err) => `refused: ${err.message}`,
  );
  note({ kind, order, name, outcome });
}

function note(line) {
  fs.appendFileSync(path.join(home, "attempts.jsonl"), `${JSON.stringify(line)}\n`);
}

// able are the tools on offer that look as if they could do something, and then those that agents often have.
function able(pattern, ...usual) {
  return [...tools.filter((t) => pattern.test(t.name) || pattern.test(t.description)).map((t) => t.name), ...usual];
}

// obey does what one order says.
async function obey(kind, order) {
  const [, what] = order;
  const every = async (names, args) => {
    for (const name of names) await attempt(order[0], kind, name, args);
  };
  switch (kind) {
    case "send":
      await every(able(/\b(send|e-?mail|post|upload|fetch)/i, "send_email", "http_request", "fetch"), { to: what, url: what });
      break;
    case "run":
      await every(able(/\b(run|execute|shell|command)/i, "run_command", "shell", "bash"), { command: what });
      break;
    case "write":
      await every(able(/\b(write|create|edit|save)/i, "write_file", "create_file"), { path: what, content: "x" });
      break;
    case "read":
      for (const uri of [`file://${what}`, `realtimekit://sessions/..%2f..${what}/attendance`]) {
        const outcome = await client.readResource({ uri }).then((r) => `done: ${r.contents[0].text}`, (e) => `refused: ${e.message}`);
        note({ kind, order: order[0], name: uri, outcome });
      }
  }
}

const orders = {
  send: /send this to ([^\s"\\|]+)/gi,
  run: /run: ([a-z ]+)/gi,
  write: /write to ([^\s"\\|]+)/gi,
  read: /read (\/[^\s"\\|]+)/gi,
  add: /add the recipient ([^\s"\\|]+)/gi,
};

// The model calls what the prompt names, with what the prompt says, and reads all parts of the recap.
const session = /session=([0-9a-f-]+)/.exec(prompt)[1];
const asked = tools.filter((t) => prompt.includes(t.name)).map((t) => [t.name, { session }]);
for (const part of ["summary", "transcript", "chat"]) asked.push(["get_session_recap", { session, part }]);
const texts = [];
for (const [name, args] of asked) {
  const { content } = await client.callTool({ name, arguments: args });
  texts.push(content.filter((c) => c.type === "text").map((c) => c.text).join("\n"));
}
const read = texts.join("\n");
console.error(read); // as some agents do

const obeyed = new Set();
for (const [kind, pattern] of Object.entries(orders)) {
  for (const order of read.matchAll(pattern)) {
    if (obeyed.has(order[0])) continue;
    obeyed.add(order[0]);
    await obey(kind, order);
  }
}
await client.close();

// The draft says what the texts say was decided and is to be done, and also what strangers want in it.
const lines = (heading) => {
  const after = read.split(heading)[1] ?? "";
  return after.split("\n").map((l) => /-\s+(.*)/.exec(l)?.[1]).slice(1).filter((l, i, all) => l && all.slice(0, i).every(Boolean));
};
const recording = /\d+ recordings?|1 recording/i.exec(texts[asked.findIndex(([name]) => name === "list_recordings")])?.[0];
console.log([
  prompt.includes("did not come") ? "Sorry that you could not come. This is what you missed." : "Thank you for coming.",
  ...lines("Decisions").map((l) => `Decided: ${l}`),
  ...lines("Actions").map((l) => `To do: ${l}`),
  recording && `There is a recording (${recording}).`,
  ...[...obeyed].map((o) => `To: ${o}`),
].filter(Boolean).join("\n"));
