// The meetings that the checks draw. Their dates are fixed, but for the live one.
import { Meeting } from "./account.mjs";

const MINUTE = 60_000;

// ten is a review to which everything happens once: late, early, out and back, a guest, two absent.
export function ten() {
  const m = new Meeting(1, "Review of ten");
  const names = [
    "Ada Bell",
    "Zoë Lindqvist",
    "Nguyễn Thị Hoa",
    "محمد الفارسي",
    "דנה לוי",
    "李娜",
    "佐藤 花子",
    "Omar Late",
    "Vera Absent",
  ];
  names.forEach((name, i) => m.invite(i + 1, name));
  const start = Date.UTC(2026, 2, 2, 14, 0);
  return [
    m,
    m
      .meet(start, start + 45 * MINUTE)
      .came(1, names[0], [0, 45])
      .came(2, names[1], [0.2, 15], [22.5, 45])
      .came(3, names[2], [0.5, 27])
      .came(4, names[3], [1, 45])
      .came(5, names[4], [2, 10], [14, 20], [26, 44])
      .came(6, names[5], [3, 45])
      .came(8, names[7], [17, 45])
      .joined(10, "Guest of Contoso", "guest-1", [4, 40]),
  ];
}

// crowd is a meeting of so many people on a roster: one in ten is absent, some are late, leave early, or drop out.
export function crowd(no, title, count, custom = (n) => `c-${n}`) {
  const m = new Meeting(no, title);
  const start = Date.UTC(2026, 2, 3, 9, 0);
  const s = m.meet(start, start + 90 * MINUTE);
  for (let n = 1; n <= count; n++) {
    const name = `${FIRST[n % FIRST.length]} ${LAST[(n * 7) % LAST.length]} ${n}`;
    m.invite(n, name, custom(n));
    const from = n % 9 === 4 ? 8 + (n % 30) : (n % 40) / 10;
    const to = n % 11 === 5 ? 50 + (n % 25) : 90;
    if (n % 10 === 3) continue;
    const spans =
      n % 8 === 1
        ? [
            [from, 42],
            [45 + (n % 3), to],
          ]
        : [[from, to]];
    s.joined(n, name, custom(n), ...spans);
  }
  return [m, s];
}

const FIRST = ["Ada", "Ben", "Chloé", "Dmitri", "Esra", "Fatima", "Goran", "Hoa", "Ines", "Jun", "Kofi", "Lena", "Mei"];
const LAST = ["Abbott", "Bauer", "Costa", "Dupont", "Eriksen", "Fischer", "Gupta", "Haddad", "Ito", "Jansen", "Kaya"];

// HOSTILE are names that people could give themselves.
export const HOSTILE = [
  "<img src=x onerror=alert(1)>",
  "<script>window.pwned=1</script>",
  "</script><script>window.pwned=2</script>",
  '"><svg onload="window.pwned=3">',
  '=HYPERLINK("https://evil.example","x")',
  "@SUM(1+1)",
  "Ann \u202Etxe.live\u202C Bob",
  "\u2066\u2067isolated and open",
  "javascript:alert(1)",
  "{{7*7}} ${7*7} <%= 7*7 %>",
  "W\u0337\u0321\u0322\u0355".repeat(30),
  "\u200B\u200C\u200D\uFEFF",
  "long ".repeat(2000),
  "unbroken".repeat(1250),
  "__proto__",
  "constructor",
];

// hostile is a meeting of such people, with a title of the kind.
export function hostile() {
  const m = new Meeting(4, "Hostile <b>title</b> \u202Eelt\u202C <script>window.pwned=4</script>");
  const start = Date.UTC(2026, 2, 4, 9, 0);
  const s = m.meet(start, start + 30 * MINUTE);
  HOSTILE.forEach((name, i) => {
    m.invite(i + 1, name);
    s.joined(i + 1, name, i === 0 ? "<i>custom</i>" : `c-${i + 1}`, [0, 30]);
  });
  return [m, s];
}

// live is a meeting that began so many minutes ago and goes on.
export function live() {
  const m = new Meeting(5, "Live now");
  const s = m.meet(Math.floor(Date.now() / 1000) * 1000 - 20 * MINUTE);
  ["Lia Here", "Max Here", "Nia Gone", "Oli Away"].forEach((name, i) => m.invite(i + 1, name));
  s.came(1, "Lia Here", [0]).came(2, "Max Here", [1]).came(3, "Nia Gone", [0, 6]);
  return [m, s];
}

// weekly met six times; each person has a pattern of who came when.
export function weekly() {
  const m = new Meeting(6, "Weekly of six");
  const patterns = [
    ["Ada Bell", "xxxxxx"],
    ["Ben Often", "xx-xxx"],
    ["Cy Seldom", "x----x"],
    ["محمد الفارسي", "-xxxxx"],
    ["Vera Never", "------"],
  ];
  patterns.forEach(([name], i) => m.invite(i + 1, name));
  for (let week = 0; week < 6; week++) {
    const start = Date.UTC(2026, 0, 12 + 7 * week, 10, 0);
    const s = m.meet(start, start + 30 * MINUTE);
    patterns.forEach(([name, marks], i) => {
      if (marks[week] !== "x") return;
      // Ben is late once, and Ada goes out once.
      if (i === 1 && week === 3) s.came(2, name, [12, 30]);
      else if (i === 0 && week === 2) s.came(1, name, [0, 10], [15, 30]);
      else s.came(i + 1, name, [0, 30]);
    });
  }
  return [m, m.sessions];
}

// rtl is a meeting whose title and people are written from right to left.
export function rtl() {
  const m = new Meeting(7, "مراجعة التصميم");
  const start = Date.UTC(2026, 2, 5, 9, 0);
  const s = m.meet(start, start + 40 * MINUTE);
  ["محمد الفارسي", "דנה לוי", "سارة أحمد", "Latin Person"].forEach((name, i) => {
    m.invite(i + 1, name);
    s.came(i + 1, name, [i * 3, 40 - i]);
  });
  return [m, s];
}

// never is a meeting that nobody ever held, about which a call fails.
export const never = () => [new Meeting(8, "Never held"), undefined];
