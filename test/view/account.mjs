// An account on loopback whose meetings the checks make up, so that they know what the picture has to show.
import http from "node:http";

const ACCOUNT = "0123456789abcdef0123456789abcdef";
const APP = "2ae3ce9b-0fd6-4a5f-a1ee-1d9fe5a9a5c1";
const TOKEN = "view-token-not-a-secret";
const BASE = "/client/v4";
const PRESET = "group_call_participant";

const iso = (ms) => new Date(ms).toISOString();
const id = (kind, n) => `00000000-0000-4000-${kind}-${String(n).padStart(12, "0")}`;

// Meeting is a room with people on its roster and sessions. Moments are milliseconds since 1970.
export class Meeting {
  roster = [];
  sessions = []; // oldest first

  constructor(no, title) {
    this.id = id("8000", no);
    this.no = no;
    this.title = title;
  }

  // invite puts somebody on the roster, long before.
  invite(n, name, custom = `c-${n}`) {
    this.roster.push({
      id: id("9000", this.no * 100_000 + n),
      name,
      custom_participant_id: custom,
      preset_name: PRESET,
      created_at: "2026-01-05T08:00:00.000Z",
      updated_at: "2026-01-05T08:00:00.000Z",
    });
    return this;
  }

  // meet adds a later session than those before; without an end it is live.
  meet(from, to) {
    const no = this.no * 100 + this.sessions.length;
    const session = new Session(this, id("a000", no), from, to);
    this.sessions.push(session);
    return session;
  }

  row() {
    return { id: this.id, title: this.title, status: "ACTIVE", created_at: "2026-01-05T08:00:00.000Z" };
  }
}

class Session {
  peers = [];

  constructor(meeting, sid, from, to) {
    Object.assign(this, { meeting, id: sid, from, to });
  }

  // came adds a joining for each span of [from, to], in minutes after the begin; without an end they are still there.
  came(n, name, ...spans) {
    return this.joined(n, name, `c-${n}`, ...spans);
  }

  joined(n, name, custom, ...spans) {
    for (const [from, to] of spans) {
      const at = iso(this.from + from * 60_000);
      this.peers.push({
        id: id("b000", this.meeting.no * 1_000_000 + this.meeting.sessions.length * 10_000 + this.peers.length),
        user_id: id("9000", this.meeting.no * 100_000 + n),
        display_name: name,
        custom_participant_id: custom,
        preset_name: PRESET,
        joined_at: at,
        created_at: at,
        ...(to === undefined ? {} : { left_at: iso(this.from + to * 60_000) }),
      });
    }
    return this;
  }

  // age is how many minutes ago it began.
  age() {
    return (Date.now() - this.from) / 60_000;
  }

  // end ends a live session, and resume takes that back.
  end() {
    this.to = Date.now();
    this.ended = this.peers.filter((p) => !p.left_at);
    for (const peer of this.ended) peer.left_at = iso(this.to);
  }

  resume() {
    this.to = undefined;
    for (const peer of this.ended) delete peer.left_at;
  }

  row() {
    const { meeting, from, to, peers } = this;
    return {
      id: this.id,
      associated_id: meeting.id,
      meeting_display_name: meeting.title,
      type: "meeting",
      status: to === undefined ? "LIVE" : "ENDED",
      live_participants: peers.filter((p) => !p.left_at).length,
      max_concurrent_participants: peers.length,
      minutes_consumed: 10,
      started_at: iso(from),
      created_at: iso(from),
      updated_at: iso(to ?? Date.now()),
      ...(to === undefined ? {} : { ended_at: iso(to) }),
    };
  }
}

function page(rows, query) {
  const no = Math.max(1, Number(query.get("page_no")) || 1);
  const per = Math.max(1, Number(query.get("per_page")) || 25);
  const from = Math.min((no - 1) * per, rows.length);
  const part = rows.slice(from, from + per);
  const paging = { total_count: rows.length, start_offset: part.length ? from + 1 : 0, end_offset: from + part.length };
  return { part, paging };
}

// answer is the body for a path below the app, or undefined.
function answer(meetings, path, query) {
  const list = (rows, key) => {
    const { part, paging } = page(rows, query);
    return { success: true, data: key ? { [key]: part } : part, paging };
  };
  const sessions = meetings.flatMap((m) => m.sessions);
  const [, kind, key, people] = path.split("/");
  if (kind === "meetings" && !key) return list(meetings.map((m) => m.row()));
  if (kind === "sessions" && !key) {
    const of = query.get("associated_id");
    const latest = sessions.filter((s) => !of || s.meeting.id === of).sort((a, b) => b.from - a.from);
    return list(
      latest.map((s) => s.row()),
      "sessions",
    );
  }
  const meeting = meetings.find((m) => m.id === key);
  const session = sessions.find((s) => s.id === key);
  if (kind === "meetings" && meeting) {
    if (!people) return { success: true, data: meeting.row() };
    if (people === "participants") return list(meeting.roster);
  }
  if (kind === "sessions" && session) {
    if (!people) return { success: true, data: session.row() };
    if (people === "participants") return list(session.peers, "participants");
  }
  return undefined;
}

// startAccount serves meetings, which may change while it does. environment is what the program needs to read it.
export async function startAccount(meetings) {
  const prefix = `${BASE}/accounts/${ACCOUNT}/realtime/kit/${APP}`;
  const server = http.createServer((req, res) => {
    const { pathname, searchParams } = new URL(req.url, "http://localhost");
    const body = pathname.startsWith(prefix)
      ? answer(meetings, pathname.slice(prefix.length), searchParams)
      : undefined;
    res.writeHead(body ? 200 : 404, { "content-type": "application/json" });
    res.end(JSON.stringify(body ?? { success: false, error: { code: 404, message: "not here" } }));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const environment = {
    CLOUDFLARE_API_TOKEN: TOKEN,
    CLOUDFLARE_ACCOUNT_ID: ACCOUNT,
    REALTIMEKIT_APP_ID: APP,
    CLOUDFLARE_BASE_URL: `http://127.0.0.1:${server.address().port}${BASE}`,
    REALTIMEKIT_RATE_LIMIT: "1000000/1s", // the checks ask for more than Cloudflare lets anybody
  };
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return { environment, stop };
}
