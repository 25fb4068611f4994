// How the view fits in: light and dark, the host's colours and fonts, narrow and wide, right to left, without motion.
import { draw, rows, truth, everyRow, COMPARISON } from "./world.mjs";

export const title = "Looks";

export async function run(w) {
  const { t } = w;
  await t.attempt("themes", () => themes(w));
  await t.attempt("styles", () => styles(w));
  await t.attempt("widths", () => widths(w));
  await t.attempt("right to left", () => rtl(w));
  await t.attempt("motion", () => motion(w));
}

// brightness of the ground and of the ink, from 0 to 255.
const brightness = (view) =>
  view.frame.evaluate(() => {
    const bright = (color) => {
      const [r, g, b] = color.match(/[\d.]+/g).map(Number);
      return 0.3 * r + 0.59 * g + 0.11 * b;
    };
    const { backgroundColor, color, colorScheme } = getComputedStyle(document.body);
    return {
      theme: document.documentElement.dataset.theme,
      ground: bright(backgroundColor),
      ink: bright(color),
      colorScheme,
    };
  });

async function themes(w) {
  const { t } = w;
  const light = (b) => b.theme === "light" && b.ground > 200 && b.ink < 80;
  const dark = (b) => b.theme === "dark" && b.ground < 60 && b.ink > 180;
  const args = { meeting: "Review of ten" };
  const { view } = await draw(w, args);
  t.ok("light, as the host says", light(await brightness(view)), await brightness(view));
  await view.host("context", { theme: "dark" });
  await view.frame.waitForFunction(() => document.documentElement.dataset.theme === "dark");
  t.ok("dark, when the host turns dark", dark(await brightness(view)), await brightness(view));
  t.equal("the picture is still there", (await rows(view)).length, 10);
  await view.host("context", { theme: "light" });
  await view.frame.waitForFunction(() => document.documentElement.dataset.theme === "light");
  t.ok("and light again", light(await brightness(view)), await brightness(view));
  await view.close(t, "themes");
  const begun = await draw(w, args, { context: { theme: "dark" }, colorScheme: "light" });
  t.ok(
    "dark from the begin, whatever the browser prefers",
    dark(await brightness(begun.view)),
    await brightness(begun.view),
  );
  await begun.view.close(t, "dark");
  const unsaid = await draw(w, args, { context: { theme: undefined }, colorScheme: "dark" });
  t.ok(
    "dark, as the browser prefers, if the host says nothing",
    dark(await brightness(unsaid.view)),
    await brightness(unsaid.view),
  );
  await unsaid.view.close(t, "a host without a theme");
}

async function styles(w) {
  const { t } = w;
  const variables = {
    "--color-background-primary": "light-dark(rgb(250, 240, 230), rgb(10, 20, 30))",
    "--color-text-primary": "light-dark(rgb(1, 2, 3), rgb(240, 241, 242))",
    "--font-sans": '"Noto Serif", serif',
  };
  const { view } = await draw(w, { meeting: "Review of ten" }, { context: { styles: { variables } } });
  const look = () =>
    view.frame.evaluate(() => {
      const { backgroundColor, color, fontFamily } = getComputedStyle(document.body);
      return [backgroundColor, color, fontFamily.startsWith('"Noto Serif"')];
    });
  t.equal("the host's colours and font", await look(), ["rgb(250, 240, 230)", "rgb(1, 2, 3)", true]);
  await view.host("context", { theme: "dark" });
  await view.frame.waitForFunction(() => document.documentElement.dataset.theme === "dark");
  t.equal("its colours in the dark", await look(), ["rgb(10, 20, 30)", "rgb(240, 241, 242)", true]);
  await view.host("context", { styles: { variables: { ...variables, "--color-background-primary": "rgb(9, 9, 9)" } } });
  await view.frame.waitForFunction(() => getComputedStyle(document.body).backgroundColor === "rgb(9, 9, 9)");
  t.ok("and when it changes them", true);
  // Variables are the host's own, but they need not be good.
  await view.host("context", {
    styles: {
      variables: { "--color-text-primary": "no colour", "background-image": "url(http://127.0.0.1:9/y)", onload: "x" },
    },
  });
  await view.page.waitForTimeout(100);
  t.equal("odd ones do no harm", (await rows(view)).length, 10);
  await view.close(t, "styles");
}

