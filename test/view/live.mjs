// A live session: who is here now, and that the view looks again, at most once a minute, while somebody sees it.
import { draw, everyRow, rows, names } from "./world.mjs";
import { until } from "./stage.mjs";

export const title = "A live session";

const MINUTE = 60_000;

export async function run(w) {
  const { t } = w;
  await t.attempt("live", () => live(w));
  await t.attempt("hidden", () => hidden(w));
  await t.attempt("kept", () => kept(w));
  await t.attempt("ended", () => ended(w));
}

const calls = async (view) => (await view.said("tools/call")).length;

// pass lets so much time pass for the page and the view.
async function pass(view, ms) {
  await view.context.clock.runFor(ms);
  await new Promise((resolve) => setTimeout(resolve, 50)); // for messages that are on the way
}

async function live(w) {
  const {
    t,
    made: {
      live: [, session],
    },
  } = w;
  const args = { meeting: "Live now" };
  const { view } = await draw(w, args, { clock: true });
  const found = await rows(view);
  const here = found
    .filter((row) => row.status.includes("here now"))
    .map((row) => row.name)
    .sort();
  t.equal("who is here now is said", here, ["Lia Here", "Max Here"]);
  for (const row of found.filter((r) => here.includes(r.name))) {
    t.ok(`${row.name}'s bar goes on to the end of the axis`, Math.abs(row.bars.at(-1).to - row.width) <= 0.5, [
      row.bars,
      row.width,
    ]);
  }
  t.equal(
    "nobody has left early of what is not over",
    found.flatMap((row) => row.early),
    [],
  );
  t.equal(
    "those here now are counted",
    await view.text('#filters [data-filter="here_now"]').then((s) => s.match(/\d+$/)?.[0]),
    "2",
  );

  t.equal("it has asked for nothing yet", await calls(view), 0);
  await pass(view, MINUTE - 2000);
  t.equal("nor does it within a minute", await calls(view), 0);
  session.came(4, "Oli Away", [session.age()]);
  await pass(view, 4000);
  t.equal("after a minute it asks once", await calls(view), 1);
  const [call] = await view.said("tools/call");
  t.equal(
    "about the same meeting",
    [call.params.name, call.params.arguments.meeting],
    ["get_meeting_attendance", "Live now"],
  );
  await view.frame.waitForFunction(
    () =>
      document.querySelectorAll("#people .tag.here").length === 3 ||
      [...document.querySelectorAll("#people tr[data-row]")].filter((tr) => tr.textContent.includes("here now"))
        .length === 3,
  );
  t.ok("and draws who came meanwhile", true);
  const minutes = [];
  for (let i = 0; i < 10; i++) {
    const before = await calls(view);
    await pass(view, MINUTE);
    minutes.push((await calls(view)) - before);
  }
  t.ok(
    `in ten minutes it asks at most once in each: ${minutes}`,
    minutes.every((n) => n <= 1) && minutes.includes(1),
    minutes,
  );
  await view.close(t, "live");
}

async function hidden(w) {
  const { t } = w;
  const { view } = await draw(w, { meeting: "Live now" }, { clock: true });
  const hide = (hidden) =>
    view.frame.evaluate((value) => {
      Object.defineProperty(document, "hidden", { configurable: true, get: () => value });
      Object.defineProperty(document, "visibilityState", {
        configurable: true,
        get: () => (value ? "hidden" : "visible"),
      });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  await hide(true);
  await pass(view, 5 * MINUTE);
  t.equal("while nobody sees it, it asks for nothing", await calls(view), 0);
  await hide(false);
  await pass(view, MINUTE + 1000);
  const seen = await calls(view);
  t.ok(`seen again, it asks again: ${seen}`, seen >= 1 && seen <= 2, seen);

  await view.page.evaluate(() => (document.querySelector("iframe").style.marginTop = "5000px"));
  await pass(view, 1000);
  const before = await calls(view);
  await pass(view, 5 * MINUTE);
  t.equal("scrolled out of sight, it asks for nothing", (await calls(view)) - before, 0);
  await view.page.evaluate(() => (document.querySelector("iframe").style.marginTop = ""));
  await pass(view, 1000);
  await pass(view, 2 * MINUTE);
  t.ok("back in sight, it asks again", (await calls(view)) > before);

  const asked = await calls(view);
  w.stage.rpc = () => Promise.reject(new Error("the server is away"));
  await pass(view, 2 * MINUTE);
  t.ok("it goes on asking a server that fails", (await calls(view)) > asked);
  await view.frame.waitForFunction(() => document.querySelector("#status").textContent.includes("server is away"));
  t.ok("and says as of when the picture is", /\d\d:\d\d/.test(await view.text("#status")), await view.text("#status"));
  t.ok("which stays", (await rows(view)).length >= 3);
  await view.host("teardown").catch(() => {});
  const last = await calls(view);
  await pass(view, 5 * MINUTE);
  t.equal("after its end it asks for nothing", (await calls(view)) - last, 0);
  await view.close(t, "hidden");
}

// kept looks whether a refresh leaves alone what the user has done.
async function kept(w) {
  const { t } = w;
  const { view } = await draw(w, { meeting: "Live now" }, { clock: true });
  await view.frame.locator('#filters [data-filter="attended"]').click();
  await view.frame.locator('th button[data-sort="name"]').click();
  await view.frame.locator("#people tr[data-row] td.name button, #people tr[data-row]").first().click();
  await view.frame.locator('#people tr[data-row="0"] button').focus();
  const state = () =>
    view.frame.evaluate(() => ({
      filter: document.querySelector('#filters [aria-pressed="true"]').dataset.filter,
      sort: document.querySelector('th:is([aria-sort="ascending"], [aria-sort="descending"]) button').dataset.sort,
      details: document.querySelector("#details").hidden ? "" : document.querySelector("#details bdi").textContent,
      focus: document.activeElement.closest("tr")?.dataset.row,
    }));
  const before = await state();
  t.ok("something is open and has the focus", before.details !== "" && before.focus === "0", before);
  await pass(view, MINUTE + 2000);
  await until(async () => (await calls(view)) >= 1, "a refresh");
  await view.page.evaluate(() => 0);
  await pass(view, 100);
  t.equal("a refresh keeps filter, order, details and focus", await state(), before);
  await view.frame.locator("#search").fill("lia");
  await pass(view, MINUTE + 1000);
  t.equal("and the search", await names(view), ["Lia Here"]);
  await view.close(t, "kept");
}

async function ended(w) {
  const {
    t,
    made: {
      live: [, session],
    },
  } = w;
  const { view } = await draw(w, { meeting: "Live now" }, { clock: true });
  session.end();
  try {
    await pass(view, MINUTE + 2000);
    await until(async () => !(await view.text("#people")).includes("here now"), "the end");
    const before = await calls(view);
    await pass(view, 5 * MINUTE);
    t.equal("when the session is over, it asks no more", (await calls(view)) - before, 0);
    t.equal("and everybody is still drawn", (await everyRow(view)).length, 4);
  } finally {
    session.resume();
  }
  await view.close(t, "ended");
}
