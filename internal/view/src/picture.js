// What is drawn in a row, and above the rows.

import { at, make } from "./dom.js";
import { presence, words } from "./model.js";
import { ticks } from "./time.js";

const part = (t, { from, to }) => (to > from ? (t - from) / (to - from) : 0);

/** bars are a visit's spans, with a mark where somebody came late or left early. */
function bars(v, column, kind) {
  const out = v.spans.map(([from, to]) => at(make("i", { className: `bar ${kind}` }), part(from, column), part(to, column)));
  if (v.here) out.at(-1).classList.add("on");
  if (v.late) out.push(at(make("i", { className: "mark late" }), part(v.spans[0][0], column)));
  if (v.early) out.push(at(make("i", { className: "mark early" }), part(v.spans.at(-1)[1], column)));
  return out;
}

/** track draws a person: an axis, or a cell for each session. */
export function track(p, model, shown) {
  const { columns } = model;
  if (columns.length === 1 && !model.compared) {
    const [v] = p.visits;
    const box = make("div", { className: v ? "track" : "track none" });
    if (v) {
      box.append(...bars(v, columns[0], p.status));
      box.title = presence(v, shown);
    }
    box.append(make("span", { className: "sr" }, v ? box.title : "not there"));
    return box;
  }
  const box = make("div", { className: "track grid" });
  const visits = new Map(p.visits.map((v) => [v.column, v]));
  columns.forEach((column, i) => box.append(cell(visits.get(i), column, p, p.marks[i], shown)));
  return box;
}

function cell(v, column, p, mark, shown) {
  const when = column.from ? shown.day(column.from) : column.label;
  const box = make("div", { className: "cell" });
  let what = "not there";
  if (v) {
    box.append(...bars(v, column, p.status));
    what = words(v, shown);
  } else if (mark === "x") {
    box.append(at(make("i", { className: `bar ${p.status}` }), 0, 1));
    what = "came";
  } else if (mark === ".") {
    box.classList.add("blank");
    what = "not invited";
  } else if (mark) {
    box.classList.add("none");
    what = "missed";
  }
  box.title = `${when}: ${what}`;
  box.append(make("span", { className: "sr" }, `${box.title}. `));
  return box;
}

/** axis names the times of the only session, or the days of several. */
export function axis(model, shown, width) {
  const { columns } = model;
  const room = (each) => Math.max(1, Math.floor(width / each));
  if (columns.length === 1 && !model.compared) {
    const [c] = columns;
    return ticks(c.from, c.to, room(70), shown).map((t) => tick(shown.time(t), part(t, c)));
  }
  const every = Math.ceil(columns.length / room(56));
  return columns.flatMap((c, i) =>
    i % every ? [] : tick(c.from ? shown.day(c.from) : c.label, (i + 0.5) / columns.length));
}

/** tick is a label above a place, or beside it at the ends. */
function tick(text, place) {
  const el = at(make("span", { className: "tick" }, text), place);
  el.style.translate = place < 0.05 ? "0" : place > 0.95 ? "-100%" : "-50%";
  return el;
}