// clipped are the texts that do not fit where they are, and what is wider than the view.
const clipped = (view) =>
  view.frame.evaluate(() => {
    const found = [];
    const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    if (wide > 0) found.push(`the page is ${wide} px too wide`);
    const list = document.querySelector("#list");
    if (list.scrollWidth > list.clientWidth)
      found.push(`the list is ${list.scrollWidth - list.clientWidth} px too wide`);
    for (const el of document.querySelectorAll(
      ".tag, td.minutes, th button, #filters button, #actions button:not([hidden]), #search, .track",
    )) {
      const box = el.getBoundingClientRect();
      if (el.closest("[hidden]") || box.width === 0) continue;
      const holder = (el.closest("td, th") ?? document.body).getBoundingClientRect();
      if (box.left < holder.left - 0.5 || box.right > holder.right + 0.5)
        found.push(`${el.className || el.tagName} "${el.textContent.slice(0, 40)}" sticks out`);
      if (el.scrollWidth > el.clientWidth + 1 && el.clientWidth > 0 && !el.matches(".track, .tag"))
        found.push(`${el.textContent.slice(0, 40)} is cut`);
    }
    for (const tr of document.querySelectorAll("#people tr[data-row]")) {
      const cell = tr.querySelector("td.status").getBoundingClientRect();
      const tags = [...tr.querySelectorAll(".tag")].filter((tag) => tag.getBoundingClientRect().top < cell.bottom - 4);
      const least = Math.min(tr.querySelectorAll(".tag").length, innerWidth >= 640 ? 2 : 1);
      if (tags.length < least) found.push(`only ${tags.length} words are seen of ${tr.textContent.slice(0, 80)}`);
    }
    return found;
  });

async function widths(w) {
  const { t } = w;
  const cases = [
    ["Review of ten", {}, [320, 760, 1400]],
    ["Live now", {}, [320, 600]],
    ["Crowd of 500", {}, [420, 640, 760]],
    ["Weekly of six", { sessions: "all" }, [320, 640]],
  ];
  for (const [meeting, more, all] of cases) {
    for (const width of all) {
      const { view } = await draw(w, { meeting, ...more }, { width, viewport: { width: 1500, height: 1000 } });
      t.equal(`${meeting}, ${width} px wide: all fits`, await clipped(view), []);
      const track = (await rows(view))[0].width;
      t.ok(`${meeting}, ${width} px wide: bars have room`, track >= Math.min(220, width / 3.8), track);
      await view.close(t, `${meeting}, ${width} px wide`);
    }
  }
  const compared = await draw(w, { meetings: ["Weekly of six"], sessions: 6 }, { tool: COMPARISON, width: 320 });
  t.equal("comparison, 320 px wide: all fits", await clipped(compared.view), []);
  await compared.view.close(t, "comparison, 320 px wide");

  const { view } = await draw(w, { meeting: "Crowd of 500" });
  await view.frame.locator("#list").evaluate((el) => (el.scrollTop = 5000));
  const before = (await rows(view)).map((row) => row.name);
  await view.host("width", 330);
  await view.frame.waitForFunction(() => innerWidth === 330);
  await view.page.waitForTimeout(200);
  t.equal("a view that gets narrow still fits", await clipped(view), []);
  await view.host("width", 760);
  await view.frame.waitForFunction(() => innerWidth === 760);
  t.equal("and shows everybody when it is wide again", (await everyRow(view)).length, 500);
  t.ok("it had rows in sight all the time", before.length > 5, before);
  await view.close(t, "a change of width");
}

async function rtl(w) {
  const { t } = w;
  const args = { meeting: "مراجعة التصميم" };
  const want = await truth(w, args);
  const { view } = await draw(w, args, { context: { locale: "ar" } });
  const found = await view.frame.evaluate(() => ({
    title: document.querySelector("#title bdi")?.textContent,
    names: [...document.querySelectorAll("#people td.name bdi")].map((el) => el.textContent),
    isolated: [...document.querySelectorAll("#people td.name bdi, #title bdi")].every(
      (el) => getComputedStyle(el).unicodeBidi === "isolate",
    ),
    left: [...document.querySelectorAll("#people td.name bdi")].map((el) => el.getBoundingClientRect().left),
  }));
  t.equal("the title is set apart", found.title, "مراجعة التصميم");
  t.equal("so is each name", found.names.sort(), want.people.map((p) => p.name).sort());
  t.ok("in its own direction", found.isolated);
  t.ok("names begin below each other", Math.max(...found.left) - Math.min(...found.left) <= 1, found.left);
  const drawn = await rows(view);
  const axis = {
    from: Date.parse(want.sessions[0].started_at) / 1000,
    to: Date.parse(want.sessions[0].ended_at) / 1000,
  };
  const bad = drawn.filter((row) => {
    const [[begin]] = want.people.find((p) => p.name === row.name).spans;
    return Math.abs(row.bars[0].from - ((begin - axis.from) / (axis.to - axis.from)) * row.width) > 0.5;
  });
  t.equal("time still runs from left to right", bad, []);
  await view.close(t, "right to left");
}

async function motion(w) {
  const { t } = w;
  const { view } = await draw(w, { meeting: "Live now" }, { reducedMotion: "reduce" });
  await view.frame.locator("#people tr[data-row]").first().click();
  const moving = await view.frame.evaluate(() => {
    const seconds = (list) => list.split(",").some((s) => parseFloat(s) > 0.01);
    const styled = [...document.querySelectorAll("*")].filter((el) => {
      const { transitionDuration, animationDuration, animationName, scrollBehavior } = getComputedStyle(el);
      return (
        seconds(transitionDuration) ||
        (animationName !== "none" && seconds(animationDuration)) ||
        scrollBehavior === "smooth"
      );
    });
    return [...styled.map((el) => el.tagName), ...document.getAnimations().map((a) => a.playState)];
  });
  t.equal("who wants no motion gets none", moving, []);
  await view.close(t, "reduced motion");
}
