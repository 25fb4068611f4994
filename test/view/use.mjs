// What a person does with the view: filters, sorts, searches, looks closer, by pointer and by keyboard alone.
import { draw, everyRow, names, rows, truth } from "./world.mjs";

export const title = "Use";

export async function run(w) {
  const { t } = w;
  await t.attempt("filters", () => filters(w));
  await t.attempt("search", () => search(w));
  await t.attempt("sorting", () => sorting(w));
  await t.attempt("keyboard", () => keyboard(w));
  await t.attempt("pointer", () => pointer(w));
}

const KEEP = {
  all: () => true,
  attended: (p) => p.status === "attended",
  absent: (p) => p.status === "absent",
  guests: (p) => p.status === "guest",
  late: (p) => p.late > 0,
  left_early: (p) => p.early > 0,
  here_now: (p) => p.here,
};

async function filters(w) {
  const { t } = w;
  for (const meeting of ["Review of ten", "Crowd of 500"]) {
    const want = await truth(w, { meeting });
    const { view } = await draw(w, { meeting });
    for (const [filter, keep] of Object.entries(KEEP)) {
      const fitting = want.people
        .filter(keep)
        .map((p) => p.name)
        .sort();
      const button = view.frame.locator(`#filters button[data-filter="${filter}"]`);
      if (fitting.length === 0) {
        t.equal(`${meeting}, ${filter}: nobody fits, no filter`, await button.count(), 0);
        continue;
      }
      t.ok(
        `${meeting}, ${filter}: says how many`,
        new RegExp(`\\b${fitting.length}$`).test(await button.innerText()),
        await button.innerText(),
      );
      await button.click();
      t.equal(`${meeting}, ${filter}: shows those who fit`, (await names(view)).sort(), fitting);
      const pressed = await view.frame
        .locator('#filters [aria-pressed="true"]')
        .evaluateAll((els) => els.map((el) => el.dataset.filter));
      t.equal(`${meeting}, ${filter}: is the one pressed`, pressed, [filter]);
      const count = await view.frame.locator("#people").getAttribute("aria-rowcount");
      t.equal(`${meeting}, ${filter}: rows are counted`, count, String(fitting.length + 1));
    }
    await view.close(t, `filters of ${meeting}`);
  }
}

async function search(w) {
  const { t } = w;
  const { view } = await draw(w, { meeting: "Review of ten" });
  const box = view.frame.locator("#search");
  const finds = {
    zoe: ["Zoë Lindqvist"],
    "C-8": ["Omar Late"],
    محمد: ["محمد الفارسي"],
    李: ["李娜"],
    "guest of": ["Guest of Contoso"],
  };
  for (const [text, want] of Object.entries(finds)) {
    await box.fill(text);
    t.equal(`search for ${text}`, await names(view), want);
  }
  await box.fill(".*(");
  t.equal("search for what nobody is called", await names(view), []);
  t.ok("and that is said", (await view.text("#status")).trim() !== "", await view.text("#status"));
  await box.fill("");
  t.equal("without a search everybody is back", (await names(view)).length, 10);
  t.equal("and nothing is said any more", (await view.text("#status")).trim(), "");
  await view.frame.locator('#filters button[data-filter="absent"]').click();
  await box.fill("Vera");
  t.equal("search within a filter", await names(view), ["Vera Absent"]);
  await view.close(t, "search");
}

async function sorting(w) {
  const { t } = w;
  const want = await truth(w, { meeting: "Crowd of 500" });
  const people = new Map(want.people.map((p) => [p.name, p]));
  const { view } = await draw(w, { meeting: "Crowd of 500" });
  const rank = ["attended", "guest", "absent"];
  const collator = new Intl.Collator("en", { sensitivity: "base", numeric: true });
  const orders = {
    name: (a, b) => collator.compare(a.name, b.name),
    status: (a, b) => rank.indexOf(a.status) - rank.indexOf(b.status),
    minutes: (a, b) => a.minutes - b.minutes,
    present: (a, b) =>
      (a.spans[0]?.[0] ?? Infinity) === (b.spans[0]?.[0] ?? Infinity)
        ? 0
        : (a.spans[0]?.[0] ?? Infinity) - (b.spans[0]?.[0] ?? Infinity),
  };
  for (const [sort, order] of Object.entries(orders)) {
    const button = view.frame.locator(`th button[data-sort="${sort}"]`);
    for (let turn = 0; turn < 2; turn++) {
      await button.click();
      const sorted = await view.frame
        .locator('th:is([aria-sort="ascending"], [aria-sort="descending"])')
        .evaluateAll((ths) => ths.map((th) => [th.querySelector("button").dataset.sort, th.getAttribute("aria-sort")]));
      t.ok(`by ${sort}: one head says so`, sorted.length === 1 && sorted[0][0] === sort, sorted);
      const sign = sorted[0]?.[1] === "descending" ? -1 : 1;
      const found = (await everyRow(view)).map((row) => people.get(row.name));
      const bad = found.findIndex((p, i) => i > 0 && sign * order(found[i - 1], p) > 0);
      t.ok(`by ${sort}, ${sorted[0]?.[1]}: 500 rows are in order`, found.length === 500 && bad < 0, [
        found.length,
        bad,
        found.slice(Math.max(0, bad - 2), bad + 2),
      ]);
    }
  }
  await view.close(t, "sorting");
}

