// Checks shared by the end-to-end scripts.
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { pathToFileURL } from "node:url";
import { resolve } from "node:path";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

export const MODERN = "2026-07-28";

export class Tally {
  passed = 0;
  failed = 0;

  ok(name, condition, detail) {
    if (condition) {
      this.passed++;
      console.log(`  ok    ${name}`);
    } else {
      this.failed++;
      console.log(`  FAIL  ${name}${detail === undefined ? "" : `\n        ${brief(detail)}`}`);
    }
    return Boolean(condition);
  }

  equal(name, got, want) {
    return this.ok(name, isDeepStrictEqual(got, want), `got ${JSON.stringify(got)}, want ${JSON.stringify(want)}`);
  }

  // attempt runs fn; an exception counts as one failure and yields undefined.
  async attempt(name, fn) {
    try {
      return await fn();
    } catch (err) {
      this.ok(name, false, err?.stack ?? err);
      return undefined;
    }
  }

  summary() {
    console.log(`${this.passed} passed, ${this.failed} failed`);
    return this.failed === 0 && this.passed > 0;
  }
}

function brief(value) {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 1500 ? `${text.slice(0, 1500)}...` : text;
}

// compileSchemas compiles every tool's schemas, and returns the validators of
// the tools' outputs by tool name.
export function compileSchemas(t, tools) {
  const outputs = new Map();
  for (const tool of tools) {
    for (const kind of ["inputSchema", "outputSchema"]) {
      const schema = tool[kind];
      if (!t.ok(`${tool.name} has an ${kind}`, schema?.type === "object", schema)) continue;
      const ajv = new Ajv2020.default({ strict: false, allErrors: true });
      addFormats.default(ajv);
      try {
        const validate = ajv.compile(schema);
        t.ok(`${tool.name} ${kind} compiles`, true);
        if (kind === "outputSchema") outputs.set(tool.name, validate);
      } catch (err) {
        t.ok(`${tool.name} ${kind} compiles`, false, err.message);
      }
    }
  }
  return outputs;
}

// expected are the names of the tools which the bundle's manifest promises; a Go test holds it to the code.
function expected() {
  const manifest = new URL("../../packaging/manifest.json", import.meta.url);
  return JSON.parse(readFileSync(manifest, "utf8")).tools.map((tool) => tool.name).sort();
}

export function checkNames(t, tools) {
  t.equal("tools/list has the tools of the manifest, each once", tools.map((tool) => tool.name).sort(), expected());
}

// checkResult asserts that a tool's result is a success which fits its schema.
export function checkResult(t, label, result, validate) {
  if (!t.ok(`${label}: succeeds`, result && result.isError !== true, result)) return false;
  const text = (result.content ?? []).filter((c) => c.type === "text").map((c) => c.text).join("\n");
  t.ok(`${label}: has text`, text.trim() !== "", result.content);
  if (!validate) return t.ok(`${label}: fits the outputSchema`, false, "no compiled outputSchema");
  const valid = result.structuredContent !== undefined && validate(result.structuredContent);
  return t.ok(`${label}: fits the outputSchema`, valid, validate.errors ?? "no structuredContent");
}

// exercise runs the same conversation through any client. list() resolves to
// the tools, call(name, args) to a tool's result.
export async function exercise(t, { list, call }) {
  const tools = await t.attempt("tools/list", list);
  if (!tools) return;
  checkNames(t, tools);
  const outputs = compileSchemas(t, tools);

  const run = async (name, args) => {
    const label = `${name} ${JSON.stringify(args)}`;
    const result = await t.attempt(label, () => call(name, args));
    if (result !== undefined) checkResult(t, label, result, outputs.get(name));
    return result?.structuredContent;
  };

  const known = await learn(t, run);
  if (!known) return;
  for (const tool of tools) await run(tool.name, argumentsFor(tool, known));
  await run("get_session_recap", { meeting: known.title, part: "transcript" });
  await run("list_meeting_participants", { meeting_id: known.meeting, format: "detailed", per_page: "5" });
  // What earlier releases called these arguments is still understood.
  await run("get_session_recap", { query: known.title, part: "transcript" });
  await run("list_meeting_participants", { meeting_id: known.meeting, response_format: "detailed" });
  await ask(t, run);

  for (const tool of tools) {
    const label = `${tool.name} with an unknown argument`;
    const args = { ...argumentsFor(tool, known), no_such_argument: true };
    const result = await t.attempt(label, () => call(tool.name, args));
    if (result === undefined) continue;
    t.equal(`${label}: isError`, result.isError, true);
    const text = JSON.stringify(result.content ?? []);
    t.ok(`${label}: the argument is named`, text.includes("no_such_argument"), text);
  }
}

// learn finds a meeting with a session by its title, as a user would, and returns what a call can be about.
export async function learn(t, run) {
  const title = "design review";
  const meeting = (await run("find_meetings", { meeting: title }))?.meetings?.[0]?.id;
  if (!t.ok("find_meetings yields a meeting's id", typeof meeting === "string" && meeting !== "")) return undefined;
  const session = (await run("list_sessions", { meeting }))?.sessions?.[0]?.session_id;
  if (!t.ok("list_sessions yields a session's id", typeof session === "string" && session !== "")) return undefined;
  return { meeting, meetings: [meeting], session, person: "Priya Raman", search: "renewal", title };
}

// needs are what tools need that require nothing by their schema: one of several arguments.
const needs = { search_recaps: ["search"] };

// argumentsFor picks the arguments of a call from what is known: those which the tool requires, or, if it
// requires none, the first that it takes.
export function argumentsFor(tool, known) {
  const { properties = {}, required = [] } = tool.inputSchema;
  const wanted = [...required, ...(needs[tool.name] ?? [])];
  const names = wanted.length > 0 ? wanted : Object.keys(known).filter((name) => name in properties).slice(0, 1);
  return Object.fromEntries(names.map((name) => [name, known[name]]));
}

