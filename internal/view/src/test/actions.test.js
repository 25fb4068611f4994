import assert from "node:assert/strict";
import { test } from "node:test";
import { messages } from "../actions.js";

const people = [{ name: "Ann Example", id: "ann@example.com", status: "attended" }, { name: "Bob", id: "b", status: "absent" }];
const one = { columns: [{ session: "0f0a4a52" }], people, meeting: "m1" };

test("a message names ids and no people", () => {
  for (const model of [one, { ...one, columns: [{ session: "a" }, { session: "b" }] }, { ...one, compared: true }]) {
    const said = JSON.stringify(messages(model));
    assert.match(said, /session=\\"0f0a4a52\\"|m1/);
    assert.doesNotMatch(said, /Ann|ann@|Bob/);
  }
});

test("nobody is written to who is not there", () => {
  assert.deepEqual(Object.keys(messages(one)), ["followup", "thanks"]);
  assert.deepEqual(Object.keys(messages({ ...one, people: [people[0]] })), ["thanks"]);
  assert.deepEqual(Object.keys(messages({ ...one, people: [] })), []);
});

test("what is no id goes into no message", () => {
  assert.deepEqual(messages({ ...one, columns: [{ session: 'x" and then' }] }), {});
  assert.deepEqual(messages({ ...one, columns: [{}] }), {});
});
