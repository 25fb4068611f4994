// The page that "attendance --format html" writes, in a browser without a host: with scripts and without, on paper.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { violations } from "./access.mjs";
import { truth } from "./world.mjs";

export const title = "The page of --format html";

export async function run(w) {
  const { t } = w;
  const known = await write(w, ["--demo"], "design review");
  if (known.unknown) {
    console.log(`  skip  the program does not know it: ${known.unknown}`);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "view-"));
  try {
    for (const meeting of ["Review of ten", "Crowd of 500", "Hostile", "مراجعة التصميم", "Live now"]) {
      await t.attempt(meeting, () => page(w, folder, meeting));
    }
    await t.attempt("bars", () => bars(w, folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// write returns the page of a meeting, or why there is none.
function write(w, flags, meeting) {
  const args = [...flags, "attendance", meeting, "--format", "html"];
  const env = { PATH: process.env.PATH, ...w.environment };
  return new Promise((resolve, reject) => {
    execFile(w.bin, args, { env, maxBuffer: 64 << 20 }, (err, stdout, stderr) => {
      if (!err) resolve({ html: stdout });
      else if (/invalid argument "html"/.test(stderr)) resolve({ unknown: stderr.trim() });
      else reject(new Error(stderr));
    });
  });
}

// open shows a page from a file, and notes what it should not do.
async function open(w, folder, html, options) {
  const file = join(folder, "attendance.html");
  writeFileSync(file, html);
  const context = await w.stage.browser.newContext({ viewport: { width: 1000, height: 900 }, ...options });
  const tab = await context.newPage();
  const noise = [];
  tab.on("console", (m) => noise.push(m.text()));
  tab.on("pageerror", (err) => noise.push(String(err)));
  tab.on("request", (r) => r.url().startsWith("file:") || noise.push(r.url()));
  await tab.goto(pathToFileURL(file).href);
  return { tab, noise, close: () => context.close() };
}

async function page(w, folder, meeting) {
  const { t } = w;
  const { html } = await write(w, [], meeting);
  const want = await truth(w, { meeting });
  for (const options of [
    { colorScheme: "light" },
    { colorScheme: "dark" },
    { viewport: { width: 320, height: 700 } },
  ]) {
    const label = `${meeting}, ${JSON.stringify(options)}`;
    const { tab, noise, close } = await open(w, folder, html, options);
    const { found, contrasts } = await violations(tab.mainFrame());
    t.equal(`${label}: no violation for axe-core`, found, []);
    t.ok(`${label}: ${contrasts} contrasts were measured`, contrasts >= 10);
    t.equal(`${label}: nothing on the console, no request`, noise, []);
    await close();
  }
  // Without scripts, which an evaluation by the test does not need.
  const { tab, close } = await open(w, folder, html, { javaScriptEnabled: false });
  t.equal(`${meeting}: language`, await tab.locator("html").getAttribute("lang"), "en");
  t.ok(
    `${meeting}: title`,
    (await tab.title()).includes(want.title.replace(/<[^>]*>/g, "").slice(0, 4)),
    await tab.title(),
  );
  const text = await tab.locator("body").innerText();
  const missing = want.people
    .map((p) => p.name)
    .filter((name) => name && !text.includes(name.trim().replace(/\s+/g, " ")));
  t.equal(`${meeting}: everybody is on it, without a script`, missing, []);
  // A live session may be a minute older by now.
  const timeless = (words) => words.replace(/live for \d+ minutes?/, "live");
  t.ok(`${meeting}: the summary is on it`, timeless(text).includes(timeless(want.summary)), text.slice(0, 400));
  await tab.emulateMedia({ media: "print" });
  const [width, room] = await Promise.all(
    ["scrollWidth", "clientWidth"].map((k) => tab.locator("html").evaluate((el, key) => el[key], k)),
  );
  t.ok(`${meeting}: on paper nothing is cut off`, width <= room, [width, room]);
  await close();
}

// bars looks at where the bars of a page are.
async function bars(w, folder) {
  const { t } = w;
  const { html } = await write(w, [], "Review of ten");
  const want = await truth(w, { meeting: "Review of ten" });
  const { tab, close } = await open(w, folder, html);
  const [from, to] = [want.sessions[0].started_at, want.sessions[0].ended_at].map((s) => Date.parse(s) / 1000);
  const faults = [];
  for (const { name, spans } of want.people) {
    const row = tab.locator("tr", { hasText: name }).first();
    const drawn = await row.evaluate((tr) => {
      const track = tr.querySelector(".t")?.getBoundingClientRect();
      return [...tr.querySelectorAll(".t .p")].map((el) => {
        const r = el.getBoundingClientRect();
        return [(r.left - track.left) / track.width, (r.right - track.left) / track.width];
      });
    });
    const wanted = spans.map((span) => span.map((time) => (time - from) / (to - from)));
    const same =
      drawn.length === wanted.length &&
      drawn.every((bar, i) => bar.every((part, j) => Math.abs(part - wanted[i][j]) < 0.005));
    if (!same) faults.push({ name, drawn, wanted });
  }
  t.equal("its bars are where people were", faults, []);
  await close();
}
