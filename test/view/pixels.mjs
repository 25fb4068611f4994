// Pictures, compared with those that are committed, where Chromium and the fonts are the same as when those were
// made. UPDATE=1 makes them anew.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { decode } from "./png.mjs";
import { FONTS } from "./stage.mjs";
import { draw, COMPARISON } from "./world.mjs";

export const title = "Pictures";

const folder = fileURLToPath(new URL("screenshots/", import.meta.url));
const MADE = `${folder}made-with.json`;
const TOLERANCE = { channel: 24, share: 0.001 }; // of 255, and of all pixels

const PICTURES = {
  light: [{ meeting: "Review of ten" }, {}],
  dark: [{ meeting: "Review of ten" }, { context: { theme: "dark" } }],
  narrow: [{ meeting: "Review of ten" }, { width: 320 }],
  "right-to-left": [{ meeting: "مراجعة التصميم" }, {}],
  comparison: [{ meetings: ["Weekly of six"], sessions: 6 }, { tool: COMPARISON }],
};

// here is what a picture depends on besides the view.
export function here(browser) {
  const format = ["--format", "%{family}|%{style}|%{fontversion}\n"];
  const listed = execFileSync("fc-list", format, { encoding: "utf8", env: { ...process.env, FONTCONFIG_FILE: FONTS } });
  const fonts = listed.trim().split("\n").sort();
  return {
    chromium: browser.version().split(".")[0],
    fonts: fonts.length,
    "sha256 of their list": createHash("sha256").update(fonts.join("\n")).digest("hex"),
  };
}

export async function run(w) {
  const { t, stage } = w;
  const now = here(stage.browser);
  if (process.env.UPDATE) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(MADE, `${JSON.stringify(now, null, 2)}\n`);
  }
  const then = existsSync(MADE) ? JSON.parse(readFileSync(MADE, "utf8")) : {};
  if (JSON.stringify(now) !== JSON.stringify(then)) {
    console.log(`  skip  pictures were made with ${JSON.stringify(then)}, and here is ${JSON.stringify(now)}`);
    return;
  }
  for (const [name, [args, options]] of Object.entries(PICTURES))
    await t.attempt(name, () => picture(w, name, args, options));
}

async function picture(w, name, args, options) {
  const { t } = w;
  const { view } = await draw(w, args, options);
  const { width = 760 } = options;
  const height = await view.frame.evaluate(() => Math.ceil(document.documentElement.getBoundingClientRect().height));
  await view.page.setViewportSize({ width, height });
  await view.frame.evaluate(() => document.fonts.ready);
  const png = await view.page.screenshot({
    clip: { x: 0, y: 0, width, height },
    animations: "disabled",
    caret: "hide",
  });
  const file = `${folder}${name}.png`;
  if (process.env.UPDATE) writeFileSync(file, png);
  const diff = await difference(view.page, png, readFileSync(file));
  const good = diff.share <= TOLERANCE.share;
  if (!good) writeFileSync(`${file}.new`, png);
  t.ok(
    `${name}: looks as before, but for ${(diff.share * 100).toFixed(3)} % of its pixels`,
    good,
    `see ${file}.new; ${JSON.stringify(diff)}`,
  );
  await view.close(t, name);
}

// difference is the share of pixels that differ.
async function difference(page, a, b) {
  const [one, two] = [await decode(page, a), await decode(page, b)];
  const sizes = [one, two].map(({ width, height }) => `${width} × ${height}`);
  if (sizes[0] !== sizes[1]) return { share: 1, sizes };
  let off = 0;
  for (let i = 0; i < one.data.length; i += 4) {
    if ([0, 1, 2].some((c) => Math.abs(one.data[i + c] - two.data[i + c]) > TOLERANCE.channel)) off++;
  }
  return { share: off / (one.width * one.height) };
}
