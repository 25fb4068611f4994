// What may go wrong: errors, cancelled calls, hosts that give less, answers without spans, people who are not nice.
import { HOSTILE } from "./meetings.mjs";
import { TIMELINE } from "./server.mjs";
import { CAPABILITIES } from "./stage.mjs";
import { ask, draw, load, rows, everyRow, truth, ATTENDANCE } from "./world.mjs";

export const title = "Rough weather";

export async function run(w) {
  const { t } = w;
  await t.attempt("errors", () => errors(w));
  await t.attempt("cancelled", () => cancelled(w));
  await t.attempt("without spans", () => spanless(w));
  await t.attempt("nonsense", () => nonsense(w));
  await t.attempt("hostile names, as the server sends them", () => hostile(w));
  await t.attempt("hostile names, raw", () => raw(w));
  await t.attempt("nobody", () => nobody(w));
}

const shown = (view) => view.frame.locator("#people tr[data-row]:visible").count();

async function errors(w) {
  const { t } = w;
  const args = { meeting: "Never held" };
  const result = await ask(w, ATTENDANCE, args);
  t.equal("a meeting without a session is an error", result.isError, true);
  const view = await load(w);
  await view.show(args, result);
  const said = await view.text("#error");
  t.ok(
    "the error is shown as it is",
    result.content.some((c) => said.includes(c.text)),
    said,
  );
  t.equal("and no table", await shown(view), 0);
  t.equal("nor buttons", await view.frame.locator("button:visible").count(), 0);
  const after = { meeting: "Review of ten" };
  await view.show(after, await ask(w, ATTENDANCE, after));
  await view.frame.waitForFunction(() => document.querySelectorAll("#people tr[data-row]").length === 10);
  t.ok("an answer that comes then is drawn", await view.frame.locator("#error").isHidden());
  await view.host("result", {
    isError: true,
    content: [{ type: "text", text: "<b>bold</b>\n<script>window.pwned = 5</script>" }],
  });
  await view.frame.waitForFunction(() => document.querySelector("#error").innerText.includes("<b>bold</b>"));
  t.equal("markup in an error is text", await view.frame.locator("#error b, #error script").count(), 0);
  t.equal("and what was drawn before is no answer any more", await shown(view), 0);
  await view.close(t, "errors");
}

async function cancelled(w) {
  const { t } = w;
  const view = await load(w);
  await view.host("input", { meeting: "Review of ten" });
  await view.host("cancelled", "the user has thought better of it");
  await view.frame.waitForFunction(() => /cancel/i.test(document.body.innerText));
  t.equal("a cancelled call draws nothing, and says so", await shown(view), 0);
  await view.close(t, "cancelled");
}

const without = (result) => ({ ...result, _meta: undefined });

