// What every section of the checks uses: an account with meetings, the program before it, and the stage.
import { startAccount } from "./account.mjs";
import * as meetings from "./meetings.mjs";
import { connect, resource } from "./server.mjs";
import { Stage } from "./stage.mjs";

export const ATTENDANCE = "get_meeting_attendance";
export const COMPARISON = "compare_attendance";

// open starts all of it.
export async function open(t, bin) {
  const made = {
    ten: meetings.ten(),
    hundreds: meetings.crowd(2, "Crowd of 500", 500),
    thousands: meetings.crowd(3, "Crowd of 5000", 5000),
    hostile: meetings.hostile(),
    live: meetings.live(),
    weekly: meetings.weekly(),
    rtl: meetings.rtl(),
    never: meetings.never(),
    wordy: meetings.crowd(
      9,
      "Crowd with long ids",
      5000,
      (n) => `person-${n}@${"a-long-department-name.".repeat(2)}example`,
    ),
  };
  const account = await startAccount(Object.values(made).map(([meeting]) => meeting));
  const { environment } = account;
  const stage = await Stage.open();
  const client = await connect({ bin, environment });
  const w = { t, bin, environment, stage, client, made, ui: await resource(client) };
  w.close = async () => {
    await client.close();
    await stage.close();
    account.stop();
  };
  return w;
}

// ask calls a tool as a host does for its model.
export const ask = (w, name, args, client = w.client) => client.callTool({ name, arguments: args });

// load is a view without a result yet.
export function load(w, { tool = ATTENDANCE, client = w.client, ui = w.ui, context, ...options } = {}) {
  return w.stage.load({
    client,
    ...ui,
    context: { toolInfo: { tool: { name: tool, inputSchema: { type: "object" } } }, ...context },
    ...options,
  });
}

// draw calls a tool and shows what it answers.
export async function draw(w, args, { tool = ATTENDANCE, client = w.client, change = (r) => r, ...options } = {}) {
  const result = change(await ask(w, tool, args, client));
  const view = await load(w, { tool, client, ...options });
  const began = await view.show(args, result);
  return { view, result, began };
}

// truth is what a view of an attendance has to show, from the structured content of a call that asks for spans.
export async function truth(w, args) {
  const people = [];
  for (;;) {
    const asked = { ...args, spans: true, limit: 500, offset: people.length };
    const { structuredContent: page } = await ask(w, ATTENDANCE, asked);
    people.push(...page.people);
    if (!page.left_out) return { ...page, people: people.map(person) };
  }
}

function person(p) {
  const spans = (p.spans ?? []).map((s) => s.split("/").map((time) => Date.parse(time) / 1000));
  return {
    name: p.name,
    id: p.custom_participant_id ?? "",
    status: p.status ?? "attended",
    minutes: p.minutes_present ?? 0,
    late: p.late_by_minutes ?? 0,
    early: p.left_early_by_minutes ?? 0,
    here: p.here_now ?? false,
    spans,
  };
}

// rows reads the rows that are in the document, with what is drawn in them, in pixels from the track's left.
export function rows(view) {
  return view.frame.evaluate(() => {
    const inside = (tr, selector) => [...tr.querySelectorAll(selector)];
    const text = (tr, selector) => tr.querySelector(selector)?.textContent.trim();
    return [...document.querySelectorAll("#people tr[data-row]")].map((tr) => {
      const track = tr.querySelector(".track");
      const box = track.getBoundingClientRect();
      const place = (el, of = box) => {
        const r = el.getBoundingClientRect();
        return { from: r.left - of.left, to: r.right - of.left };
      };
      return {
        row: Number(tr.dataset.row),
        index: Number(tr.getAttribute("aria-rowindex")),
        name: text(tr, "td.name"),
        status: inside(tr, "td.status .tag").map((el) => el.textContent),
        minutes: text(tr, "td.minutes"),
        width: box.width,
        bars: inside(track, ".bar").map((el) => place(el)),
        late: inside(track, ".mark.late").map((el) => place(el)),
        early: inside(track, ".mark.early").map((el) => place(el)),
        cells: inside(track, ".cell").map((cell) => ({
          ...place(cell),
          text: cell.textContent,
          bars: inside(cell, ".bar").map((el) => place(el, cell.getBoundingClientRect())),
        })),
      };
    });
  });
}

// everyRow scrolls through the list, and returns each row once, or those around some places of the list.
export async function everyRow(view, places) {
  const found = new Map();
  const list = view.frame.locator("#list");
  const { height, seen } = await list.evaluate((el) => ({ height: el.scrollHeight, seen: el.clientHeight }));
  const stops = places?.map((part) => part * (height - seen)) ?? [];
  if (!places) for (let top = 0; top < height; top += seen) stops.push(top);
  for (const top of stops) {
    await list.evaluate((el, to) => {
      el.scrollTop = to;
      return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    }, top);
    for (const row of await rows(view)) found.set(row.row, row);
  }
  return [...found.values()].sort((a, b) => a.row - b.row);
}

export const names = async (view) => (await everyRow(view)).map((row) => row.name);
