// Whether the host is as strict as it claims: a document that tries what a view must not is stopped, and noticed.
import { load } from "./world.mjs";

export const title = "The host is strict";

const PROBE = `<!doctype html><html lang="en"><title>Probe</title><body><script>
const tried = {};
const attempt = (name, f) => { try { f(); tried[name] = "worked"; } catch (e) { tried[name] = e.name; } };
attempt("eval", () => eval("1"));
attempt("storage", () => localStorage.length);
attempt("cookie", () => document.cookie);
attempt("parent", () => parent.document.title);
attempt("top", () => top.document.title);
attempt("dialog", () => alert("a dialog"));
new Image().src = "http://127.0.0.1:9/picture";
fetch("http://127.0.0.1:9/data").catch((e) => (tried.fetch = e.name));
console.log("a word");
let last = 0;
addEventListener("message", ({ data }) => {
  if (data.id === 1) parent.postMessage({ jsonrpc: "2.0", method: "ui/notifications/initialized", params: {} }, "*");
});
const hello = { appInfo: { name: "probe", version: "1" }, appCapabilities: {}, protocolVersion: "2026-01-26" };
parent.postMessage({ jsonrpc: "2.0", id: 1, method: "ui/initialize", params: hello }, "*");
window.tried = tried;
setTimeout(() => { throw new Error("an error"); });
</script></body></html>`;

export async function run(w) {
  const { t, stage } = w;
  const view = await load(w, { ui: { html: PROBE, csp: {} } });
  await view.frame.waitForFunction(() => window.tried.fetch && window.watched.violations.length >= 3);
  const tried = await view.frame.evaluate(() => window.tried);
  t.equal("eval is refused", tried.eval, "EvalError");
  for (const what of ["storage", "cookie", "parent", "top"])
    t.equal(`${what} is out of reach`, tried[what], "SecurityError");
  t.equal("the network is out of reach", tried.fetch, "TypeError");
  const violated = await view.frame.evaluate(() => window.watched.violations);
  for (const directive of ["img-src", "connect-src", "script-src"]) {
    t.ok(
      `a violation of ${directive} is noticed`,
      violated.some((v) => v.startsWith(directive)),
      violated,
    );
  }
  t.ok(
    "the console is heard",
    view.noise.some((n) => n.includes("a word")),
    view.noise,
  );
  t.ok(
    "an error is heard",
    view.noise.some((n) => n.includes("an error")),
    view.noise,
  );
  t.ok("what a view sends is noted", (await view.said("ui/initialize")).length === 1);
  await view.context.close();
  t.ok("the browser reports violations", stage.reports.length > 0);
}
