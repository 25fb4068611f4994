// What is drawn: who, where their bars are, and what is said of them, against the structured content.
import { draw, everyRow, names, rows, truth, ask, COMPARISON } from "./world.mjs";

export const title = "Drawing";

const CLOSE = 0.5; // pixels
const THINNEST = 2; // pixels of the shortest bar

export async function run(w) {
  const { t } = w;
  await t.attempt("10 people", () => crowd(w, "Review of ten", 10));
  await t.attempt("500 people", () => crowd(w, "Crowd of 500", 500));
  await t.attempt("5,000 people", () => crowd(w, "Crowd of 5000", 5000, [0, 0.13, 0.5, 0.77, 0.905, 1]));
  await t.attempt("zone", () => zone(w));
  await t.attempt("several sessions", () => several(w));
  await t.attempt("comparison", () => comparison(w));
}

const near = (a, b, by = CLOSE) => Math.abs(a - b) <= by;

// wrong are the faults of a row that is to show a person, on an axis of seconds.
function wrong(row, person, { from, to }) {
  const faults = [];
  const place = (time) => ((time - from) / (to - from)) * row.width;
  if (row.bars.length !== person.spans.length) return [`${row.bars.length} bars for ${person.spans.length} spans`];
  person.spans.forEach(([begin, end], i) => {
    const bar = row.bars[i];
    const want = { from: place(begin), width: Math.max(THINNEST, place(end) - place(begin)) };
    if (!near(bar.from, want.from) || !near(bar.to - bar.from, want.width)) faults.push({ bar, want });
  });
  const words = row.status.join(", ");
  const says = (text, wanted) => {
    if (words.includes(text) !== wanted) faults.push(`"${words}", and "${text}" is ${wanted ? "not " : ""}there`);
  };
  says(`${person.late} min late`, person.late > 0);
  says(`left ${person.early} min early`, person.early > 0);
  says("absent", person.status === "absent");
  says("roster", person.status === "guest");
  says("here now", person.here);
  const mark = (kind, wanted, at) => {
    if (row[kind].length !== (wanted ? 1 : 0)) return faults.push(`${row[kind].length} marks of ${kind}`);
    if (wanted && !(row[kind][0].from - 1 <= at && at <= row[kind][0].to + 1))
      faults.push({ kind, mark: row[kind][0], at });
  };
  mark("late", person.late > 0, place(person.spans[0]?.[0]));
  mark("early", person.early > 0, place(person.spans.at(-1)?.[1]));
  if (person.spans.length > 0 && row.minutes !== String(person.minutes)) faults.push(`${row.minutes} minutes`);
  if (person.spans.length === 0 && /\d/.test(row.minutes)) faults.push(`${row.minutes} minutes of somebody absent`);
  return faults;
}

// notes are what a person has to know of an answer: not that a model is to distrust names.
const notes = ({ structuredContent: { notes } }) => notes.filter((note) => !note.startsWith("Names, titles and texts"));

const axis = ({ sessions: [s] }) => ({ from: Date.parse(s.started_at) / 1000, to: Date.parse(s.ended_at) / 1000 });

