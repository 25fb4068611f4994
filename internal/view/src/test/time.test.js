import assert from "node:assert/strict";
import { test } from "node:test";
import { clock, ticks } from "../time.js";

const begin = Date.UTC(2026, 10, 20, 15, 2) / 1000;
const labels = (minutes, most, zone = "UTC") => {
  const shown = clock(zone);
  return ticks(begin, begin + minutes * 60, most, shown).map(shown.time).join(" ");
};

// The same cases as those of Column.Ticks.
test("ticks are round in the zone", () => {
  assert.equal(labels(42, 5), "15:10 15:20 15:30 15:40");
  assert.equal(labels(42, 1), "");
  assert.equal(labels(3, 5), "15:02 15:03 15:04 15:05");
  assert.equal(labels(180, 4, "Asia/Kolkata"), "21:00 22:00 23:00");
  assert.equal(labels(180, 4), "16:00 17:00 18:00");
  assert.equal(labels(0, 5), "");
  assert.equal(labels(60 * 24 * 30, 5), "00:00 00:00 00:00 00:00 00:00");
});

test("a zone that the browser does not know is UTC", () => {
  assert.equal(clock("Nowhere/Else").zone, "UTC");
  assert.equal(clock("Europe/Berlin").time(begin), "16:02");
});