async function spanless(w) {
  const { t } = w;
  const args = { meeting: "Review of ten" };
  const whole = await draw(w, args, { change: without });
  await whole.view.frame.waitForFunction(() => document.querySelectorAll("#people .bar").length > 8);
  t.ok(
    "a host that drops _meta: the view asks for the spans",
    (await whole.view.said("tools/call")).some((m) => "view_offset" in m.params.arguments),
  );
  const gap = (await rows(whole.view)).find((row) => row.name === "Zoë Lindqvist");
  t.equal("a host that drops _meta: gaps are drawn", gap.bars.length, 2);
  await whole.view.close(t, "a host that drops _meta");

  const { serverTools: _, ...capabilities } = CAPABILITIES;
  for (const asked of [args, { meeting: "Crowd of 500" }, { meeting: "Crowd of 500", timezone: "Asia/Kolkata" }]) {
    const label = `without spans and calls, ${JSON.stringify(asked)}`;
    const want = await truth(w, asked);
    const { view, result } = await draw(w, asked, { capabilities, change: without });
    const {
      people,
      left_out: left,
      sessions: [s],
    } = result.structuredContent;
    const found = await everyRow(view);
    t.equal(
      `${label}: those in the answer are drawn`,
      found.map((r) => r.name).sort(),
      people.map((p) => p.name).sort(),
    );
    const axis = { from: Date.parse(s.started_at) / 1000, to: Date.parse(s.ended_at) / 1000 };
    const slack = 61 / (axis.to - axis.from); // the answer has absences in minutes
    const bad = found.flatMap((row) => {
      const { spans, status } = want.people.find((p) => p.name === row.name);
      if (status === "absent") return row.bars.length > 0 ? [[row.name, "absent, with a bar"]] : [];
      const parts = spans.map((span) => span.map((time) => (time - axis.from) / (axis.to - axis.from)));
      const drawn = row.bars.map((bar) => [bar.from / row.width, bar.to / row.width]);
      const middle = parts.slice(1).map(([from], i) => (parts[i][1] + from) / 2);
      const covered = middle.filter((m) => drawn.some(([from, to]) => from < m && m < to));
      const ends = Math.abs(drawn[0][0] - parts[0][0]) > slack || Math.abs(drawn.at(-1)[1] - parts.at(-1)[1]) > slack;
      return covered.length > 0 || ends ? [[row.name, covered, drawn, parts]] : [];
    });
    t.equal(`${label}: nobody is shown as there who was not`, bad.slice(0, 5), []);
    const told = await view.text("body");
    if (left > 0)
      t.ok(
        `${label}: it says that ${left} are left out`,
        told.includes(String(people.length)) && /only|left out|not (shown|drawn)/i.test(told),
        told.slice(0, 400),
      );
    await view.close(t, label);
  }
  const { view, result } = await draw(w, { meeting: "Review of ten", spans: true }, { capabilities, change: without });
  const want = await truth(w, args);
  const bars = (await everyRow(view)).map((row) => [row.name, row.bars.length]).sort();
  t.equal(
    "without _meta, with spans in the answer: these are drawn",
    bars,
    want.people.map((p) => [p.name, p.spans.length]).sort(),
  );
  t.ok("and the answer has them", result.structuredContent.people[0].spans.length > 0);
  await view.close(t, "spans in the answer");
  // The content of several sessions says who came how often, and not to which.
  const many = await draw(w, { meeting: "Weekly of six", sessions: "all" }, { capabilities, change: without });
  const told = await many.view.text("body");
  t.ok("without _meta, several sessions: nobody is said to have been away", !/came 0|not there/.test(told), told);
  t.ok("without _meta, several sessions: it is said that the text is complete", /complete/.test(told), told);
  await many.view.close(t, "several sessions without spans");
}

async function nonsense(w) {
  const { t } = w;
  const good = await ask(w, ATTENDANCE, { meeting: "Review of ten" });
  const timeline = good._meta[TIMELINE];
  const results = {
    "nothing but text": { content: [{ type: "text", text: "words" }] },
    "an empty result": { content: [] },
    "another tool's content": { content: [], structuredContent: { apps: [{ name: "x" }] } },
    "spans of another form": {
      ...good,
      structuredContent: undefined,
      _meta: { [TIMELINE]: { columns: "?", people: 7 } },
    },
    "rows of another form": {
      ...good,
      structuredContent: undefined,
      _meta: { [TIMELINE]: { ...timeline, people: [null, 7, "x", {}] } },
    },
    "visits of another form": {
      ...good,
      structuredContent: undefined,
      _meta: { [TIMELINE]: { ...timeline, people: [["A", "a", 0, 1, "", [99, 0, 0, 0, 0, 5]]] } },
    },
    "no columns": { ...good, structuredContent: undefined, _meta: { [TIMELINE]: { ...timeline, columns: [] } } },
  };
  for (const [name, result] of Object.entries(results)) {
    const { serverTools: _, ...capabilities } = CAPABILITIES;
    const view = await load(w, { capabilities });
    await view.show({ meeting: "Review of ten" }, result);
    t.equal(`${name}: no table`, await shown(view), 0);
    t.ok(`${name}: it says so`, (await view.text("#error")).trim() !== "", await view.text("body"));
    await view.close(t, name);
  }
  const view = await load(w);
  await view.host("input", { meeting: "Review of ten" });
  await view.show(undefined, { ...good, _meta: { [TIMELINE]: { ...timeline, zone: "No/Such_Zone" } } });
  t.ok(
    "a zone that the browser does not know: times are UTC, and say so",
    (await view.text("#people thead")).includes("UTC"),
  );
  await view.close(t, "an unknown zone");
}

