// A model on loopback that asks for scripted tool calls, and then ends. It speaks the
// three protocols of the clients: OpenAI Responses, Gemini and Anthropic Messages.
import http from "node:http";

export const DONE = "The fake model is done.";

// serveModel keeps the bodies of all requests. choose returns, for the tools on
// offer and the number of calls that were answered, the call to ask for: {name,
// namespace, args}, or {name, custom} with text; nothing ends the turn.
export async function serveModel(choose) {
  const requests = [];
  const server = http.createServer(async (req, res) => {
    const chunks = [];
    for await (const chunk of req) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString("utf8");
    const answer = protocols.find((p) => req.method === "POST" && p.path.test(req.url));
    if (!answer) {
      res.writeHead(404, { "content-type": "application/json" }).end('{"error":{"message":"unknown"}}');
      return;
    }
    const body = JSON.parse(text);
    const results = answer.results(body);
    const tools = answer.tools(body);
    requests.push({ text, tools, results });
    answer.send(res, body, choose(tools, results.length), req.url, results.length);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, requests, close };
}

function events(res, list) {
  res.writeHead(200, { "content-type": "text/event-stream" });
  for (const e of list) res.write(`${e.type ? `event: ${e.type}\n` : ""}data: ${JSON.stringify(e)}\n\n`);
  res.end();
}

// called is the call of a function, or of a tool that takes free text.
function called({ name, namespace, args, custom }) {
  if (custom !== undefined) return { type: "custom_tool_call", name, input: custom };
  return { type: "function_call", name, namespace, arguments: JSON.stringify(args) }; // undefined is left out
}

// flat lists tools, of which some stand in namespaces.
function flat(tools, namespace) {
  return tools.flatMap((t) => (t.type === "namespace" ? flat(t.tools, t.name) : [{ name: t.name ?? t.type, namespace }]));
}

const responses = {
  path: /\/responses$/,
  // Newer models are given their tools in a message.
  tools: (body) => flat([body, ...(body.input ?? [])].flatMap((i) => i.tools ?? [])),
  results: (body) => (body.input ?? []).filter((i) => /call_output$/.test(i.type)).map((i) => JSON.stringify(i.output)),
  send(res, body, call, _, n) {
    const message = {
      type: "message",
      id: "msg_1",
      role: "assistant",
      status: "completed",
      content: [{ type: "output_text", text: DONE, annotations: [] }],
    };
    const item = call ? { ...called(call), status: "completed", id: `fc_${n}`, call_id: `call_${n}` } : message;
    const usage = {
      input_tokens: 1,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: 1,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 2,
    };
    const response = { id: "resp_1", object: "response", model: body.model, status: "completed", output: [item], usage };
    events(res, [
      { type: "response.created", response: { ...response, status: "in_progress", output: [] } },
      { type: "response.output_item.added", output_index: 0, item: { ...item, status: "in_progress" } },
      { type: "response.output_item.done", output_index: 0, item },
      { type: "response.completed", response },
    ]);
  },
};

const gemini = {
  path: /:(streamG|g)enerateContent/,
  tools: (body) => (body.tools ?? []).flatMap((t) => t.functionDeclarations ?? []).map((f) => ({ name: f.name })),
  results: (body) => (body.contents ?? []).flatMap((c) => c.parts ?? []).filter((p) => p.functionResponse)
    .map((p) => JSON.stringify(p.functionResponse.response)),
  send(res, body, call, url) {
    const part = call ? { functionCall: { name: call.name, args: call.args } } : { text: DONE };
    const answer = {
      candidates: [{ index: 0, content: { role: "model", parts: [part] }, finishReason: "STOP" }],
      usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
    };
    if (url.includes("alt=sse")) events(res, [answer]);
    else res.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
  },
};

const anthropic = {
  path: /\/v1\/messages(\?|$)/,
  tools: (body) => (body.tools ?? []).map((t) => ({ name: t.name })),
  results: (body) => (body.messages ?? []).flatMap((m) => (Array.isArray(m.content) ? m.content : []))
    .filter((c) => c.type === "tool_result").map((c) => JSON.stringify(c.content)),
  send(res, body, call, _, n) {
    const block = call ? { type: "tool_use", id: `toolu_${n}`, name: call.name, input: {} } : { type: "text", text: "" };
    const delta = call
      ? { type: "input_json_delta", partial_json: JSON.stringify(call.args) }
      : { type: "text_delta", text: DONE };
    const usage = { input_tokens: 1, output_tokens: 1 };
    const message = {
      id: "msg_1",
      type: "message",
      role: "assistant",
      model: body.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage,
    };
    const stop = call ? "tool_use" : "end_turn";
    if (!body.stream) {
      const content = [call ? { ...block, input: call.args } : { type: "text", text: DONE }];
      res.writeHead(200, { "content-type": "application/json" });
      res.end(JSON.stringify({ ...message, content, stop_reason: stop }));
      return;
    }
    events(res, [
      { type: "message_start", message },
      { type: "content_block_start", index: 0, content_block: block },
      { type: "content_block_delta", index: 0, delta },
      { type: "content_block_stop", index: 0 },
      { type: "message_delta", delta: { stop_reason: stop, stop_sequence: null }, usage },
      { type: "message_stop" },
    ]);
  },
};

const protocols = [responses, gemini, anthropic];
