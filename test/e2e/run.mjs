// Runs every end-to-end script: node run.mjs BINARY.
import { Tally, binary } from "./harness.mjs";
import * as modern from "./client-2026.mjs";
import * as older from "./client-2025.mjs";
import * as http from "./http.mjs";
import * as subscriptions from "./subscriptions.mjs";
import * as inspector from "./inspector.mjs";

const bin = binary();
const t = new Tally();
for (const script of [modern, older, http, subscriptions, inspector]) {
  console.log(`\n-- ${script.title}`);
  await t.attempt(script.title, () => script.run(t, bin));
}
console.log();
process.exit(t.summary() ? 0 : 1);
