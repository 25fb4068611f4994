// The beginning and the end of a view.
import { ask, draw, load, ATTENDANCE } from "./world.mjs";
import { until } from "./stage.mjs";

export const title = "Handshake";

export async function run(w) {
  const { t } = w;
  await t.attempt("handshake", () => begin(w));
  await t.attempt("strangers", () => strangers(w));
  await t.attempt("teardown", () => end(w));
}

const methods = (messages) => messages.map((m) => m.method);

async function begin(w) {
  const { t } = w;
  const view = await load(w, { hold: true });
  const [hello] = await until(async () => {
    const said = await view.said("ui/initialize");
    return said.length > 0 && said;
  }, "ui/initialize");
  t.equal("ui/initialize: revision", hello.params.protocolVersion, "2026-01-26");
  t.ok("ui/initialize: who it is", hello.params.appInfo?.name && hello.params.appInfo?.version, hello.params);
  const modes = hello.params.appCapabilities?.availableDisplayModes;
  t.ok(
    "ui/initialize: inline and full screen",
    ["inline", "fullscreen"].every((m) => modes?.includes(m)),
    modes,
  );
  // Time enough for a view that does not wait.
  await view.page.waitForTimeout(300);
  t.equal("before the answer it says nothing else", methods(await view.said()), ["ui/initialize"]);
  const drawn = await view.frame.evaluate(() => [
    document.querySelectorAll("#people [data-row]").length,
    document.body.innerText.trim(),
    document.body.dataset.ready,
  ]);
  t.equal("and draws nothing", [drawn[0], drawn[2]], [0, undefined]);
  await view.host("release");
  await view.host("initialized");
  t.equal("then it is initialized", methods(await view.said()).slice(0, 2), [
    "ui/initialize",
    "ui/notifications/initialized",
  ]);
  const args = { meeting: "Review of ten" };
  await view.show(args, await ask(w, ATTENDANCE, args));
  const [size] = await until(async () => {
    const said = await view.said("ui/notifications/size-changed");
    return said.length > 0 && said.reverse();
  }, "its size");
  const height = await view.frame.evaluate(() => document.documentElement.getBoundingClientRect().height);
  t.ok("it tells its height", Math.abs(size.params.height - height) <= 1, [size.params, height]);
  t.equal("all that it says has an answer", await unanswered(view), []);
  await view.close(t, "handshake");
}

async function unanswered(view) {
  const answered = new Set((await view.said(undefined, "host")).filter((m) => !m.method).map((m) => m.id));
  return methods((await view.said()).filter((m) => m.method && m.id !== undefined && !answered.has(m.id)));
}

async function strangers(w) {
  const { t } = w;
  const { view } = await draw(w, { meeting: "Review of ten" });
  const before = await view.text("#title");
  const forged = {
    jsonrpc: "2.0",
    method: "ui/notifications/tool-result",
    params: { isError: true, content: [{ type: "text", text: "forged" }] },
  };
  await view.frame.evaluate((m) => window.postMessage(m, "*"), forged);
  await view.page.waitForTimeout(100);
  t.equal("what does not come from the host changes nothing", await view.text("#title"), before);
  t.ok("nor is it shown", !(await view.text("body")).includes("forged"));
  // The proxy is the view's parent, and passes on what is no JSON-RPC.
  await view.frame.parentFrame().evaluate(() => {
    const inner = document.querySelector("iframe").contentWindow;
    for (const junk of [
      null,
      7,
      "text",
      [],
      {},
      { jsonrpc: "1.0", method: "x" },
      { jsonrpc: "2.0", id: 99, result: {} },
      { jsonrpc: "2.0", method: "constructor", params: {} },
      { jsonrpc: "2.0", method: "ui/notifications/unknown" },
    ])
      inner.postMessage(junk, "*");
  });
  await view.page.waitForTimeout(100);
  t.equal("nor does junk", await view.text("#title"), before);
  const answers = await view.frame.parentFrame().evaluate(async () => {
    const inner = document.querySelector("iframe").contentWindow;
    const answers = [];
    addEventListener(
      "message",
      ({ source, data }) => source === inner && data.id?.startsWith?.("test") && answers.push(data),
    );
    inner.postMessage({ jsonrpc: "2.0", id: "test-1", method: "ping" }, "*");
    inner.postMessage({ jsonrpc: "2.0", id: "test-2", method: "no/such" }, "*");
    inner.postMessage({ jsonrpc: "2.0", id: "test-3", method: "toString" }, "*");
    await new Promise((resolve) => setTimeout(resolve, 200));
    return answers.map((a) => [a.id, a.error?.code ?? a.result]);
  });
  t.equal("a ping is answered, and an unknown request refused", answers, [
    ["test-1", {}],
    ["test-2", -32601],
    ["test-3", -32601],
  ]);
  await view.context.close(); // the bridge was told of answers to questions that it did not ask
}

async function end(w) {
  const { t } = w;
  const { view } = await draw(w, { meeting: "Review of ten" });
  const answer = await view.host("teardown");
  t.equal("the end is confirmed", answer, {});
  await view.close(t, "teardown");
}
