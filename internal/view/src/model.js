// What the server sends of an attendance, and what is shown of it. The form of the
// messages is that of the package timeline.

import { clock } from "./time.js";

const STATUSES = ["attended", "guest", "absent"];
const HERE = 1;
const FROM_ASSUMED = 2;
const TO_ASSUMED = 4;
const NEVER = 1e12; // seconds
const BRIEF = 60; // seconds; a shorter break is a reconnect or a change of rooms, and no absence
const UNKNOWN = "an unknown time";

/** read turns a page of the server's into a model. It throws if it is none. */
export function read(page) {
  if (!page.columns.length) throw new TypeError("no sessions");
  return { ...page, people: page.people.map((row, i) => person(row, page, page.offset + i)) };
}

function person([name, id, status, minutes, marks, ...visits], { columns, compared }, index) {
  const p = { index, name, id, status: STATUSES[status], rank: status, minutes, marks, visits: visits.map((v) => visit(v, columns)) };
  p.late = p.visits.filter((v) => v.late).length;
  p.early = p.visits.filter((v) => v.early).length;
  p.here = p.visits.some((v) => v.here);
  const first = p.visits[0];
  // A comparison keeps the answer's order; in an attendance those who did not come are last.
  p.joined = compared ? index : first ? first.spans[0][0] : NEVER;
  return p;
}

function visit([column, late, early, away, bits, ...steps], columns) {
  const spans = [];
  let at = columns[column].from;
  for (let i = 0; i < steps.length; i += 2) {
    const from = at + steps[i];
    at = from + steps[i + 1];
    if (i && steps[i] < BRIEF) spans[spans.length - 1][1] = at;
    else spans.push([from, at]);
  }
  return {
    column, late, early, away, spans, bits, here: bits & HERE,
  };
}

/** minutes are those of the day of all times in a text. */
const minutes = (text) => text.match(/\d+:\d+/g).map((time) => time.slice(0, -3) * 60 + +time.slice(-2));

/** fromAnswer is a model of the structured content alone, in which rows may be left out. */
export function fromAnswer(answer) {
  const seconds = (t) => Date.parse(t) / 1000;
  const { title, summary, notes, people, as_of: now, live } = answer;
  const columns = (answer.weeks || answer.sessions).map((s) => ({
    session: s.session_id, label: s.week, from: seconds(s.started_at), to: seconds(s.last_left || s.ended_at || now), live,
  }));
  const compared = answer.attended === undefined;
  if (!compared && columns.length > 1) throw new TypeError("no spans");
  const [{ from, to }] = columns;
  const begun = compared || minutes(clock(answer.timezone).time(from))[0];
  const rows = people.map((p) => {
    const status = p.marks ? (p.not_on_roster ? 1 : p.came ? 0 : 2) : Math.max(0, STATUSES.indexOf(p.status));
    const row = [p.name || "", p.custom_participant_id || "", status, p.minutes_present || 0, p.marks || ""];
    if (!compared && status < 2) {
      const away = (p.away || []).flatMap(minutes).map((m) => from - (from % 60) + ((m - begun + 1440) % 1440) * 60);
      const ends = p.spans?.flatMap((s) => s.split("/").map(seconds)) || [seconds(p.joined), ...away, seconds(p.left) || to];
      const bits = (p.here_now && HERE) | (p.joined_unknown && FROM_ASSUMED) | (p.left_unknown && TO_ASSUMED);
      const gone = away.reduce((n, t, i) => n + (i % 2 ? t : -t) / 60, 0);
      row.push([0, p.late_by_minutes | 0, p.left_early_by_minutes | 0, gone, bits, ...ends.map((t, i) => t - (ends[i - 1] || from))]);
    }
    return row;
  });
  return read({
    title, summary, notes, columns, people: rows, meeting: answer.meeting_id, zone: answer.timezone, as_of: seconds(now),
    compared, total: answer.people_matching, offset: 0,
  });
}

