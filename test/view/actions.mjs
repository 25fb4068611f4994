// What the view asks the host to do: hand on a message, save a file, give it the whole screen.
import { CAPABILITIES, until } from "./stage.mjs";
import { ask, draw, truth, ATTENDANCE, COMPARISON } from "./world.mjs";

export const title = "Actions";

export async function run(w) {
  const { t } = w;
  await t.attempt("messages", () => messages(w));
  await t.attempt("CSV", () => csv(w));
  await t.attempt("full screen", () => fullscreen(w));
  await t.attempt("a host that can do little", () => little(w));
  await t.attempt("a host that refuses", () => refusals(w));
}

const action = (view, name) => view.frame.locator(`button[data-action="${name}"]`);

// sent is the only message of a method that the view has sent.
async function sent(view, method) {
  const said = await until(async () => {
    const found = await view.said(method);
    return found.length > 0 && found;
  }, method);
  return said[0].params;
}

async function messages(w) {
  const { t, made } = w;
  const cases = [
    [{ meeting: "Review of ten" }, ATTENDANCE, made.ten[1].id],
    [{ meeting: "Hostile" }, ATTENDANCE, made.hostile[1].id],
    [{ meeting: "Weekly of six", sessions: "all" }, ATTENDANCE, made.weekly[0].id],
    [{ meetings: ["Weekly of six"], sessions: 6 }, COMPARISON, made.weekly[0].id],
  ];
  for (const [args, tool, id] of cases) {
    const label = JSON.stringify(args);
    const { view, result } = await draw(w, args, { tool });
    const { people, title } = result.structuredContent;
    const buttons = view.frame.locator("#actions button:visible:not([data-action=csv], [data-action=fullscreen])");
    const absent = people.some((p) => p.status === "absent" || p.came === 0);
    if (absent)
      t.ok(`${label}: somebody was absent, so there is a follow-up`, await action(view, "followup").isVisible());
    for (let i = 0; i < (await buttons.count()); i++) {
      const before = (await view.said("ui/message")).length;
      await buttons.nth(i).click();
      const { params } = await until(async () => (await view.said("ui/message"))[before], "the message");
      const text = params.content.map((c) => c.text).join("\n");
      t.equal(
        `${label}: button ${i} speaks for the user, in text`,
        [params.role, params.content.map((c) => c.type)],
        ["user", ["text"]],
      );
      t.ok(`${label}: it names an id`, text.includes(id), text);
      const strangers = [title, ...people.flatMap((p) => [p.name, p.custom_participant_id])].filter(
        (s) => s?.length > 2,
      );
      t.equal(
        `${label}: it names nobody, and no title`,
        strangers.filter((s) => text.includes(s)),
        [],
      );
      t.ok(`${label}: it is one plain sentence or a few`, /^[\x20-\x7e]{20,400}$/.test(text), text);
    }
    await view.close(t, `messages of ${label}`);
  }
  // A model that gets the message has to be able to do what it says.
  const { view } = await draw(w, { meeting: "Review of ten" });
  await action(view, "followup").click();
  const [{ text }] = (await sent(view, "ui/message")).content;
  const given = Object.fromEntries([...text.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]));
  const followed = await ask(w, ATTENDANCE, given);
  const found = followed.structuredContent?.people.map((p) => p.name).sort();
  t.equal(`what the message says can be called: ${JSON.stringify(given)}`, found, ["Vera Absent", "佐藤 花子"].sort());
  await view.close(t, "messages");
}

// parse reads CSV as RFC 4180 has it.
function parse(text) {
  const rows = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|$)/g)) {
    rows.at(-1).push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end !== ",") rows.push([]);
  }
  return rows.filter((row) => row.length > 1);
}

async function saved(view) {
  await action(view, "csv").click();
  const { contents } = await sent(view, "ui/download-file");
  return contents;
}

