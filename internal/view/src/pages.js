// What the view asks the server for, through the host: the people that an answer left out, what
// has changed since, and the CSV.

import { fromAnswer, read } from "./model.js";

/** timelineOf is what an answer holds for a view, undefined if that is nothing. */
const timelineOf = ({ _meta }) => _meta?.["mcp-realtimekit/timeline"];

/** textOf is what an answer says. */
export const textOf = ({ content = [] }) => content.map((c) => c.text || "").join("\n");

const sessions = ({ columns }) => columns.map((c) => c.session).join();

/** source asks for more of the answer that the host has shown, to a call with some arguments. */
export function source(host, can, compared, { limit, offset, format, ...given }) {
  async function call(more) {
    const name = compared ? "compare_attendance" : "get_meeting_attendance";
    const result = await host.request("tools/call", { name, arguments: { ...given, ...more } });
    if (result.isError) throw new Error(textOf(result));
    return result;
  }

  const page = async (offset) => read(timelineOf(await call({ view_offset: offset, limit: 1 })));

  /** same is a page that goes with a model. The latest session may be another one by now. */
  async function same(model, offset) {
    const more = await page(offset);
    if (more.offset !== offset || sessions(more) !== sessions(model)) throw new Error("the answer has changed meanwhile");
    return more;
  }

  return {
    /** first is the model of an answer, as far as the answer holds it or the server gives it. */
    first: async (result) =>
      timelineOf(result)
        ? read(timelineOf(result))
        : (can.serverTools && (await page(0).catch(() => 0))) || fromAnswer(result.structuredContent),
    /** again is the model anew. */
    again: (model) => same(model, 0),
    /** rest adds the people that a model lacks, and tells after each page. */
    async rest(model, tell) {
      while (model.next && can.serverTools) {
        const more = await same(model, model.next);
        model.people.push(...more.people);
        model.next = more.next;
        tell();
      }
    },
    /** csv is the whole answer as CSV. */
    async csv() {
      let text = "";
      for (let offset = 0, left = 1; left; ) {
        const answer = (await call({ format: "csv", offset })).structuredContent;
        const lines = answer.csv.split("\r\n");
        text += (text ? lines.slice(1) : lines).join("\r\n");
        left = answer.left_out;
        offset = /offset=(\d+)/.exec(answer.next || "")?.[1] | 0;
      }
      return text;
    },
  };
}
