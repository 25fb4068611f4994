// A host that this project did not write: the MCP Inspector draws the view, from the program itself.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { serve } from "./server.mjs";
import { until } from "./stage.mjs";
import { truth, ATTENDANCE, COMPARISON } from "./world.mjs";

export const title = "The MCP Inspector as a host";

const launcher = join(
  dirname(createRequire(import.meta.url).resolve("@modelcontextprotocol/inspector/package.json")),
  "clients/launcher/build/index.js",
);

async function freePort() {
  const probe = http.createServer();
  await new Promise((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

// inspect starts the inspector, with a home of its own.
async function inspect() {
  const home = mkdtempSync(join(tmpdir(), "inspector-"));
  const token = randomBytes(24).toString("hex");
  const port = await freePort();
  const sandbox = await freePort();
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    HOST: "127.0.0.1",
    CLIENT_PORT: String(port),
    MCP_SANDBOX_PORT: String(sandbox),
    MCP_AUTO_OPEN_ENABLED: "false",
    MCP_INSPECTOR_API_TOKEN: token,
    MCP_INSPECTOR_SECRET_STORE: "memory",
  };
  const p = spawn(process.execPath, [launcher, "--web"], { env, stdio: "ignore" });
  const exited = new Promise((resolve) => p.once("exit", resolve));
  const url = `http://127.0.0.1:${port}/`;
  await until(
    () =>
      fetch(url).then(
        (r) => r.ok,
        () => false,
      ),
    "the inspector",
    30_000,
  );
  const stop = async () => {
    p.kill();
    await exited;
    rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  return { url, token, stop };
}

export async function run(w) {
  const { t, bin, environment } = w;
  // The inspector's link has no room for a token: the server takes callers who know none, on loopback.
  const at = await serve(bin, environment);
  const pass = await passing(at);
  const inspector = await inspect();
  try {
    await t.attempt(ATTENDANCE, () => app(w, inspector, pass.url, ATTENDANCE, { meeting: "Review of ten" }, 10));
    await t.attempt(COMPARISON, () => app(w, inspector, pass.url, COMPARISON, { meetings: ["Weekly of six"] }, 5));
  } finally {
    await inspector.stop();
    pass.stop();
    await at.stop();
  }
}

// passing hands requests on to the program, with the caller's token.
async function passing({ url, token }) {
  const proxy = http.createServer((req, res) => {
    const headers = { ...req.headers, host: url.host, authorization: `Bearer ${token}` };
    delete headers.origin; // the inspector's own server asks, in the name of its page
    const on = http.request(url, { method: req.method, headers }, (answer) => {
      res.writeHead(answer.statusCode, answer.headers);
      answer.pipe(res);
    });
    on.on("error", () => res.destroy());
    res.on("close", () => on.destroy());
    req.pipe(on);
  });
  await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const stop = () => {
    proxy.closeAllConnections();
    proxy.close();
  };
  return { url: `http://127.0.0.1:${proxy.address().port}/mcp`, stop };
}

async function app({ t, stage, ...w }, inspector, server, tool, args, count) {
  const context = await stage.browser.newContext({ viewport: { width: 1500, height: 1000 } });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  // Its page asks a font service for its font; that the machine has no network is no fault of the view.
  await page.route(/fonts\.(googleapis|gstatic)\.com/, (route) => route.abort());
  const asked = [];
  page.on("request", (r) => r.url().includes("127.0.0.1") || r.url().includes("fonts.") || asked.push(r.url()));
  const query = new URLSearchParams({
    serverUrl: server,
    transport: "http",
    autoConnect: inspector.token,
    openApp: tool,
    appArgs: Buffer.from(JSON.stringify(args)).toString("base64url"),
  });
  try {
    await page.goto(`${inspector.url}?${query}`);
    await page.getByRole("button", { name: "Open App" }).click();
    const frame = await until(
      async () => {
        for (const f of page.frames())
          if (
            await f
              .locator('body[data-ready="1"] #people')
              .count()
              .catch(() => 0)
          )
            return f;
        return undefined;
      },
      "the view",
      30_000,
    );
    t.equal(`${tool}: everybody has a row`, await frame.locator("#people tr[data-row]").count(), count);
    if (tool === ATTENDANCE) {
      const want = await truth({ ...w, t }, args);
      t.equal(`${tool}: the summary`, await frame.locator("#summary").innerText(), want.summary);
      const bars = want.people.reduce((n, p) => n + p.spans.length, 0);
      t.equal(`${tool}: a bar for each span`, await frame.locator("#people .bar").count(), bars);
    }
    const box = await frame.locator("#people tr[data-row]").first().boundingBox();
    t.ok(`${tool}: one sees it`, box?.height > 10 && box.width > 200, box);
    t.equal(`${tool}: nothing is asked for elsewhere`, asked, []);
    if (process.env.PICTURES) await page.screenshot({ path: join(process.env.PICTURES, `inspector-${tool}.png`) });
  } catch (err) {
    if (process.env.PICTURES) await page.screenshot({ path: join(process.env.PICTURES, `inspector-${tool}.png`) });
    throw err;
  } finally {
    await context.close();
  }
}