async function csv(w) {
  const { t } = w;
  for (const [meeting, count] of [
    ["Review of ten", 10],
    ["Crowd of 500", 500],
    ["Hostile", 16],
  ]) {
    const { view } = await draw(w, { meeting });
    const contents = await saved(view);
    t.equal(
      `${meeting}: one file`,
      contents.map((c) => c.type),
      ["resource"],
    );
    const { uri, mimeType, text } = contents[0].resource;
    t.ok(
      `${meeting}: its type and a name for it`,
      mimeType.startsWith("text/csv") && /^file:\/\/\/[\w.-]+\.csv$/.test(uri),
      [uri, mimeType],
    );
    const rows = parse(text.replace(/^\ufeff/, ""));
    t.equal(`${meeting}: a row for everybody`, rows.length, count + 1);
    const direct = [];
    let left = 1;
    for (let offset = 0; left > 0; offset = direct.length - 1) {
      const { structuredContent: page } = await ask(w, ATTENDANCE, { meeting, format: "csv", limit: 100, offset });
      direct.push(...parse(page.csv.replace(/^\ufeff/, "")).slice(direct.length > 0 ? 1 : 0));
      left = page.left_out;
    }
    t.equal(`${meeting}: the tool's own, whole`, rows, direct);
    const formulas = rows.flat().filter((cell) => /^[=+@\t\r]|^-(?!\d+$)/.test(cell));
    t.equal(`${meeting}: no cell is a formula`, formulas, []);
    await view.close(t, `CSV of ${meeting}`);
  }
  // What the user has filtered does not change what is saved: the button says "CSV", not "these".
  const { view } = await draw(w, { meetings: ["Weekly of six"], sessions: 6 }, { tool: COMPARISON });
  const [{ resource }] = await saved(view);
  t.equal("comparison: a row for everybody", parse(resource.text.replace(/^\ufeff/, "")).length, 6);
  await view.close(t, "CSV of a comparison");
}

async function fullscreen(w) {
  const { t } = w;
  const { view } = await draw(w, { meeting: "Crowd of 500" });
  const button = action(view, "fullscreen");
  const height = () => view.frame.locator("#list").evaluate((el) => el.clientHeight);
  const before = [await button.innerText(), await height()];
  await button.click();
  t.equal("the view asks for the screen", await sent(view, "ui/request-display-mode"), { mode: "fullscreen" });
  await view.frame.waitForFunction(
    (text) => document.querySelector("[data-action=fullscreen]").innerText !== text,
    before[0],
  );
  await view.frame.waitForFunction((was) => document.querySelector("#list").clientHeight > was, before[1]);
  t.ok("the list uses it", (await height()) > before[1], [before[1], await height()]);
  const fits = await view.frame.evaluate(() => document.documentElement.scrollHeight <= innerHeight + 1);
  t.ok(
    "and all of the view fits on it",
    fits,
    await view.frame.evaluate(() => [document.documentElement.scrollHeight, innerHeight]),
  );
  const shown = await view.frame.locator("#people tr[data-row]").count();
  const needed = await view.frame.evaluate(
    () => document.querySelector("#list").clientHeight / document.querySelector("tr[data-row]").clientHeight,
  );
  t.ok("rows fill it", shown >= needed - 2, [shown, needed]);
  await button.click();
  await until(async () => (await view.said("ui/request-display-mode")).length === 2, "the way back");
  t.equal("and the way back is on the same button", (await view.said("ui/request-display-mode"))[1].params, {
    mode: "inline",
  });
  await view.close(t, "full screen");
}

async function little(w) {
  const { t } = w;
  const want = await truth(w, { meeting: "Review of ten" });
  const { view } = await draw(
    w,
    { meeting: "Review of ten" },
    { capabilities: {}, context: { availableDisplayModes: ["inline"] } },
  );
  t.equal("a host that can do nothing sees no button", await view.frame.locator("#actions button:visible").count(), 0);
  t.equal("and the picture", await view.frame.locator("#people tr[data-row]").count(), want.people.length);
  await view.page.waitForTimeout(200);
  const requests = (await view.said()).filter((m) => m.method && m.id !== undefined).map((m) => m.method);
  t.equal("and is asked for nothing", requests, ["ui/initialize"]);
  await view.close(t, "a host that can do nothing");
  for (const [lacks, hidden] of [
    ["downloadFile", "csv"],
    ["serverTools", "csv"],
    ["message", "followup"],
  ]) {
    const { [lacks]: _, ...rest } = CAPABILITIES;
    const drawn = await draw(w, { meeting: "Review of ten" }, { capabilities: rest });
    t.ok(`without ${lacks} there is no ${hidden}`, await action(drawn.view, hidden).isHidden());
    await drawn.view.close(t, `without ${lacks}`);
  }
}

async function refusals(w) {
  const { t } = w;
  const { view } = await draw(w, { meeting: "Review of ten" });
  await view.page.evaluate(() => {
    window.refuse.message = { isError: true };
    window.refuse.download = { isError: true };
  });
  for (const [name, method] of [
    ["followup", "ui/message"],
    ["csv", "ui/download-file"],
  ]) {
    await action(view, name).click();
    await sent(view, method);
    await view.frame.waitForFunction(() => document.querySelector("#status").textContent.trim() !== "");
    t.ok(
      `${name}: a refusal is said: ${await view.text("#status")}`,
      /not|refus|denied|could/i.test(await view.text("#status")),
    );
  }
  await view.close(t, "a host that refuses");
}
