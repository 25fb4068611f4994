// The least that answers "who was added to this meeting?" on the TypeScript SDK.
import Cloudflare from "cloudflare";
import { McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { z } from "zod";

const account_id = process.env.CLOUDFLARE_ACCOUNT_ID;
const app_id = process.env.REALTIMEKIT_APP_ID;
const cloudflare = new Cloudflare(); // reads CLOUDFLARE_API_TOKEN and CLOUDFLARE_BASE_URL

serveStdio(() => {
  const server = new McpServer({ name: "typescript", version: "1.0.0" }, { capabilities: { tools: {} } });
  server.registerTool(
    "list_meeting_participants",
    {
      description: "List the participants added to a meeting",
      inputSchema: z.object({
        meeting_id: z.string(),
        page_no: z.number().int().min(0).optional(),
        per_page: z.number().int().min(0).optional(),
      }),
    },
    async ({ meeting_id, page_no, per_page }) => {
      const page = await cloudflare.realtimeKit.meetings.getMeetingParticipants(meeting_id, { account_id, app_id, page_no, per_page });
      return { content: [{ type: "text", text: JSON.stringify(page) }] };
    },
  );
  return server;
});