const count = (marks, mark) => marks.split(mark).length - 1;
const missed = (p) => count(p.marks, "-");

/** filters are those that keep somebody, with how many. The first keeps everybody. */
export function filters(model) {
  const { people, compared, columns } = model;
  const is = (status) => (p) => p.status === status;
  const attended = is("attended");
  return [
    ["all", "Everybody", () => true],
    ...(compared
      ? [["always", "Missed none", (p) => attended(p) && !missed(p)], ["some", "Missed some", (p) => attended(p) && missed(p)]]
      : [["attended", "Attended", attended]]),
    ["absent", columns.length > 1 ? "Came to none" : "Absent", is("absent")],
    ["guests", "Not on the roster", is("guest")],
    ["late", "Late", (p) => p.late],
    ["left_early", "Left early", (p) => p.early],
    ["here_now", "Here now", (p) => p.here],
  ]
    .map(([name, label, keep]) => ({ name, label, keep, count: people.filter(keep).length }))
    .filter((f) => f.name === "all" || f.count);
}

/** tags are a person's status in words, each with a kind for its colour. */
export function tags(p, model) {
  const n = model.columns.length;
  if (p.status === "absent") return [["absent", n > 1 ? "came to none" : "absent"]];
  const out = [];
  if (p.status === "guest") out.push(["guest", "not on the roster"]);
  if (p.here) out.push(["here", "here now"]);
  if (n > 1) {
    const times = p.marks ? count(p.marks, "x") : p.visits.length;
    out.push(["came", `came to ${times} of ${p.marks ? n - count(p.marks, ".") || times : n}`]);
    if (p.late) out.push(["late", `late ${p.late} of ${n}`]);
    if (p.early) out.push(["early", `left early ${p.early} of ${n}`]);
    return out;
  }
  for (const v of p.visits) out.push(...verdict(v));
  return out.length ? out : [["came", "attended"]];
}

const collator = new Intl.Collator(undefined, { sensitivity: "base", numeric: true });
const byName = (a, b) => collator.compare(a.name, b.name) || a.index - b.index;

/** orders compare two people. Each falls back on the name. */
export const orders = {
  name: byName,
  status: (a, b) =>
    a.rank - b.rank || b.late + b.early - a.late - a.early || byName(a, b),
  present: (a, b) => a.joined - b.joined || byName(a, b),
  minutes: (a, b) => b.minutes - a.minutes || byName(a, b),
};

const folded = (s) => s.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/** select are the people whom a filter and a search keep, in an order. */
export function select(model, { filter, search, sort, reverse }) {
  const { keep } = filters(model).find((f) => f.name === filter);
  const text = folded(search || "").trim();
  const fits = (p) => !text || folded(`${p.name} ${p.id}`).includes(text);
  const out = model.people.filter((p) => keep(p) && fits(p)).sort(orders[sort]);
  return reverse ? out.reverse() : out;
}

/** presence is a visit in words, for whoever cannot see a bar or points at it. */
export function presence(v, shown) {
  const times = v.spans.map((span) => span.map(shown.time));
  const last = times.at(-1);
  if (v.bits & FROM_ASSUMED) times[0][0] = UNKNOWN;
  if (v.bits & TO_ASSUMED) last[1] = UNKNOWN;
  if (v.here) last[1] = "now";
  return times.map((span) => span.join(" to ")).join(", ");
}

/** verdict is what else is to be said of a visit, each with a kind for its colour. */
export function verdict(v) {
  const out = [];
  if (v.late) out.push(["late", `${v.late} min late`]);
  if (v.early) out.push(["early", `left ${v.early} min early`]);
  if (v.away) out.push(["away", `away ${v.away} min`]);
  return out;
}

/** words are all that is to be said of a visit. */
export const words = (v, shown) => [presence(v, shown), ...verdict(v).map(([, text]) => text)].join(", ");
