// Holds the sample account to declarations that this project did not write: the
// official TypeScript SDK calls every read method of RealtimeKit, and each raw
// answer must fit the JSON Schema of the method's response type, generated from
// the SDK's own .d.ts files. Usage: run.mjs SERVER REQUIRED [--write]
//
// test/contract/run runs it. SERVER is internal/demoapi/serve, built. REQUIRED is the list of the fields
// that the types require, which the Go test reads; --write brings it up to date.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Ajv from "ajv";
import Cloudflare from "cloudflare";
import { createGenerator } from "ts-json-schema-generator";
import { calls, exceptions } from "./calls.mjs";

const declarations = fileURLToPath(new URL("node_modules/cloudflare/resources/realtime-kit/", import.meta.url));
const [server, requiredFile, ...flags] = process.argv.slice(2);
const problems = [];
const check = (ok, text) => {
  console.log(`  ${ok ? "ok   " : "FAIL "} ${text}`);
  if (!ok) problems.push(text);
};

// readMethods finds, by the SDK's own code, what only reads, and by its
// declarations what type answers it.
function readMethods(rk) {
  const types = new Map();
  for (const file of readdirSync(declarations).filter((f) => f.endsWith(".d.ts"))) {
    const resource = file.replace(".d.ts", "").replace(/-./g, (m) => m[1].toUpperCase());
    const source = readFileSync(join(declarations, file), "utf8");
    for (const m of source.matchAll(/^ {4}(\w+)\(.*\): APIPromise<(\w+)>;$/gm)) types.set(`${resource}.${m[1]}`, m[2]);
  }
  const found = new Map();
  for (const [resource, object] of Object.entries(rk)) {
    for (let p = Object.getPrototypeOf(object); p && p !== Object.prototype; p = Object.getPrototypeOf(p)) {
      for (const name of Object.getOwnPropertyNames(p)) {
        if (name === "constructor" || !/_client\s*\.get/.test(String(p[name]))) continue;
        const method = `${resource}.${name}`;
        if (!types.has(method)) throw new Error(`no declaration of ${method}`);
        found.set(method, types.get(method));
      }
    }
  }
  return found;
}