// bounded are the faults of a table with strangers' names in it.
const bounded = (view) =>
  view.frame.evaluate(() => {
    const found = [];
    const strange = document.querySelectorAll(
      "#people :is(img, svg, b, i:not(.bar, .mark), script, a, iframe), #title :is(b, script), #details :is(img, svg, script)",
    );
    for (const el of strange) found.push(`an element ${el.tagName}`);
    const rows = [...document.querySelectorAll("#people tr[data-row]")];
    const heights = new Set(rows.map((tr) => Math.round(tr.getBoundingClientRect().height)));
    if (heights.size > 1) found.push(`rows of different heights: ${[...heights]}`);
    const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    if (wide > 0) found.push(`${wide} px too wide`);
    for (const td of document.querySelectorAll("#people td.name")) {
      const bdi = td.querySelector("bdi");
      if (!bdi || bdi.textContent.trim() !== td.textContent.trim())
        found.push(`not set apart: ${td.textContent.slice(0, 40)}`);
    }
    return found;
  });

async function hostile(w) {
  const { t } = w;
  const want = await truth(w, { meeting: "Hostile" });
  for (const width of [760, 320]) {
    const { view } = await draw(w, { meeting: "Hostile" }, { width });
    const found = await everyRow(view);
    t.equal(`${width}: everybody has a row`, found.length, HOSTILE.length);
    t.equal(
      `${width}: names are text`,
      found.map((row) => row.name).sort(),
      want.people.map((p) => p.name ?? "(unnamed)").sort(),
    );
    t.equal(`${width}: the table is as ever`, await bounded(view), []);
    await view.close(t, `hostile, ${width}`);
  }
}

// raw sends the view what the server would have made harmless.
async function raw(w) {
  const { t } = w;
  const change = (result) => {
    const timeline = structuredClone(result._meta[TIMELINE]);
    timeline.people.forEach((person, i) => {
      person[0] = HOSTILE[i];
      person[1] = `<img src=x onerror="window.pwned=6">${"y".repeat(i === 3 ? 10_000 : 3)}`;
    });
    timeline.title = `<img src=x onerror="window.pwned=7">\u202E${"title ".repeat(400)}`;
    timeline.summary = "<script>window.pwned=8</script> came";
    timeline.notes = ["<svg onload='window.pwned=9'>"];
    return { ...result, _meta: { [TIMELINE]: timeline } };
  };
  for (const width of [760, 320]) {
    const { view } = await draw(w, { meeting: "Hostile" }, { width, change });
    const found = await everyRow(view);
    t.equal(
      `raw, ${width}: names are text`,
      found.map((row) => row.name).sort(),
      HOSTILE.map((name) => name.trim()).sort(),
    );
    t.equal(`raw, ${width}: the table is as ever`, await bounded(view), []);
    for (const row of found) {
      await view.frame.locator("#list").evaluate((el, i) => (el.scrollTop = i * 30), row.row);
      await view.frame.locator(`#people tr[data-row="${row.row}"] td.minutes`).click();
    }
    t.equal(`raw, ${width}: details of the last are as ever`, await bounded(view), []);
    await view.frame.locator("#search").fill("<script>");
    t.ok(`raw, ${width}: a search for markup finds it as text`, (await everyRow(view)).length === 2);
    await view.close(t, `raw, ${width}`);
  }
}

async function nobody(w) {
  const { t } = w;
  const { view, result } = await draw(w, { meeting: "Review of ten", person: "Ada Bell", show: "absent" });
  if (!t.equal("a call may find nobody", result.structuredContent?.people ?? result, [])) return;
  t.equal("then nobody is drawn", await shown(view), 0);
  t.equal("and the summary still says what is known", await view.text("#summary"), result.structuredContent.summary);
  t.ok("and it does not read as an error", await view.frame.locator("#error").isHidden());
  await view.close(t, "nobody");
}
