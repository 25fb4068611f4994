// Measures the view: node measure.mjs BINARY. It prints rows of a table in Markdown.
import { loadavg } from "node:os";
import { resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { Tally } from "../tally.mjs";
import { connect } from "./server.mjs";
import { BOUNDS, median, times } from "./timing.mjs";
import { open } from "./world.mjs";

const RUNS = 15;

const bin = resolve(process.argv[2]);
const w = await open(new Tally(), bin);
const row = (what, value) => console.log(`| ${what} | ${value} |`);
const number = (n) => n.toLocaleString("en-US");

// listed is how many bytes the tools take in tools/list.
async function listed(flags) {
  const client = await connect({ bin, environment: w.environment, flags });
  const { tools } = await client.listTools();
  await client.close();
  return Buffer.byteLength(JSON.stringify(tools));
}

try {
  console.log(`Chromium ${w.stage.browser.version()}, load average ${loadavg()[0].toFixed(1)}\n`);
  row("", "measured");
  row("---", "---");
  const { html } = w.ui;
  row(
    "the view, one file",
    `${number(Buffer.byteLength(html))} bytes, ${number(gzipSync(html, { level: 9 }).length)} gzipped`,
  );
  row("what it adds to `tools/list`", `${number((await listed([])) - (await listed(["--no-ui"])))} bytes`);
  for (const [count, [meeting, bound]] of Object.entries(BOUNDS)) {
    await times(w, meeting, 2); // the first are slower, as the browser compiles
    const found = (await times(w, meeting, RUNS)).map(Math.round);
    const range = `${Math.min(...found)} to ${Math.max(...found)}`;
    row(
      `from the result to the picture of ${number(Number(count))} people, median of ${RUNS}`,
      `${median(found)} ms (${range}); bound ${bound}`,
    );
  }
} finally {
  await w.close();
}
