import assert from "node:assert/strict";
import { test } from "node:test";
import { source } from "../pages.js";

const columns = [{ session: "s", from: 0, to: 60 }];
const page = (offset, names, next) => ({
  _meta: { "mcp-realtimekit/timeline": { columns, offset, next, total: 3, zone: "UTC", people: names.map((name) => [name, "", 2, 0, ""]) } },
  structuredContent: { attended: 0 },
});

// A host whose server answers with what is next in the list.
function hostOf(...answers) {
  const calls = [];
  return { calls, request: async (method, params) => (calls.push(params), answers.shift()) };
}
const can = { serverTools: {} };

test("people that did not fit are fetched with the arguments of the call", async () => {
  const host = hostOf(page(1, ["B", "C"]));
  const pages = source(host, can, false, { meeting: "m", limit: 5, offset: 2, format: "csv" });
  const model = await pages.first(page(0, ["A"], 1));
  let told = 0;
  await pages.rest(model, () => told++);
  assert.equal(model.people.map((p) => p.name).join(), "A,B,C");
  assert.equal(told, 1);
  assert.deepEqual(host.calls, [{ name: "get_meeting_attendance", arguments: { meeting: "m", view_offset: 1, limit: 1 } }]);
});

test("a page of another session is not added", async () => {
  const other = page(1, ["B"]);
  other._meta["mcp-realtimekit/timeline"].columns = [{ session: "later" }];
  const pages = source(hostOf(other), can, false, {});
  const model = await pages.first(page(0, ["A"], 1));
  await assert.rejects(pages.rest(model, () => {}), /changed/);
  assert.equal(model.people.length, 1);
});

test("an answer without what views need is asked for it", async () => {
  const host = hostOf(page(0, ["A"]));
  const model = await source(host, can, true, { meetings: "x" }).first({ structuredContent: {} });
  assert.equal(model.people[0].name, "A");
  assert.equal(host.calls[0].name, "compare_attendance");
});

test("CSV comes in pages with one header", async () => {
  const csv = (text, left_out, next) => ({ structuredContent: { csv: text, left_out, next } });
  const host = hostOf(
    csv("name\r\nA\r\nB\r\n", 1, "Repeat the call with offset=2."),
    csv('name\r\n"C\r\nD"\r\n', 0),
  );
  assert.equal(await source(host, can, false, {}).csv(), 'name\r\nA\r\nB\r\n"C\r\nD"\r\n');
  assert.deepEqual(host.calls.map((c) => c.arguments.offset), [0, 2]);
});

test("an error of the server is told", async () => {
  const host = hostOf({ isError: true, content: [{ type: "text", text: "no such meeting" }] });
  await assert.rejects(source(host, can, false, {}).csv(), /no such meeting/);
});
