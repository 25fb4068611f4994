// Elements are made here, and text comes into them as text alone.

export const $ = (selector) => document.querySelector(selector);

/** make makes an element with properties, and children that are elements or text. */
export function make(tag, properties = {}, ...children) {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in el) el[name] = value;
    else el.setAttribute(name, value);
  }
  el.append(...children);
  return el;
}

/** strange is a stranger's text, whose direction is kept apart from what is around it. */
export const strange = (text) => make("bdi", {}, text);

/** at places an element between two parts of its parent, 0 at the begin and 1 at the end. */
export function at(el, from, to = from) {
  const percent = (n) => `${(n * 100).toFixed(3)}%`;
  el.style.left = percent(from);
  if (to !== from) el.style.width = percent(to - from);
  return el;
}
