// Accessibility, by axe-core and by what a screen reader is told.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { ask, draw, load, ATTENDANCE, COMPARISON } from "./world.mjs";

export const title = "Accessibility";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export async function run(w) {
  const { t } = w;
  await t.attempt("axe finds something", () => control(w));
  for (const theme of ["light", "dark"]) {
    for (const width of [320, 760]) await t.attempt(`${theme}, ${width}`, () => pictures(w, theme, width));
  }
  await t.attempt("tree", () => tree(w));
}

// violations are what axe-core finds in a frame, all of its rules taken together, and the contrasts that it measured.
export async function violations(frame) {
  await frame.evaluate(AXE);
  return frame.evaluate(async () => {
    const {
      violations: found,
      passes,
      incomplete,
    } = await window.axe.run(document, { resultTypes: ["violations", "passes", "incomplete"] });
    const briefly = ({ id, nodes }) =>
      `${id}: ${nodes
        .slice(0, 3)
        .map((n) => `${n.html.slice(0, 120)} ${n.any[0]?.message ?? ""}`)
        .join(" | ")}`;
    const contrasts = passes.find((rule) => rule.id === "color-contrast")?.nodes.length ?? 0;
    return { found: found.map(briefly), contrasts, unsure: incomplete.map(briefly) };
  });
}

// control makes sure that axe-core is at work: a document with faults has some.
async function control(w) {
  const page = await w.stage.browser.newPage();
  await page.setContent('<body style="background:#fff"><p style="color:#ddd">faint</p><img src="data:,"><input>');
  const { found } = await violations(page.mainFrame());
  for (const rule of ["color-contrast", "image-alt", "label"])
    w.t.ok(
      `axe-core finds a fault of ${rule}`,
      found.some((v) => v.startsWith(rule)),
      found,
    );
  await page.close();
}

async function pictures(w, theme, width) {
  const { t } = w;
  const options = { width, context: { theme } };
  const cases = [
    ["ten", { meeting: "Review of ten" }, ATTENDANCE],
    ["500", { meeting: "Crowd of 500" }, ATTENDANCE],
    ["live", { meeting: "Live now" }, ATTENDANCE],
    ["right to left", { meeting: "مراجعة التصميم" }, ATTENDANCE],
    ["hostile", { meeting: "Hostile" }, ATTENDANCE],
    ["several sessions", { meeting: "Weekly of six", sessions: "all" }, ATTENDANCE],
    ["comparison", { meetings: ["Weekly of six"], sessions: 6 }, COMPARISON],
  ];
  // Each in one light and one width at least, and the first in all.
  const both = (theme === "dark") === (width === 320);
  for (const [name, args, tool] of both ? cases : cases.slice(0, 1)) {
    const label = `${name}, ${theme}, ${width}`;
    const { view } = await draw(w, args, { tool, ...options });
    await judge(t, view, label);
    await view.frame.locator("#people tr[data-row]").first().click();
    await view.frame.locator("#filters button").last().click();
    await judge(t, view, `${label}, with details and a filter`);
    await view.close(t, label);
  }
  const failed = await load(w, options);
  await failed.show({ meeting: "Never held" }, await ask(w, ATTENDANCE, { meeting: "Never held" }));
  await judge(t, failed, `an error, ${theme}, ${width}`, 1);
  await failed.close(t, `an error, ${theme}, ${width}`);
}

async function judge(t, view, label, least = 10) {
  const { found, contrasts, unsure } = await violations(view.frame);
  t.equal(`${label}: no violation`, found, []);
  t.ok(`${label}: ${contrasts} contrasts were measured, ${unsure.length} rules unsure`, contrasts >= least, [
    contrasts,
    unsure,
  ]);
}

// tree looks at what a screen reader is told of the table.
async function tree(w) {
  const { t } = w;
  const { view } = await draw(w, { meeting: "Review of ten" }, { width: 320 });
  for (const width of [320, 760]) {
    await view.host("width", width);
    await view.frame.waitForFunction((px) => innerWidth === px, width);
    const { frame } = view;
    t.equal(
      `${width}: a table with the title as its name`,
      await frame.getByRole("table", { name: "Review of ten" }).count(),
      1,
    );
    t.equal(`${width}: its rows`, await frame.getByRole("row").count(), 11);
    t.equal(`${width}: its heads`, await frame.getByRole("columnheader").count(), 4);
    t.equal(`${width}: its cells`, await frame.getByRole("cell").count(), 40);
    const row = frame.getByRole("row", { name: /Zoë Lindqvist/ });
    const name = await row.evaluate((tr) => tr.textContent);
    t.ok(
      `${width}: bars in words`,
      ["14:00", "14:15", "14:22", "14:45"].every((time) => name.includes(time)),
      name,
    );
    t.ok(
      `${width}: so is an absence`,
      /absent/.test(await frame.getByRole("row", { name: /Vera Absent/ }).textContent()),
    );
  }
  const status = await view.frame.getByRole("status").count();
  t.ok("there is a place for what is said by the way", status >= 1, status);
  await view.close(t, "tree");
}
