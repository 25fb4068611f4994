// The table's rows. Only those in sight are in the document, since there can be thousands.

import { make, strange } from "./dom.js";
import { tags } from "./model.js";
import { track } from "./picture.js";

const SPARE = 8; // rows above and below those in sight

/** rows shows people in a table whose rows are all of one height, within a box that scrolls. */
export function rows(box, table, choose) {
  const body = table.tBodies[0];
  const above = make("tr", { className: "room", "aria-hidden": "true" });
  const below = above.cloneNode();
  let people = [];
  let model;
  let shown;
  let active = 0; // the row that the Tab key reaches
  let open = null; // the person whose details are shown
  let drawn = "";

  function row(p, i) {
    const name = make(
      "button",
      { className: "who", tabIndex: i === active ? 0 : -1, "aria-expanded": p === open },
      strange(p.name || "(unnamed)"),
    );
    const cell = (className, ...children) => make("td", { className }, ...children);
    const words = tags(p, model).map(([kind, text]) => make("span", { className: `tag ${kind}` }, text));
    return make(
      "tr",
      { "aria-rowindex": i + 2, "data-row": i },
      cell("name", name),
      cell("status", ...words),
      cell("present", track(p, model, shown)),
      cell("minutes", p.minutes || p.visits.length ? `${p.minutes}` : "–"),
    );
  }

  const height = () => parseFloat(getComputedStyle(table).getPropertyValue("--row"));

  function draw(anew) {
    const h = height();
    const from = Math.max(0, Math.floor(box.scrollTop / h) - SPARE);
    const to = Math.min(people.length, Math.ceil((box.scrollTop + box.clientHeight) / h) + SPARE);
    const now = `${from} ${to} ${h}`;
    if (!anew && now === drawn) return;
    drawn = now;
    const focused = body.contains(document.activeElement);
    above.style.height = `${from * h}px`;
    below.style.height = `${(people.length - to) * h}px`;
    body.replaceChildren(above, ...people.slice(from, to).map((p, i) => row(p, from + i)), below);
    if (focused) focus();
  }

  function focus() {
    const button = body.querySelector(`[data-row="${active}"] button`);
    if (button) button.focus({ preventScroll: true });
  }

  function go(i) {
    active = Math.min(people.length - 1, Math.max(0, i));
    const h = height();
    const head = table.tHead.offsetHeight;
    box.scrollTop = Math.max(Math.min(box.scrollTop, active * h), (active + 1) * h + head - box.clientHeight);
    draw(true);
    focus();
  }

  body.addEventListener("keydown", (e) => {
    const page = Math.max(1, Math.floor(box.clientHeight / height()) - 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -active, End: people.length };
    if (!steps[e.key]) return;
    e.preventDefault();
    go(active + steps[e.key]);
  });
  body.addEventListener("click", (e) => {
    const tr = e.target.closest("[data-row]");
    if (!tr) return;
    active = Number(tr.dataset.row);
    choose(people[active] === open ? null : people[active]);
  });
  box.addEventListener("scroll", () => draw());

  return {
    draw,
    focus,
    show(list, of, clock) {
      [people, model, shown] = [list, of, clock];
      active = Math.min(active, Math.max(0, people.length - 1));
      table.setAttribute("aria-rowcount", people.length + 1);
      draw(true);
    },
    open(p) {
      open = p;
      draw(true);
    },
  };
}