// schemas generates one schema for each type, by its name: '*' would silently
// leave the envelopes out. Other products of the SDK have types of the same
// names, so that each one is given a name of its own first.
function schemas(reads) {
  const dir = mkdtempSync(join(tmpdir(), "contract-"));
  try {
    const file = join(dir, "types.ts");
    const types = new Map([...reads].map(([method, type]) => [type, method.split(".")[0]]));
    const alias = ([type, resource]) => {
      const module = join(declarations, resource.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`));
      return `export type Contract${type} = import(${JSON.stringify(module)}).${type};\n`;
    };
    writeFileSync(file, [...types].map(alias).join(""));
    const generator = createGenerator({ path: file, skipTypeCheck: true, additionalProperties: false });
    return new Map([...types.keys()].map((type) => [type, generator.createSchema(`Contract${type}`)]));
  } finally {
    rmSync(dir, { recursive: true });
  }
}

// follow resolves references and takes null away from a choice.
function follow(root, schema) {
  while (schema?.$ref) schema = root.definitions[decodeURIComponent(schema.$ref.replace("#/definitions/", ""))];
  return schema;
}

// required lists the paths which a type demands, if what holds them is there.
// [] stands for any element; choices between objects are left out.
function required(root, schema = root, path = "", out = []) {
  schema = follow(root, schema);
  if (schema?.items) required(root, schema.items, `${path}[]`, out);
  for (const [name, property] of Object.entries(schema?.properties ?? {})) {
    const at = path ? `${path}.${name}` : name;
    if (schema.required?.includes(name)) out.push(at);
    required(root, property, at, out);
  }
  return out;
}

const pick = (body, path) => path.split(".").reduce((v, name) => v?.[name], body);
const dotted = (pointer) => pointer.slice(1).replaceAll("/", ".").replace(/\.\d+(?=\.|$)/g, "[]");

// judge returns what is wrong with an answer; used collects the exceptions met.
function judge(validate, type, holds, body, used = new Set()) {
  const wrong = [];
  if (body?.success !== true) wrong.push("success is not true");
  const held = pick(body, holds) ?? "";
  if (held === "" || held.length === 0) wrong.push(`${holds} is missing or empty`);
  if (validate(body)) return wrong;
  for (const e of validate.errors) {
    const at = [dotted(e.instancePath), e.params.additionalProperty].filter(Boolean).join(".");
    const exception = e.keyword === "additionalProperties" && exceptions.find((x) => x.type === type && x.path === at);
    if (exception) used.add(exception);
    else wrong.push(`${at || "the answer"} ${e.message}`);
  }
  return wrong;
}

async function serve(...args) {
  const child = spawn(server, args, { stdio: ["pipe", "pipe", "inherit"] });
  const line = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", resolve);
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`${server} ended with ${code}`)));
  });
  return { ...JSON.parse(line), stop: () => child.stdin.end() };
}

// answers calls every method through the SDK and keeps what came over the wire.
// Ids are learned from what the current shapes answer.
async function answers(flags, learned) {
  const account = await serve(...flags);
  let raw;
  const client = new Cloudflare({
    apiToken: account.token,
    baseURL: account.url,
    maxRetries: 0,
    fetch: async (...request) => {
      const response = await fetch(...request);
      raw = await response.text();
      return new Response(raw, response);
    },
  });
  const { account_id, app_id } = account;
  const $ = learned ?? { ...account, account: { account_id }, app: { account_id, app_id } };
  const bodies = new Map();
  try {
    for (const { method, args, learn } of calls) {
      const [resource, name] = method.split(".");
      await client.realtimeKit[resource][name](...args($));
      const body = JSON.parse(raw);
      bodies.set(method, body);
      if (!learned) learn?.($, body);
    }
  } finally {
    account.stop();
  }
  return { bodies, $ };
}

const reads = readMethods(new Cloudflare({ apiToken: "unused" }).realtimeKit);
const methods = calls.map((c) => c.method);
const complete = isDeepStrictEqual([...reads.keys()].sort(), [...methods].sort());
check(complete, `all ${reads.size} read methods of the SDK are called`);
const bySchema = schemas(reads);
const ajv = new Ajv({ allErrors: true, strict: false });
const validators = new Map([...bySchema].map(([type, schema]) => [type, ajv.compile(schema)]));
const judged = ({ method, holds }, body, used) => {
  const type = reads.get(method);
  return judge(validators.get(type), type, holds, body, used);
};

console.log("the shapes documented now");
const used = new Set();
const { bodies, $ } = await answers([]);
for (const c of calls) {
  const wrong = judged(c, bodies.get(c.method), used);
  check(wrong.length === 0, [`${c.method} fits ${reads.get(c.method)}`, ...wrong].join("; "));
}
for (const e of exceptions) check(used.has(e), `the exception ${e.type} ${e.path} is needed`);

console.log("the check can fail");
const refused = (method, text, spoil) => {
  const body = structuredClone(bodies.get(method));
  const c = calls.find((x) => x.method === method);
  check(judged(c, spoil(body) ?? body).length > 0, `${method} is refused ${text}`);
};
for (const { method } of calls) {
  refused(method, "as {}", () => ({}));
  refused(method, "with an unknown field", (b) => { b.unheard_of = 1; });
  refused(method, "with success: false", (b) => { b.success = false; });
}
refused("sessions.getSessionDetails", "in the older shape", (b) => { b.data = { session: b.data }; });
refused("sessions.getSessions", "without a session's status", (b) => { delete b.data.sessions[0].status; });
refused("sessions.getSessionParticipants", "with paging elsewhere", (b) => { b.data.participants[0].paging = {}; });
refused("meetings.getMeetingParticipants", "with an empty list", (b) => { b.data = []; });
refused("recordings.getRecordings", "with an unknown status", (b) => { b.data[0].status = "DONE"; });

console.log("other shapes");
const differing = async (...flags) => {
  const { bodies: other } = await answers(flags, $);
  return calls.filter((c) => judged(c, other.get(c.method)).length > 0).map((c) => c.method);
};
const older = await differing("--older-shapes");
check(
  isDeepStrictEqual(older, ["sessions.getSessionDetails", "sessions.getSessionParticipants"]),
  `the older shapes differ in the details of a session and the paging of its participants: ${older}`,
);
check(isDeepStrictEqual(await differing("--unknown-fields"), methods), "unknown fields are in every answer");
const sparse = await differing("--sparse");
check(sparse.length === 0, `sparse answers lack optional fields only ${sparse}`);

console.log("the list for the Go test");
const list = Object.fromEntries([...bySchema].map(([type, schema]) => [type, required(schema).sort()]).sort());
const text = JSON.stringify({ required: list, exceptions }, null, 1) + "\n";
if (flags.includes("--write")) writeFileSync(requiredFile, text);
check(readFileSync(requiredFile, "utf8") === text, `${requiredFile} is current (else run with --write)`);

console.log(problems.length === 0 ? "the contract holds" : `${problems.length} failed`);
process.exit(problems.length === 0 ? 0 : 1);