// ask asks in the words of people, and holds the answers to what the sample account is made of. run(name, args)
// resolves to the structured content of an answer, whose form it has checked.
export async function ask(t, run) {
  const meeting = "design review";
  const tour = await run("get_meeting_attendance", { meeting: "Getting started: product tour", limit: 1 });
  t.ok("a title is found in another app, and the app is named", tour?.notes?.some((n) => n.includes("Events")), tour);

  const began = Date.now();
  const yesterday = await run("list_sessions", { on: "yesterday", timezone: "UTC" });
  const days = [began, Date.now()].map((now) => new Date(now - 86_400_000).toISOString().slice(0, 10));
  const starts = yesterday?.sessions?.map((s) => s.started_at.slice(0, 10)) ?? [];
  t.ok("yesterday is the day before", starts.length > 0 && starts.every((s) => days.includes(s)), yesterday);

  const all = await run("get_meeting_attendance", { meeting });
  const one = await run("get_meeting_attendance", { meeting, person: "priya raman" });
  t.equal("a person is found by name", one?.people?.map((p) => p.name), ["Priya Raman"]);
  const { session_id, started_at } = all?.sessions?.[0] ?? {};
  const on = started_at?.slice(0, 10);
  const theirs = await run("get_person_attendance", { person: "priya.raman@northwind.example", on });
  const was = theirs?.sessions?.some((s) => s.session_id === session_id);
  t.ok("the person's own list has the session", was, theirs);

  const said = await run("search_recaps", { search: "data residency", meeting: "contoso sync" });
  const lines = said?.sessions?.[0]?.passages?.flatMap((p) => p.lines.filter((l) => l.hit).map((l) => l.text)) ?? [];
  t.ok("what was said is found", lines.some((l) => l.includes("data residency in Frankfurt")), said);

  const names = [];
  for (let offset = 0; offset < all?.people?.length; offset += 4) {
    const page = await run("get_meeting_attendance", { meeting, limit: 4, offset });
    names.push(...(page?.people ?? []).map((p) => p.name));
  }
  t.equal("pages add up to the whole", names, all?.people?.map((p) => p.name));

  const { csv } = (await run("get_meeting_attendance", { meeting, format: "csv" })) ?? {};
  const rows = csv?.trimEnd().split("\n").slice(1) ?? [];
  t.equal("the CSV has everybody", rows.length, all?.people?.length);

  const films = await run("list_recordings", { meeting: "contoso sync", limit: 1, offset: 1 });
  t.equal("a page of recordings", films?.recordings?.length, 1);
}

// choose answers the server's question with the first choice, and remembers it.
export function choose(asked) {
  return async ({ params }) => {
    const first = params.requestedSchema.properties.meeting.oneOf[0];
    asked.push(first);
    return { action: "accept", content: { meeting: first.const } };
  };
}

// extras are what only the clients' own methods reach: a question to the user,
// prompts with completion, resources.
export async function extras(t, client, asked) {
  await t.attempt("a question to the user", async () => {
    const result = await client.callTool({ name: "get_meeting_attendance", arguments: { meeting: "onboarding" } });
    t.equal("the user is asked once", asked.length, 1);
    t.equal("the meeting chosen is the one answered for", result.structuredContent?.meeting_id, asked[0]?.const);
  });
  await t.attempt("prompts", async () => {
    t.equal("three prompts", (await client.listPrompts()).prompts.length, 3);
    const prompt = await client.getPrompt({ name: "draft_follow_ups", arguments: { meeting: "stand-up" } });
    t.ok("the prompt names the recap", JSON.stringify(prompt.messages).includes("get_session_recap"), prompt);
    const completion = await client.complete({
      ref: { type: "ref/prompt", name: "who_attended" },
      argument: { name: "meeting", value: "stand" },
    });
    t.equal("a title is completed", completion.completion.values, ["Daily stand-up: Platform"]);
  });
  await t.attempt("resources", async () => {
    t.equal("four templates", (await client.listResourceTemplates()).resourceTemplates.length, 4);
    const sessions = await client.callTool({ name: "list_sessions", arguments: { limit: 1 } });
    const uri = `realtimekit://sessions/${sessions.structuredContent.sessions[0].session_id}/attendance?format=csv`;
    const { contents } = await client.readResource({ uri });
    // With a byte order mark, by which spreadsheets know UTF-8.
    const csv = contents[0].mimeType === "text/csv" && contents[0].text.startsWith("\ufeffname,custom_participant_id,");
    t.ok("CSV of an attendance", csv, contents);
  });
  await t.attempt("a link to all of a session", async () => {
    const { content } = await client.callTool({ name: "get_meeting_attendance", arguments: { meeting: "webinar" } });
    const link = content.find((c) => c.type === "resource_link");
    if (!t.ok("the answer has a link", link !== undefined, content)) return;
    const { contents } = await client.readResource({ uri: link.uri });
    t.ok("it leads to everybody", contents[0].text.split("\r\n").length > 5000, contents[0].text.length);
  });
}

// main lets a script run by itself: node SCRIPT BINARY.
export async function main(url, run) {
  if (!process.argv[1] || url !== pathToFileURL(process.argv[1]).href) return;
  const t = new Tally();
  const bin = binary();
  await t.attempt("run", () => run(t, bin));
  process.exit(t.summary() ? 0 : 1);
}

export function binary() {
  if (!process.argv[2]) {
    console.error(`usage: node ${process.argv[1]} BINARY`);
    process.exit(2);
  }
  return resolve(process.argv[2]);
}