// focused describes the element that has the focus, and whether one sees that.
const focused = (view) =>
  view.frame.evaluate(() => {
    const el = document.activeElement;
    const { outlineStyle, outlineWidth } = getComputedStyle(el);
    return {
      what:
        el === document.body
          ? "body"
          : (Object.keys(el.dataset)[0] ?? (el.id || (el.closest("tr[data-row]") ? "row" : el.tagName))),
      value: Object.values(el.dataset)[0],
      row: el.closest("tr[data-row]")?.dataset.row,
      visible: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2,
    };
  });

async function keyboard(w) {
  const { t } = w;
  const { view } = await draw(w, { meeting: "Crowd of 500" });
  const press = (key) => view.page.keyboard.press(key);
  await view.frame.evaluate(() => window.focus());
  const stops = [];
  for (let i = 0; i < 30; i++) {
    await press("Tab");
    const at = await focused(view).catch(() => undefined);
    if (!at || at.what === "body") break;
    stops.push(at);
    if (stops.length > 1 && at.what === stops[0].what && at.value === stops[0].value) break;
  }
  const order = stops.map((s) => s.what).filter((what, i, all) => what !== all[i - 1] && what !== "list");
  t.equal("Tab goes through filters, search, heads, list and buttons", order.slice(0, 5), [
    "filter",
    "search",
    "sort",
    "row",
    "action",
  ]);
  t.equal("the list is one stop", stops.filter((s) => s.what === "row").length, 1);
  t.equal(
    "the focus is seen at each stop",
    stops.filter((s) => !s.visible),
    [],
  );

  await view.frame.locator("th button").last().focus();
  for (let i = 0; i < 3 && (await focused(view)).what !== "row"; i++) await press("Tab");
  t.equal("the first row", (await focused(view)).row, "0");
  await press("ArrowDown");
  await press("ArrowDown");
  t.equal("ArrowDown goes down", (await focused(view)).row, "2");
  await press("ArrowUp");
  t.equal("ArrowUp goes up", (await focused(view)).row, "1");
  await press("Enter");
  const name = (await rows(view)).find((row) => row.row === 1).name;
  t.ok("Enter tells more of the person", (await view.text("#details")).includes(name), await view.text("#details"));
  await press("Escape");
  t.ok("Escape closes that", await view.frame.locator("#details").isHidden());
  t.equal("and the focus is still on the row", (await focused(view)).row, "1");
  await press("End");
  t.equal("End goes to the last of 500", (await focused(view)).row, "499");
  const inSight = await view.frame.evaluate(() => {
    const list = document.querySelector("#list").getBoundingClientRect();
    const row = document.activeElement.getBoundingClientRect();
    return row.top >= list.top && row.bottom <= list.bottom + 1;
  });
  t.ok("which is in sight", inSight);
  await press("ArrowDown");
  t.equal("there is nothing below", (await focused(view)).row, "499");
  await press("Home");
  t.equal("Home goes to the first", (await focused(view)).row, "0");
  const hidden = await view.frame.evaluate(() => {
    const head = document.querySelector("#people thead").getBoundingClientRect();
    return document.activeElement.getBoundingClientRect().top < head.bottom - 1;
  });
  t.ok("which is not below the head", !hidden);
  await press("PageDown");
  t.ok("PageDown goes on by a page", Number((await focused(view)).row) > 3, await focused(view));
  await view.frame.locator('#filters button[data-filter="late"]').focus();
  await press("Enter");
  const after = await focused(view);
  t.equal("a filter keeps the focus when it is chosen", [after.what, after.value], ["filter", "late"]);
  await press("Tab");
  t.ok("and Tab goes on from there", (await focused(view)).what !== "body", await focused(view));
  await view.frame.locator('th button[data-sort="name"]').focus();
  await press("Space");
  t.equal("so does a head", [(await focused(view)).value], ["name"]);
  await view.close(t, "keyboard");
}

async function pointer(w) {
  const { t } = w;
  const { view } = await draw(w, { meeting: "Review of ten" });
  const row = (name) => view.frame.locator("#people tr[data-row]", { hasText: name });
  await row("Zoë Lindqvist").click();
  const details = await view.text("#details");
  for (const part of ["Zoë Lindqvist", "c-2", "14:00", "14:15", "14:22", "14:45"])
    t.ok(`details have ${part}`, details.includes(part), details);
  const expanded = row("Zoë Lindqvist").locator("[aria-expanded]");
  t.equal("the row says that it is open", await expanded.getAttribute("aria-expanded"), "true");
  await row("Omar Late").click();
  t.ok(
    "another row takes its place",
    /Omar Late[\s\S]*17 min/.test(await view.text("#details")),
    await view.text("#details"),
  );
  await row("Vera Absent").click();
  t.ok("of somebody absent it says that", /absent/i.test(await view.text("#details")), await view.text("#details"));
  await row("Vera Absent").click();
  t.ok("a second click closes it", await view.frame.locator("#details").isHidden());
  const before = await view.frame.locator("#people tr[data-row]").count();
  t.equal(
    "a closed picture has no empty band",
    [before, await view.frame.locator("#details").evaluate((el) => el.getBoundingClientRect().height)],
    [10, 0],
  );
  await view.close(t, "pointer");
}
