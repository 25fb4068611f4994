// Packs the server as an MCP bundle and checks what it packed:
//   node pack.mjs BINARY GOOS/GOARCH OUT.mcpb [VERSION [UNIX-TIME]]
// It packs for every platform on any. Each bundle is unpacked again: its manifest must be valid and its
// binary made for the platform. If that is this machine's, the server is also started as a client would
// start it, and asked for its tools. With a time the same input gives the same bytes.
import { chmodSync, copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { mkdtempSync, rmSync } from "node:fs";
import { deepEqual, equal, ok } from "node:assert/strict";
import { dirname, join, resolve } from "node:path";
import { tmpdir } from "node:os";
import { getMcpConfigForManifest, packExtension, unpackExtension } from "@anthropic-ai/mcpb";
import { validateManifest } from "@anthropic-ai/mcpb/node";
import { toolsOf } from "./start.mjs";
import { targetOf } from "./target.mjs";

const platforms = { linux: "linux", darwin: "darwin", windows: "win32" }; // what MCPB calls them
const architectures = { amd64: "x64", arm64: "arm64" }; // what Node calls them

const [binary, target = "", output, version, time] = process.argv.slice(2);
const [os, arch] = target.split("/");
if (!output || !platforms[os] || !architectures[arch]) {
  console.error("usage: node pack.mjs BINARY GOOS/GOARCH OUT.mcpb [VERSION [UNIX-TIME]]");
  process.exit(2);
}
const out = resolve(output);
const program = os === "windows" ? "mcp-realtimekit.exe" : "mcp-realtimekit";
const root = resolve(import.meta.dirname, "../..");
const work = mkdtempSync(join(tmpdir(), "mcpb-"));
try {
  await pack();
  const dir = join(work, "unpacked");
  ok(await unpackExtension({ mcpbPath: out, outputDir: dir, silent: true }), "the bundle cannot be unpacked");
  const manifest = await check(dir);
  const here = platforms[os] === process.platform && architectures[arch] === process.arch;
  const started = here ? `, started, listed ${await start(dir, manifest)} tools` : "";
  console.log(`${output}: ${manifest.version} for ${target}, ${statSync(out).size} bytes, unpacked, checked${started}`);
} finally {
  rmSync(work, { recursive: true });
}

async function pack() {
  const manifest = JSON.parse(readFileSync(join(root, "packaging/manifest.json"), "utf8"));
  if (version) manifest.version = version;
  manifest.compatibility.platforms = [platforms[os]];
  manifest.server.entry_point = `server/${program}`;
  manifest.server.mcp_config.command = `\${__dirname}/server/${program}`;
  const stage = join(work, "stage");
  mkdirSync(join(stage, "server"), { recursive: true });
  writeFileSync(join(stage, "manifest.json"), JSON.stringify(manifest, null, 2));
  copyFileSync(join(root, "packaging/icon.png"), join(stage, "icon.png"));
  copyFileSync(join(root, "LICENSE"), join(stage, "LICENSE"));
  copyFileSync(binary, join(stage, "server", program));
  chmodSync(join(stage, "server", program), 0o755);
  mkdirSync(dirname(out), { recursive: true });
  if (time) stopTheClock(Number(time) * 1000);
  await quietly(() => packExtension({ extensionPath: stage, outputPath: out, silent: true }), true);
}

// stopTheClock makes it always now: the packer writes the local time into the archive.
function stopTheClock(now) {
  process.env.TZ = "UTC";
  globalThis.Date = class extends Date {
    constructor(...when) {
      super(...(when.length > 0 ? when : [now]));
    }
  };
}

// quietly keeps the library from the console, on which it praises a valid manifest and warns of a
// missing token, as is expected here. What it said is in the error if it did not do what it should.
async function quietly(work, expected) {
  const { log, warn, error } = console;
  const said = [];
  console.log = console.warn = console.error = (...words) => said.push(words.join(" "));
  try {
    equal(await work(), expected, said.join("\n"));
  } finally {
    Object.assign(console, { log, warn, error });
  }
}

// check returns the manifest of an unpacked bundle.
async function check(dir) {
  await quietly(() => validateManifest(join(dir, "manifest.json")), true);
  const manifest = JSON.parse(readFileSync(join(dir, "manifest.json"), "utf8"));
  if (version) equal(manifest.version, version);
  deepEqual(manifest.compatibility.platforms, [platforms[os]]);
  ok(manifest.user_config.api_token.sensitive, "the token is not marked as sensitive");
  ok(statSync(join(dir, manifest.icon)).size > 0, "the icon is empty");
  equal(targetOf(readFileSync(join(dir, manifest.server.entry_point))), target, `${binary} is not for ${target}`);
  return manifest;
}

// start asks the bundle's server for its tools and returns how many there are.
async function start(dir, manifest) {
  const base = { manifest, extensionPath: dir, systemDirs: { HOME: "/home" }, pathSeparator: "/" };
  await quietly(() => getMcpConfigForManifest({ ...base, userConfig: {} }), undefined); // it wants a token
  const config = await getMcpConfigForManifest({ ...base, userConfig: { api_token: "not-a-real-token" } });
  equal(config.env.CLOUDFLARE_API_TOKEN, "not-a-real-token");
  deepEqual(Object.values(config.env).filter((v) => v.includes("${")), [], "ids left out must become empty");
  const names = await toolsOf(config);
  deepEqual(names, manifest.tools.map((t) => t.name).sort(), "the manifest's tools are not the server's");
  return names.length;
}
