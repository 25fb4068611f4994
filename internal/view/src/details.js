// What is known of one person, in words.

import { make, strange } from "./dom.js";
import { tags, words } from "./model.js";

/** details describes a person. */
export function details(p, model, shown) {
  const lines = p.visits.map((v) => make("li", {}, `${shown.date(v.spans[0][0])}: ${words(v, shown)}`));
  const head = make("h2", {}, strange(p.name || "(unnamed)"));
  const id = p.id ? [make("span", { className: "id" }, strange(p.id))] : [];
  const said = tags(p, model).map(([, text]) => text);
  if (p.minutes) said.push(`${p.minutes} min in all`);
  return [head, ...id, make("p", {}, said.join(", ")), make("ul", {}, ...lines)];
}
