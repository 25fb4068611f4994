// The program, started over stdio or HTTP, and the official client that stands between it and a host.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";

export const VIEW = "ui://mcp-realtimekit/attendance";
export const MIME = "text/html;profile=mcp-app";
export const TIMELINE = "mcp-realtimekit/timeline";
export const DRAWS = { "io.modelcontextprotocol/ui": { mimeTypes: [MIME] } };
const ERAS = { modern: { pin: "2026-07-28" }, legacy: "legacy" };

// serve starts the program over HTTP, and returns its URL, with a function that ends it.
export async function serve(bin, environment, flags = []) {
  const args = ["--http", "127.0.0.1:0", "--log-format=json", "--drain-delay=0s", ...flags];
  const { CLOUDFLARE_API_TOKEN: token, ...rest } = environment; // each caller sends the token itself
  const server = spawn(bin, args, { env: { PATH: process.env.PATH, ...rest }, stdio: ["ignore", "inherit", "pipe"] });
  const exited = new Promise((resolve) => server.once("exit", resolve));
  let logs = "";
  const url = await new Promise((resolve, reject) => {
    createInterface({ input: server.stderr }).on("line", (line) => {
      logs += `${line}\n`;
      const entry = JSON.parse(line);
      if (entry.msg === "listening") resolve(new URL(entry.url));
    });
    exited.then((code) => reject(new Error(`the server ended with ${code}: ${logs}`)));
  });
  const stop = () => {
    server.kill("SIGTERM");
    return exited;
  };
  return { url, token, stop };
}

// connect returns a client that says it draws views unless extensions say something else. at is what serve
// returned; without it the program is started over stdio.
export async function connect({ bin, environment, at, era = "modern", extensions = DRAWS, flags = [] }) {
  const client = new Client(
    { name: "strict-host", version: "1.0.0" },
    { versionNegotiation: { mode: ERAS[era] }, capabilities: extensions ? { extensions } : {} },
  );
  const transport = at
    ? new StreamableHTTPClientTransport(at.url, { requestInit: { headers: { Authorization: `Bearer ${at.token}` } } })
    : new StdioClientTransport({
        command: bin,
        args: flags,
        stderr: "ignore",
        env: { PATH: process.env.PATH, ...environment },
      });
  await client.connect(transport, { timeout: 20_000 });
  return client;
}

// resource reads the view as a host does, with what it declares.
export async function resource(client, uri = VIEW) {
  const { contents } = await client.readResource({ uri });
  const [content] = contents;
  const html = content.text ?? Buffer.from(content.blob, "base64").toString("utf8");
  return { content, html, csp: content._meta?.ui?.csp, permissions: content._meta?.ui?.permissions };
}
