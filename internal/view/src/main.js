// The view: it shakes hands with the host, draws what a tool answered, and goes on from there.

import { messages, save, say } from "./actions.js";
import { details } from "./details.js";
import { $, make, strange } from "./dom.js";
import { connect } from "./host.js";
import { filters, select } from "./model.js";
import { source, textOf } from "./pages.js";
import { axis } from "./picture.js";
import { rows } from "./rows.js";
import { clock } from "./time.js";

const REFRESH = 60_000; // milliseconds between two looks at a live session

let can = {};
let context = {};
let given = {}; // arguments of the call
let pages;
let model;
let shown; // the clock
let timer;
let opened; // the person whose details are shown
let generation = 0; // of the answer, so that a late page does not reach the next
const view = { filter: "all", search: "", sort: "present", reverse: false };
const list = rows($("#list"), $("#people"), open);
const root = document.documentElement;

const host = connect({
  __proto__: null, // so that no method is named as what all objects have
  "tool-input": (p) => (given = p.arguments || {}),
  "tool-result": (p) => ready.then(() => answered(p)),
  "tool-cancelled": () => fail("The call was cancelled."),
  "host-context-changed": dress,
  "resource-teardown": () => clearInterval(timer),
});

const ready = host.begin().then(
  (hello) => {
    can = hello.can;
    dress(hello.context);
  },
  (e) => fail(e.message),
);

async function answered(result) {
  const mine = ++generation;
  if (result.isError) return fail(textOf(result));
  const { attended } = result.structuredContent || {};
  pages = source(host, can, attended === undefined, given);
  let drawn;
  try {
    drawn = await pages.first(result);
  } catch {
    return fail("This answer cannot be drawn. Its text is complete.");
  }
  if (mine !== generation) return;
  draw(drawn);
  await complete(mine);
  clearInterval(timer);
  if (can.serverTools && live()) timer = setInterval(refresh, REFRESH);
}

const live = () => model.columns.some((c) => c.live);

/** complete fetches those who did not fit into the answer. */
async function complete(mine) {
  const so = () => `${model.people.length} of ${model.total} people are drawn`;
  try {
    await pages.rest(model, () => {
      if (mine !== generation) throw 0;
      update();
      tell(`${so()} so far.`);
    });
    tell(model.people.length < model.total ? `Only ${so()}.` : "");
  } catch (e) {
    if (mine === generation) tell(`Only ${so()}: ${e.message}`);
  }
}

function draw(drawn) {
  model = drawn;
  shown = clock(model.zone);
  $("#error").hidden = true;
  $("#picture").hidden = false;
  $("#title").replaceChildren(strange(model.title || "(untitled)"));
  $("#summary").textContent = model.summary;
  $("#notes").replaceChildren(...(model.notes || []).map((note) => make("li", {}, note)));
  open(opened && model.people.find((p) => p.name === opened.name && p.id === opened.id));
  update();
  resized();
  document.body.dataset.ready = 1;
}

/** update draws all that depends on what the user chose. */
function update() {
  const all = filters(model);
  if (!all.some((f) => f.name === view.filter)) view.filter = "all";
  const { filter } = document.activeElement.dataset;
  $("#filters").replaceChildren(...all.map((f) =>
    make("button", { "data-filter": f.name, "aria-pressed": f.name === view.filter }, `${f.label} ${f.count}`)));
  if (filter) $(`[data-filter=${view.filter}]`).focus();
  for (const button of document.querySelectorAll("[data-sort]")) {
    const { sort } = button.dataset;
    const direction = (sort === "minutes") === view.reverse ? "ascending" : "descending";
    const given = model.compared && sort === "present"; // the answer's order
    button.parentElement.setAttribute("aria-sort", sort === view.sort && !given ? direction : "none");
  }
  const one = model.columns.length === 1 && !model.compared;
  $("[data-sort=present]").textContent = `${one ? "Present" : "Sessions"} (${shown.zone})`;
  scale();
  const people = select(model, view);
  list.show(people, model, shown);
  tell(people.length ? "" : "Nobody fits.");
  buttons();
}

function scale() {
  $("#axis").replaceChildren(...axis(model, shown, $("#axis").clientWidth));
}

function buttons() {
  const said = can.message ? messages(model) : {};
  const button = (action) => $(`[data-action=${action}]`);
  for (const action of ["followup", "thanks"]) {
    const [label] = said[action] || [];
    button(action).hidden = !label;
    button(action).textContent = label;
  }
  button("csv").hidden = !can.downloadFile || !can.serverTools;
  const full = button("fullscreen");
  full.hidden = !(context.availableDisplayModes || []).includes("fullscreen");
  full.textContent = isFull() ? "Leave full screen" : "Full screen";
}

function open(p) {
  opened = p;
  $("#details").hidden = !p;
  $("#details").replaceChildren(...(p ? details(p, model, shown) : []));
  list.open(p);
}

/** dress takes over how the host looks. */
function dress(changed) {
  context = { ...context, ...changed };
  const { theme, styles = {}, displayMode } = context;
  root.dataset.theme = theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  root.dataset.mode = displayMode;
  for (const [name, value] of Object.entries(styles.variables || {})) {
    if (/^--(color|font|border)-/.test(name) && value) root.style.setProperty(name, value);
  }
  if (model) {
    buttons();
    list.draw(true);
  }
}

const tell = (text) => ($("#status").textContent = text);

function fail(text) {
  generation++;
  clearInterval(timer);
  $("#picture").hidden = true;
  $("#error").hidden = false;
  $("#error").textContent = text;
  document.body.dataset.ready = 1;
  resized();
}

// A live session is looked at again while somebody sees it.
let seen = true;
new IntersectionObserver(([entry]) => (seen = entry.isIntersecting)).observe(root);

async function refresh() {
  if (document.hidden || !seen) return;
  const mine = generation;
  try {
    const next = await pages.again(model);
    if (mine !== generation) return;
    const top = $("#list").scrollTop;
    draw(next);
    $("#list").scrollTop = top;
    await complete(mine);
    if (!live()) clearInterval(timer);
  } catch (e) {
    tell(`This is as of ${shown.time(model.as_of)}: ${e.message}`);
  }
}

async function act(action) {
  if (action === "csv") return save(host, await pages.csv());
  if (action !== "fullscreen") return say(host, messages(model)[action][1]);
  const { mode } = await host.request("ui/request-display-mode", { mode: isFull() ? "inline" : "fullscreen" });
  dress({ displayMode: mode });
}

const isFull = () => context.displayMode === "fullscreen";

document.addEventListener("click", ({ target }) => {
  const { filter, sort, action } = (target.closest("button") || target).dataset;
  if (filter) {
    view.filter = filter;
    $("#list").scrollTop = 0;
    update();
  } else if (sort) {
    view.reverse = view.sort === sort && !view.reverse;
    view.sort = sort;
    update();
  } else if (action) {
    tell("");
    act(action).catch((e) => tell(e.message));
  }
});

document.addEventListener("keydown", ({ key }) => {
  if (key === "Escape" && opened) {
    open();
    list.focus();
  }
});

$("#search").addEventListener("input", ({ target }) => {
  view.search = target.value;
  $("#list").scrollTop = 0;
  update();
});

// The host gives the frame the height of what is drawn.
function resized() {
  const { width, height } = root.getBoundingClientRect();
  host.notify("size-changed", { width: Math.ceil(width), height: Math.ceil(height) });
}

let width = 0;
new ResizeObserver(() => {
  if (!model) return;
  if (width !== innerWidth) {
    width = innerWidth;
    scale();
    list.draw(true);
  }
  resized();
}).observe(root);