async function crowd(w, meeting, count, places) {
  const { t } = w;
  const args = { meeting };
  const want = await truth(w, args);
  t.equal(`${count}: that many people are there to draw`, want.people.length, count);
  const { view, result } = await draw(w, args);
  t.equal(`${count}: the title`, await view.text("#title"), meeting);
  t.equal(`${count}: the summary`, await view.text("#summary"), result.structuredContent.summary);
  t.equal(`${count}: the notes`, await view.texts("#notes li"), notes(result));
  const table = view.frame.locator("#people");
  t.equal(`${count}: rows and head are counted`, await table.getAttribute("aria-rowcount"), String(count + 1));
  const found = await everyRow(view, places);
  if (!places) t.equal(`${count}: everybody has a row`, found.length, count);
  else t.ok(`${count}: first and last have a row`, found[0].row === 0 && found.at(-1).row === count - 1, found.length);
  const inDocument = await view.frame.locator("#people tr[data-row]").count();
  t.ok(`${count}: only rows in sight are in the document: ${inDocument}`, inDocument <= 60);
  const high = await view.frame.evaluate(() => {
    const want = parseFloat(getComputedStyle(document.querySelector("#people")).getPropertyValue("--row"));
    return [...document.querySelectorAll("#people tr[data-row]")].map((tr) => tr.getBoundingClientRect().height - want);
  });
  t.ok(
    `${count}: rows are as high as the list counts on`,
    high.every((d) => Math.abs(d) < 0.01),
    high.slice(0, 5),
  );
  t.ok(
    `${count}: rows know their place`,
    found.every((r) => r.index === r.row + 2),
  );

  const people = new Map(want.people.map((p) => [p.name, p]));
  const faults = found.flatMap((row) => {
    const person = people.get(row.name);
    return (person ? wrong(row, person, axis(want)) : ["nobody has that name"]).map((fault) => [row.name, fault]);
  });
  const bars = found.reduce((n, row) => n + row.bars.length, 0);
  t.equal(`${count}: ${bars} bars, words and marks of ${found.length} rows are right`, faults, []);
  const joined = found.map((row) => people.get(row.name)?.spans[0]?.[0] ?? Infinity);
  t.ok(
    `${count}: who joined first is first`,
    joined.every((time, i) => i === 0 || joined[i - 1] <= time),
    joined.slice(0, 20),
  );
  if (count === 10) await stripes(w, view);
  await view.close(t, String(count));
}

// stripes looks at the picture itself: bars are coloured, and gaps in them are not.
async function stripes({ t }, view) {
  const found = await view.frame.evaluate(() => {
    const row = [...document.querySelectorAll("#people tr[data-row]")].find((tr) =>
      tr.textContent.includes("Lindqvist"),
    );
    const track = row.querySelector(".track").getBoundingClientRect();
    const at = (part) =>
      document.elementFromPoint(track.left + part * track.width, track.top + track.height / 2).className;
    return [0.1, 0.4, 0.9].map(at);
  });
  t.ok(
    "somebody who was out for a while has a gap in the bar",
    /bar/.test(found[0]) && !/bar/.test(found[1]) && /bar/.test(found[2]),
    found,
  );
}

// clock tells the time of seconds since 1970 in a zone, another way than the view does.
function clock(seconds, timeZone) {
  const text = new Date(seconds * 1000).toLocaleString("sv-SE", { timeZone });
  return text.slice(11, 16);
}

async function zone(w) {
  const { t } = w;
  for (const timezone of ["UTC", "Asia/Kolkata", "America/Sao_Paulo"]) {
    const args = { meeting: "Review of ten", timezone };
    const want = await truth(w, args);
    const { view } = await draw(w, args, { timezoneId: "Pacific/Auckland" });
    const { from, to } = axis(want);
    t.ok(
      `${timezone} is named`,
      (await view.text("#people thead")).includes(timezone),
      await view.text("#people thead"),
    );
    const ticks = await view.frame.evaluate(() => {
      const track = document.querySelector("#people .track").getBoundingClientRect();
      return [...document.querySelectorAll("#axis .tick")].map((el) => {
        const r = el.getBoundingClientRect();
        return { text: el.textContent, from: r.left - track.left, to: r.right - track.left, width: track.width };
      });
    });
    t.ok(`${timezone}: the axis names some times`, ticks.length >= 3, ticks);
    const bad = ticks.filter((tick) => {
      for (let s = from; s <= to; s += 60) {
        if (clock(s, timezone) !== tick.text) continue;
        const at = ((s - from) / (to - from)) * tick.width;
        return !(tick.from - 1 <= at && at <= tick.to + 1);
      }
      return true;
    });
    t.equal(`${timezone}: each stands at its time`, bad, []);
    const apart = ticks.every((tick, i) => i === 0 || ticks[i - 1].to <= tick.from);
    t.ok(`${timezone}: and none covers another`, apart, ticks);
    await view.frame.locator("#people tr[data-row] td.name", { hasText: "Omar Late" }).click();
    const details = await view.text("#details");
    const omar = want.people.find((p) => p.name === "Omar Late");
    const times = omar.spans[0].map((s) => clock(s, timezone));
    t.ok(
      `${timezone}: details have its times`,
      times.every((time) => details.includes(time)),
      details,
    );
    await view.close(t, timezone);
  }
}

