// The named checks of the scripts, and how many of them passed.
import { isDeepStrictEqual } from "node:util";

export class Tally {
  passed = 0;
  failed = 0;

  ok(name, condition, detail) {
    if (condition) {
      this.passed++;
      console.log(`  ok    ${name}`);
    } else {
      this.failed++;
      console.log(`  FAIL  ${name}${detail === undefined ? "" : `\n        ${brief(detail)}`}`);
    }
    return Boolean(condition);
  }

  equal(name, got, want) {
    return this.ok(name, isDeepStrictEqual(got, want), `got ${JSON.stringify(got)}, want ${JSON.stringify(want)}`);
  }

  // attempt runs fn; an exception counts as one failure and yields undefined.
  async attempt(name, fn) {
    try {
      return await fn();
    } catch (err) {
      this.ok(name, false, err?.stack ?? err);
      return undefined;
    }
  }

  summary() {
    console.log(`${this.passed} passed, ${this.failed} failed`);
    return this.failed === 0 && this.passed > 0;
  }
}

function brief(value) {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 1500 ? `${text.slice(0, 1500)}...` : text;
}
