// What the view asks the host to do. A message names ids and never people: it goes to a model.

const ID = /^[\w-]{1,64}$/;

/** messages are what the buttons say to the model, by the button's action. */
export function messages({ columns, people, compared, meeting }) {
  const { session } = columns.at(-1);
  const one = columns.length === 1 && !compared;
  const id = one ? session : meeting;
  const out = {};
  if (!ID.test(id || "")) return out;
  const place = one ? `session="${id}"` : `meeting="${id}", sessions="${columns.length}"`;
  const add = (action, whom, show) => {
    const label = `Draft a follow-up to those who ${whom}`;
    const how = compared ? `compare_attendance with meetings="${id}"` : `get_meeting_attendance with ${place}, show="${show}"`;
    out[action] = [label, `${label}: ${how}`];
  };
  const some = (absent) => people.some((p) => (p.status === "absent") === absent);
  if (some(true)) add("followup", one ? "were absent" : "came to none", "absent");
  if (some(false) && !compared) add("thanks", "came", "attended");
  return out;
}

const done = ({ isError }) => {
  if (isError) throw new Error("The host did not do that.");
};

/** say hands the host a message. */
export const say = async (host, text) =>
  done(await host.request("ui/message", { role: "user", content: [{ type: "text", text }] }));

/** save hands the host a CSV file. */
export const save = async (host, text) => {
  const resource = { uri: "file:///attendance.csv", mimeType: "text/csv", text };
  done(await host.request("ui/download-file", { contents: [{ type: "resource", resource }] }));
};
