import assert from "node:assert/strict";
import { test } from "node:test";
import { filters, fromAnswer, read, select, tags, words } from "../model.js";
import { clock } from "../time.js";

const begin = Date.UTC(2026, 10, 20, 15) / 1000;

// One session of 42 minutes. A row is what the server sends.
const page = (people, more = {}) => ({
  title: "Review", summary: "All came.", zone: "UTC", offset: 0, total: people.length,
  columns: [{ session: "s", from: begin, to: begin + 42 * 60 }], people, ...more,
});
const came = (name, ...steps) => [name, `${name}-id`, 0, 40, "", [0, 0, 0, 0, 0, ...steps]];
const people = [
  came("Zoë", 0, 2520),
  ["Ana", "", 0, 25, "", [0, 0, 17, 0, 0, 60, 1440]],
  ["Priya", "", 0, 26, "", [0, 16, 0, 0, 0, 960, 1560]],
  ["Sofia", "Sofia-id", 0, 40, "", [0, 0, 0, 5, 0, 0, 1131, 252, 1137]],
  ["Dana", "guest", 1, 40, "", [0, 0, 0, 0, 1, 30, 2490]],
  ["David", "", 2, 0, ""],
];

test("spans are told from the steps between them", () => {
  const [, , , sofia] = read(page(people)).people;
  assert.deepEqual(sofia.visits[0].spans, [[begin, begin + 1131], [begin + 1383, begin + 2520]]);
});

test("what is no answer is refused", () => {
  for (const bad of [undefined, null, {}, { columns: [] }, { columns: [{}] }]) assert.throws(() => read(bad));
});

test("a status is said in words", () => {
  const model = read(page(people));
  const said = model.people.map((p) => tags(p, model).map(([, text]) => text).join(", "));
  assert.deepEqual(said, [
    "attended", "left 17 min early", "16 min late", "away 5 min", "not on the roster, here now", "absent",
  ]);
});

test("a pause that the server does not call an absence is none", () => {
  const model = read(page([came("Zoë", 0, 600, 59, 600, 60, 60)]));
  assert.deepEqual(model.people[0].visits[0].spans, [[begin, begin + 1259], [begin + 1319, begin + 1379]]);
  assert.deepEqual(tags(model.people[0], model), [["came", "attended"]]);
});

test("filters count, and those that keep nobody are left out", () => {
  const counts = Object.fromEntries(filters(read(page(people))).map((f) => [f.name, f.count]));
  assert.deepEqual(counts, { all: 6, attended: 4, absent: 1, guests: 1, late: 1, left_early: 1, here_now: 1 });
  assert.deepEqual(filters(read(page([people[0]]))).map((f) => f.name), ["all", "attended"]);
});

const names = (model, view) => select(model, { filter: "all", search: "", sort: "present", ...view }).map((p) => p.name).join(" ");

test("people are sorted by joining, then by name, and absent ones are last", () => {
  const model = read(page([people[5], ...people.slice(0, 5), came("Ádám", 0, 60)]));
  assert.equal(names(model, {}), "Ádám Sofia Zoë Dana Ana Priya David");
  assert.equal(names(model, { sort: "name" }), "Ádám Ana Dana David Priya Sofia Zoë");
  assert.equal(names(model, { sort: "name", reverse: true }), "Zoë Sofia Priya David Dana Ana Ádám");
  assert.equal(names(model, { sort: "minutes" }).split(" ").at(-1), "David");
  assert.equal(names(model, { sort: "status" }).split(" ").slice(-2).join(" "), "Dana David");
});

test("a search minds neither case nor accents, and finds ids", () => {
  const model = read(page(people));
  assert.equal(names(model, { search: " ZOE " }), "Zoë");
  assert.equal(names(model, { search: "guest" }), "Dana");
  assert.equal(names(model, { search: "nobody" }), "");
});

test("a visit in words tells unknown times and who is still there", () => {
  const shown = clock("Europe/Berlin");
  const model = read(page([["A", "", 0, 1, "", [0, 0, 0, 10, 2, 0, 60, 600, 60]], ["B", "", 0, 1, "", [0, 3, 0, 0, 1, 180, 60]]]));
  assert.equal(words(model.people[0].visits[0], shown), "an unknown time to 16:01, 16:11 to 16:12, away 10 min");
  assert.equal(words(model.people[1].visits[0], shown), "16:03 to now, 3 min late");
});

