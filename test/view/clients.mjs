// What a client is told of the view, by what it says of itself, over stdio and HTTP, in both eras of the protocol.
import { connect, resource, serve, MIME, TIMELINE, VIEW } from "./server.mjs";
import { ask, draw, everyRow, ATTENDANCE, COMPARISON } from "./world.mjs";

export const title = "What clients are told";

const MOST = 400_000; // bytes of a timeline
const LARGEST = 20_000; // bytes of the document

export async function run(w) {
  const { t, bin, environment } = w;
  document(w);
  const at = await serve(bin, environment);
  try {
    for (const over of ["stdio", "HTTP"]) {
      for (const era of ["modern", "legacy"]) {
        const how = { bin, environment, era, at: over === "HTTP" ? at : undefined };
        await t.attempt(`${over}, ${era}`, () => both(w, how, `${over}, ${era}`));
      }
    }
  } finally {
    await at.stop();
  }
  await t.attempt("--no-ui", () => off(w));
  await t.attempt("pages", () => pages(w));
}

function document({ t, ui: { content, html, csp } }) {
  t.equal("the document's type", content.mimeType, MIME);
  t.equal("it declares that it loads nothing", Object.values(csp ?? { undeclared: ["?"] }).flat(), []);
  t.equal("it asks for no permission", content._meta?.ui?.permissions, undefined);
  const bytes = Buffer.byteLength(html);
  t.ok(`it has at most ${LARGEST} bytes: ${bytes}`, bytes <= LARGEST);
  t.ok("it begins as HTML5", /^<!doctype html>/i.test(html), html.slice(0, 100));
  const forbidden = /\beval\(|new Function|innerHTML|outerHTML|insertAdjacentHTML|document\.write|https?:\/\//g;
  t.equal("it evaluates nothing, parses no markup and names no address", html.match(forbidden) ?? [], []);
}

const linked = (tools) =>
  tools
    .filter((tool) => tool._meta?.ui)
    .map((tool) => tool.name)
    .sort();

async function both(w, how, label) {
  const { t } = w;
  // An older revision over HTTP without sessions carries nothing of what a client said when it connected.
  const unknown = how.at !== undefined && how.era === "legacy";
  const draws = await connect(how);
  try {
    const { tools } = await draws.listTools();
    t.equal(`${label}: two tools have the view`, linked(tools), [COMPARISON, ATTENDANCE]);
    const wanted = { resourceUri: VIEW, visibility: ["model", "app"] };
    for (const tool of tools.filter((tool) => tool._meta?.ui)) t.equal(`${label}: ${tool.name}`, tool._meta.ui, wanted);
    const uris = (await draws.listResources()).resources.map((r) => r.uri);
    t.ok(`${label}: the view is a resource`, uris.includes(VIEW), uris);
    const args = { meeting: "Review of ten", limit: 3 };
    const { view, result } = await draw(w, args, { client: draws, ui: await resource(draws) });
    t.equal(
      `${label}: the spans come ${unknown ? "only when asked for" : "along"}`,
      TIMELINE in (result._meta ?? {}),
      !unknown,
    );
    t.ok(`${label}: the text has no spans`, !JSON.stringify(result.structuredContent).includes("14:22:30"));
    t.equal(`${label}: everybody is drawn, whatever the limit`, (await everyRow(view)).length, 10);
    await view.close(t, label);
  } finally {
    await draws.close();
  }
  const reads = await connect({ ...how, extensions: null });
  try {
    const { tools } = await reads.listTools();
    const who = "a client that draws nothing";
    t.equal(`${label}: ${who} sees ${unknown ? "the link" : "no trace"}`, linked(tools).length, unknown ? 2 : 0);
    const result = await ask(w, ATTENDANCE, { meeting: "Review of ten" }, reads);
    t.ok(`${label}: ${who} gets no spans`, !(TIMELINE in (result._meta ?? {})), result._meta);
    if (unknown) return;
    t.ok(`${label}: ${who} sees nothing of it in the tools`, !JSON.stringify(tools).includes("ui://"));
    const uris = (await reads.listResources()).resources.map((r) => r.uri);
    t.ok(`${label}: ${who} sees no resource of it`, !uris.some((uri) => uri.startsWith("ui:")), uris);
  } finally {
    await reads.close();
  }
}

async function off(w) {
  const { t, bin, environment } = w;
  const client = await connect({ bin, environment, flags: ["--no-ui"] });
  try {
    t.equal("--no-ui: no tool has the view", linked((await client.listTools()).tools), []);
    const { _meta } = await ask(w, ATTENDANCE, { meeting: "Review of ten" }, client);
    t.ok("--no-ui: no spans come along", !(TIMELINE in (_meta ?? {})), _meta);
    const refused = await client.readResource({ uri: VIEW }).then(
      () => "",
      (err) => String(err),
    );
    t.ok("--no-ui: the view cannot be read", refused !== "", refused);
    const uris = await client.listResources().then(
      ({ resources }) => resources.map((r) => r.uri),
      () => [],
    );
    t.ok("--no-ui: the view is no resource", !uris.includes(VIEW), uris);
  } finally {
    await client.close();
  }
}

// pages reads a long attendance as a view does.
async function pages(w) {
  const { t } = w;
  const meeting = "Crowd with long ids";
  const ids = [];
  let sizes = [];
  let offset = 0;
  do {
    const { _meta } = await ask(w, ATTENDANCE, { meeting, view_offset: offset, limit: 1 });
    const page = _meta[TIMELINE];
    sizes.push(Buffer.byteLength(JSON.stringify(page)));
    ids.push(...page.people.map(([, id]) => id));
    offset = page.next;
  } while (offset);
  t.ok(`5,000 people with long ids take several pages: ${sizes}`, sizes.length > 1);
  t.ok(
    "each is within bounds",
    sizes.every((size) => size <= MOST),
    sizes,
  );
  t.equal("everybody is on one page", new Set(ids).size, 5000);
  t.equal("and on no other", ids.length, 5000);
  const { view } = await draw(w, { meeting });
  await view.frame.waitForFunction(() => document.querySelector("#people").getAttribute("aria-rowcount") === "5001");
  const calls = await view.said("tools/call");
  t.equal("the view asks for the pages that it lacks", calls.length, sizes.length - 1);
  await view.close(t, "pages");
}
