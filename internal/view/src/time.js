// Times are seconds since 1970. A clock shows them in one zone, the answer's.

const MINUTE = 60;
const DAY = 1440; // minutes

/** clock shows times in a zone by its IANA name; one that the browser does not know is UTC. */
export function clock(zone) {
  const format = (options) => {
    const { format } = new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options });
    return (seconds) => format(seconds * 1000);
  };
  const day = { day: "numeric", month: "short" };
  try {
    return {
      zone,
      time: format({ hour: "2-digit", minute: "2-digit" }),
      day: format(day),
      date: format({ weekday: "short", year: "numeric", ...day }),
    };
  } catch {
    return clock("UTC");
  }
}

/** ticks are the round times between two, at most one more than is said. */
export function ticks(from, to, most, shown) {
  const length = (to - from) / MINUTE;
  if (length <= 0) return [];
  const step = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720].find((m) => length <= most * m) || DAY * Math.ceil(length / most / DAY);
  const round = (t) => {
    const [hours, minutes] = shown.time(t).split(":");
    return (hours * 60 + +minutes) % Math.min(step, DAY) === 0;
  };
  let t = Math.ceil(from / MINUTE) * MINUTE;
  while (t <= to && !round(t)) t += MINUTE;
  const out = [];
  for (; t <= to; t += step * MINUTE) out.push(t);
  return out;
}