const compared = (people) => page(people, {
  compared: true, columns: [1, 2, 3].map((n) => ({ session: `s${n}`, from: begin + n * 86400, to: begin + n * 86400 + 900 })),
});

test("a comparison keeps its order and counts what was missed", () => {
  const model = read(compared([
    ["Zoë", "", 0, 30, "x-x", [0, 0, 0, 0, 0, 0, 900], [2, 0, 0, 0, 0, 0, 900]],
    ["Ana", "", 0, 45, ".xx", [1, 0, 0, 0, 0, 0, 900], [2, 0, 0, 0, 0, 0, 900]],
    ["David", "", 2, 0, "---"],
  ]));
  assert.equal(names(model, {}), "Zoë Ana David");
  assert.deepEqual(filters(model).map((f) => `${f.name} ${f.count}`), ["all 3", "always 1", "some 1", "absent 1"]);
  assert.deepEqual(model.people.map((p) => tags(p, model)[0][1]), ["came to 2 of 3", "came to 2 of 2", "came to none"]);
});

test("several sessions say in how many somebody was late", () => {
  const model = read(page(
    [["Zoë", "", 0, 30, "", [0, 6, 0, 0, 0, 360, 540], [1, 0, 0, 0, 0, 0, 900]]],
    { columns: compared([]).columns },
  ));
  assert.deepEqual(tags(model.people[0], model).map(([, text]) => text), ["came to 2 of 3", "late 1 of 3"]);
});

test("without what the server sends for views, the structured content is drawn", () => {
  const model = fromAnswer({
    title: "Review", summary: "", notes: [], meeting_id: "m", timezone: "UTC", attended: 1, people_matching: 3,
    sessions: [{ session_id: "s", started_at: "2026-11-20T15:00:00Z", ended_at: "2026-11-20T15:42:00Z" }],
    people: [
      { name: "Zoë", joined: "2026-11-20T15:10:00Z", left: "2026-11-20T15:40:00Z", minutes_present: 30, late_by_minutes: 10 },
      { name: "David", status: "absent" },
    ],
  });
  assert.equal(model.total, 3);
  assert.deepEqual(model.people.map((p) => tags(p, model)[0][1]), ["10 min late", "absent"]);
  assert.deepEqual(model.people[0].visits[0].spans, [[begin + 600, begin + 2400]]);
});

const alone = (people, more = {}) => ({
  title: "Review", summary: "", notes: [], meeting_id: "m", timezone: "Asia/Kolkata", attended: 1, people_matching: 1,
  sessions: [{ session_id: "s", started_at: "2026-11-20T15:00:20Z", ended_at: "2026-11-20T15:42:00Z" }], people, ...more,
});

test("without that, nobody is drawn where the content says that they were away", () => {
  const ends = { name: "Zoë", joined: "2026-11-20T15:10:00Z", left: "2026-11-20T15:40:00Z" };
  const { spans } = fromAnswer(alone([{ ...ends, away: ["20:45 to 20:47", "20:50 to 20:52"] }])).people[0].visits[0];
  assert.deepEqual(spans, [[10, 15], [17, 20], [22, 40]].map((span) => span.map((minute) => begin + minute * 60)));
});

test("nor is anybody missing of whom the content has spans", () => {
  const given = { name: "Zoë", spans: ["2026-11-20T15:10:00Z/2026-11-20T15:12:00Z", "2026-11-20T15:20:00Z/2026-11-20T15:42:00Z"] };
  const { spans } = fromAnswer(alone([given])).people[0].visits[0];
  assert.deepEqual(spans, [[begin + 600, begin + 720], [begin + 1200, begin + 2520]]);
});

test("a time that is not known is not drawn as one", () => {
  const shown = clock("UTC");
  const late = { name: "Zoë", joined: "2026-11-20T15:00:20Z", left: "2026-11-20T15:40:00Z", joined_unknown: true };
  assert.equal(words(fromAnswer(alone([late])).people[0].visits[0], shown), "an unknown time to 15:40");
});

test("several sessions are not drawn from content that tells none of them apart", () => {
  const { sessions } = alone([]);
  const person = { name: "Zoë", sessions_attended: 2, joined: "2026-11-20T15:10:00Z", left: "2026-11-27T15:40:00Z" };
  assert.throws(() => fromAnswer(alone([person], { sessions: [...sessions, ...sessions] })));
});
