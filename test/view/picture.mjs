// Takes pictures of the sample account's design review, as a host draws it: node picture.mjs BINARY FOLDER.
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { decode, smaller } from "./png.mjs";
import { connect, resource } from "./server.mjs";
import { Stage } from "./stage.mjs";

const WIDTH = 880;
const TOOL = "get_meeting_attendance";

const [bin, folder] = process.argv.slice(2).map((p) => resolve(p));
const client = await connect({ bin, environment: {}, flags: ["--demo"] });
const stage = await Stage.open();
try {
  const args = { meeting: "design review" };
  const result = await client.callTool({ name: TOOL, arguments: args });
  for (const theme of ["light", "dark"]) {
    const view = await stage.load({
      client,
      ...(await resource(client)),
      width: WIDTH,
      context: { theme },
      deviceScaleFactor: 2,
    });
    await view.show(args, result);
    const height = await view.frame.evaluate(() => Math.ceil(document.documentElement.getBoundingClientRect().height));
    await view.page.setViewportSize({ width: WIDTH, height });
    const png = await view.page.screenshot({ animations: "disabled" });
    writeFileSync(`${folder}/view-${theme}.png`, smaller(await decode(view.page, png)));
    await view.context.close();
  }
} finally {
  await client.close();
  await stage.close();
}
