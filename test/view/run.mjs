// Runs the sections: node run.mjs BINARY. SECTIONS names those to run, separated by blanks.
import { resolve } from "node:path";
import { Tally } from "../tally.mjs";
import { open } from "./world.mjs";
import * as strict from "./strict.mjs";
import * as clients from "./clients.mjs";
import * as handshake from "./handshake.mjs";
import * as drawing from "./drawing.mjs";
import * as use from "./use.mjs";
import * as actions from "./actions.mjs";
import * as looks from "./looks.mjs";
import * as rough from "./rough.mjs";
import * as live from "./live.mjs";
import * as access from "./access.mjs";
import * as timing from "./timing.mjs";
import * as pixels from "./pixels.mjs";
import * as exported from "./export.mjs";
import * as inspector from "./inspector.mjs";

const sections = {
  strict,
  clients,
  handshake,
  drawing,
  use,
  actions,
  looks,
  rough,
  export: exported, // before somebody comes to the live session, which the server may not know at once
  live,
  access,
  timing,
  pixels,
  inspector,
};

if (!process.argv[2]) {
  console.error("usage: node run.mjs BINARY");
  process.exit(2);
}
const wanted = process.env.SECTIONS?.split(/\s+/).filter(Boolean) ?? Object.keys(sections);
const unknown = wanted.filter((name) => !(name in sections));
if (unknown.length > 0) {
  console.error(`no such section: ${unknown}; there are ${Object.keys(sections)}`);
  process.exit(2);
}
const t = new Tally();
const w = await open(t, resolve(process.argv[2]));
try {
  for (const name of wanted) {
    const began = Date.now();
    console.log(`\n-- ${sections[name].title}`);
    await t.attempt(name, () => sections[name].run(w));
    console.log(`   ${((Date.now() - began) / 1000).toFixed(1)} s`);
  }
} finally {
  await w.close();
}
console.log();
process.exit(t.summary() ? 0 : 1);
