// The host in a browser: two origins, the bridge, and a view in the sandbox.
import { readFileSync } from "node:fs";
import http from "node:http";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { chromium } from "playwright-core";

const here = (name) => fileURLToPath(new URL(`host/${name}`, import.meta.url));
export const FONTS = here("fonts.conf");
const PATIENCE = 10_000; // ms

// launch starts a browser that is silent but for its pages. A frame in a process of its own would begin before
// host/watch.js does.
export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    env: { ...process.env, FONTCONFIG_FILE: FONTS },
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--disable-features=IsolateSandboxedIframes",
      "--font-render-hinting=none",
    ],
  });
}

export const CAPABILITIES = {
  openLinks: {},
  downloadFile: {},
  serverTools: {},
  serverResources: {},
  logging: {},
  message: { text: {} },
};

// CONTEXT has another zone than the answers: theirs is the one to show.
export const CONTEXT = {
  theme: "light",
  displayMode: "inline",
  availableDisplayModes: ["inline", "fullscreen"],
  locale: "en-US",
  timeZone: "America/New_York",
  platform: "web",
};

// policy follows from what a resource declares; what it does not declare is forbidden.
function policy(csp) {
  const loads = (csp.resourceDomains ?? []).join(" ");
  const or = (list) => (list?.length ? list.join(" ") : "'none'");
  return [
    "default-src 'none'",
    `script-src 'unsafe-inline' ${loads}`,
    `style-src 'unsafe-inline' ${loads}`,
    `img-src data: ${loads}`,
    `font-src ${or(csp.resourceDomains)}`,
    `connect-src ${or(csp.connectDomains)}`,
    `frame-src ${or(csp.frameDomains)}`,
    `base-uri ${or(csp.baseUriDomains)}`,
    "object-src 'none'",
    "form-action 'none'",
    "report-uri /report",
  ].join("; ");
}

