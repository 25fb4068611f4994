// The MCP Inspector's command line, in both of its protocol eras. It needs a
// newer Node than the other scripts: the pinned one is used where it must be.
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { argumentsFor, checkNames, checkResult, compileSchemas, learn, main } from "./harness.mjs";

export const title = "@modelcontextprotocol/inspector --cli";

const modules = join(dirname(fileURLToPath(import.meta.url)), "node_modules");
const launcher = join(modules, "@modelcontextprotocol/inspector/clients/launcher/build/index.js");

function node() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 19) ? process.execPath : join(modules, "node/bin/node");
}

export async function run(t, bin) {
  const home = await mkdtemp(join(tmpdir(), "inspector-"));
  try {
    for (const era of ["legacy", "modern"]) await conversation(t, bin, home, era);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

async function conversation(t, bin, home, era) {
  const listed = await t.attempt(`${era}: tools/list`, () => inspect(bin, home, era, ["--method", "tools/list"]));
  if (!listed) return;
  checkNames(t, listed.tools ?? []);
  const outputs = compileSchemas(t, listed.tools ?? []);

  const call = async (name, args) => {
    const pairs = Object.entries(args).flatMap(([key, value]) => ["--tool-arg", `${key}=${value}`]);
    const label = `${era}: ${[name, ...pairs].join(" ")}`;
    const result = await t.attempt(label, () =>
      inspect(bin, home, era, ["--method", "tools/call", "--tool-name", name, ...pairs]),
    );
    if (result !== undefined) checkResult(t, label, result, outputs.get(name));
    return result?.structuredContent;
  };

  const known = await learn(t, call);
  if (!known) return;
  for (const tool of listed.tools) await call(tool.name, argumentsFor(tool, known));
  await call("get_session_recap", { meeting: known.title, part: "transcript" });
  await call("list_meeting_participants", { meeting_id: known.meeting, format: "detailed", per_page: 5 });
  await call("compare_attendance", { meetings: JSON.stringify([known.title, "stand-up"]), format: "csv" });
}

// inspect runs one command of the inspector, and returns what it printed.
function inspect(bin, home, era, options) {
  const args = [launcher, "--cli", bin, "--demo", "--protocol-era", era, "--format", "json", ...options];
  const env = { ...process.env, HOME: home, NO_COLOR: "1" };
  return new Promise((resolve, reject) => {
    execFile(node(), args, { env, timeout: 60_000, maxBuffer: 64 << 20 }, (err, stdout, stderr) => {
      let value;
      try {
        value = JSON.parse(stdout);
      } catch {
        reject(new Error(`${options.join(" ")}: ${err?.message ?? "output is no JSON"}\n${stdout}\n${stderr}`));
        return;
      }
      if (err) reject(new Error(`${options.join(" ")}: exit ${err.code}\n${stdout}\n${stderr}`));
      else resolve(value.result ?? value);
    });
  });
}

await main(import.meta.url, run);