// sessionsOf are the truths of the sessions of an answer, one by one.
async function sessionsOf(w, structured) {
  const out = [];
  for (const s of structured.sessions) out.push({ ...(await truth(w, { session: s.session_id })), sid: s.session_id });
  return out.sort((a, b) => axis(a).from - axis(b).from);
}

// grid compares a row's cells with what each session says of the person.
function grid(row, sessions) {
  const faults = [];
  if (row.cells.length !== sessions.length) return [`${row.cells.length} cells for ${sessions.length} sessions`];
  row.cells.forEach((cell, i) => {
    const { from, to } = axis(sessions[i]);
    const person = sessions[i].people.find((p) => p.name === row.name);
    const spans = person?.spans ?? [];
    const width = cell.to - cell.from;
    if (cell.bars.length !== spans.length)
      return faults.push(`session ${i}: ${cell.bars.length} bars for ${spans.length} spans`);
    spans.forEach(([a, b], n) => {
      const bar = cell.bars[n];
      const want = [((a - from) / (to - from)) * width, ((b - from) / (to - from)) * width];
      if (!near(bar.from, want[0]) || !near(bar.to - bar.from, Math.max(THINNEST, want[1] - want[0])))
        faults.push({ i, bar, want });
    });
    if (i > 0 && row.cells[i - 1].to > cell.from + CLOSE) faults.push(`cell ${i} covers another`);
  });
  return faults;
}

async function several(w) {
  const { t } = w;
  const args = { meeting: "Weekly of six", sessions: "all" };
  const { view, result } = await draw(w, args);
  const sessions = await sessionsOf(w, result.structuredContent);
  const found = await everyRow(view);
  t.equal("several sessions: everybody has a row", found.length, 5);
  t.equal(
    "several sessions: a cell for each, with bars where they belong",
    found.flatMap((row) => grid(row, sessions)),
    [],
  );
  const words = Object.fromEntries(found.map((row) => [row.name, row.status.join(", ")]));
  t.ok("several sessions: how many they came to", /5 of 6/.test(words["Ben Often"]), words);
  t.ok("several sessions: late once is not late always", /late 1 of 6/.test(words["Ben Often"]), words);
  t.ok("several sessions: who never came", /none/.test(words["Vera Never"]), words);
  await view.close(t, "several sessions");
}

async function comparison(w) {
  const { t } = w;
  const args = { meetings: ["Weekly of six"], sessions: 6 };
  const { view, result } = await draw(w, args, { tool: COMPARISON });
  const structured = result.structuredContent;
  const sessions = await sessionsOf(w, structured);
  t.equal("comparison: the summary", await view.text("#summary"), structured.summary);
  t.equal(
    "comparison: people in the answer's order",
    await names(view),
    structured.people.map((p) => p.name),
  );
  const found = await rows(view);
  t.equal(
    "comparison: a cell for each session, with bars where they belong",
    found.flatMap((row) => grid(row, sessions)),
    [],
  );
  const states = { x: /came|\d:\d\d/, "-": /missed/, ".": /not invited/ };
  const bad = found.flatMap((row) => {
    const { marks } = structured.people.find((p) => p.name === row.name);
    return [...marks]
      .filter((mark, i) => !states[mark].test(row.cells[i].text))
      .map(() => [row.name, marks, row.cells.map((c) => c.text)]);
  });
  t.equal("comparison: cells say in words what the marks are", bad, []);
  await view.close(t, "comparison");

  const weeks = await draw(w, { ...args, by: "week" }, { tool: COMPARISON });
  const labels = weeks.result.structuredContent.weeks?.map((week) => week.week) ?? [];
  const cells = (await rows(weeks.view))[0].cells.length;
  t.equal("comparison by week: a cell for each", cells, labels.length);
  t.ok("comparison by week: there are some", labels.length >= 5, labels);
  await weeks.view.close(t, "comparison by week");
  const structured2 = await ask(w, COMPARISON, { ...args, limit: 2 });
  const short = await draw(w, { ...args, limit: 2 }, { tool: COMPARISON });
  t.ok(
    "comparison: people are left out of the answer",
    structured2.structuredContent.left_out === 3,
    structured2.structuredContent.left_out,
  );
  t.equal("comparison: and not out of the picture", (await names(short.view)).length, 5);
  await short.view.close(t, "comparison, short");
}