async function listen(handler) {
  const server = http.createServer((req, res) => {
    handler(req, res, new URL(req.url, "http://localhost")).catch((err) => res.writeHead(500).end(String(err)));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { origin: `http://127.0.0.1:${server.address().port}`, server };
}

async function body(req) {
  let text = "";
  for await (const chunk of req) text += chunk;
  return text;
}

// Stage is a browser with the host's two servers.
export class Stage {
  static async open() {
    const stage = new Stage();
    const { outputFiles } = await build({
      entryPoints: [here("page.js")],
      bundle: true,
      minify: true,
      write: false,
      format: "iife",
      logLevel: "error",
    });
    const files = {
      "/": ["text/html", readFileSync(here("page.html"))],
      "/page.js": ["text/javascript", outputFiles[0].contents],
    };
    stage.host = await listen((req, res, url) => stage.#serve(req, res, files[url.pathname]));
    stage.sandbox = await listen((req, res, url) => stage.#proxy(req, res, url));
    stage.browser = await launch();
    return stage;
  }

  async close() {
    await this.browser.close();
    for (const { server } of [this.host, this.sandbox]) {
      server.closeAllConnections();
      server.close();
    }
  }

  async #serve(req, res, file) {
    if (file) {
      res.writeHead(200, { "content-type": file[0] }).end(file[1]);
      return;
    }
    const { method, params } = JSON.parse(await body(req));
    const answer = await this.rpc(method, params).then(
      (result) => ({ result }),
      (err) => ({ error: err.message }),
    );
    res.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
  }

  async #proxy(req, res, url) {
    if (url.pathname === "/report") {
      this.reports.push(await body(req));
      res.writeHead(204).end();
      return;
    }
    res.writeHead(200, {
      "content-type": "text/html",
      "content-security-policy": policy(JSON.parse(url.searchParams.get("csp"))),
    });
    res.end(readFileSync(here("proxy.html")));
  }

  // load puts a view into a page of its own. client answers what the view asks of the server.
  async load({ client, html, csp, permissions, ...options }) {
    this.reports = [];
    this.rpc = (method, params) => forward(client, method, params);
    const view = new View(this, options);
    await view.load({ html, csp, permissions });
    return view;
  }
}

// forward sends a view's request on to the server, as far as a host lets it through.
async function forward(client, method, params) {
  if (method === "resources/read") return client.readResource(params);
  const { tools } = await client.listTools();
  const visibility = tools.find((tool) => tool.name === params.name)?._meta?.ui?.visibility;
  if (!visibility?.includes("app")) throw new Error(`${params.name} is not for views`);
  return client.callTool(params);
}

// View is a view on the stage.
class View {
  noise = []; // what it has to be silent of: console, errors, dialogs, requests

  constructor(
    stage,
    { capabilities = CAPABILITIES, context = {}, width = 760, maxHeight = 900, hold, ...browser } = {},
  ) {
    this.stage = stage;
    this.options = { capabilities, context: { ...CONTEXT, ...context }, width, maxHeight, hold };
    this.browser = browser;
  }

  async load({ html, csp, permissions }) {
    const { stage, options } = this;
    const { clock, ...settings } = this.browser;
    this.context = await stage.browser.newContext({ viewport: { width: 1000, height: 1000 }, ...settings });
    await this.context.addInitScript({ path: here("watch.js") });
    if (clock) await this.context.clock.install();
    this.page = await this.context.newPage();
    this.page.setDefaultTimeout(PATIENCE);
    await this.page.goto(stage.host.origin);
    this.page.on("console", (m) => this.noise.push(`console ${m.type()}: ${m.text()}`));
    this.page.on("pageerror", (err) => this.noise.push(`error: ${err.stack}`));
    this.page.on("dialog", (d) => (this.noise.push(`dialog: ${d.message()}`), d.dismiss()));
    this.context.on("request", (r) => this.#request(r));
    await this.host("load", { html, csp, permissions, sandbox: `${stage.sandbox.origin}/`, ...options });
    this.frame = await until(() => this.page.frames().find((f) => f.url() === "about:srcdoc"), "the view's frame");
    if (!options.hold) await this.host("initialized");
  }

  #request(request) {
    const url = request.url();
    const { host, sandbox } = this.stage;
    if (url === `${host.origin}/rpc` || url.startsWith(`${sandbox.origin}/?`) || url === "about:srcdoc") return;
    this.noise.push(`request: ${url}`);
  }

  // host calls a function of the host's page.
  host(name, ...args) {
    return this.page.evaluate(([f, a]) => window.host[f](...a), [name, args]);
  }

  // show hands over a result, with the arguments of its call, and waits for the picture.
  async show(args, result) {
    if (args) await this.host("input", args);
    const began = await this.host("result", result);
    await this.ready();
    return began;
  }

  ready() {
    return this.frame.waitForFunction(() => document.body.dataset.ready === "1");
  }

  // painted is the time from the result to the first frame with the picture, in ms.
  async painted(began) {
    await this.frame.waitForFunction(() => window.watched.ready);
    return (await this.frame.evaluate(() => window.watched.ready)) - began;
  }

  // said are the messages of the view, or of the host, by method.
  async said(method, from = "view") {
    return (await this.host("log")).filter((m) => m.from === from && (!method || m.method === method));
  }

  text(selector) {
    return this.frame.locator(selector).innerText();
  }

  texts(selector) {
    return this.frame.locator(selector).allInnerTexts();
  }

  // close checks that the view has kept the peace, and ends it.
  async close(t, label) {
    const watched = await this.frame
      .evaluate(() => ({ ...window.watched, pwned: window.pwned }))
      .catch(() => undefined);
    const errors = watched === undefined ? ["the view is gone"] : [];
    if (watched?.pwned !== undefined) errors.push(`a stranger's script ran: ${watched.pwned}`);
    errors.push(...(await this.said(undefined, "error")).map((m) => m.message));
    t.equal(`${label}: nothing on the console, no request, no error`, [...this.noise, ...errors], []);
    t.equal(`${label}: no violation of the policy`, [...(watched?.violations ?? []), ...this.stage.reports], []);
    await this.context.close();
  }
}

// until waits for a value.
export async function until(get, what, patience = PATIENCE) {
  const end = Date.now() + patience;
  for (;;) {
    const value = await get();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
