// Makes a key pair and signs with it each body that stdin has, as base64 in a JSON array.
const crypto = require("node:crypto");
const fs = require("node:fs");

const { publicKey, privateKey } = crypto.generateKeyPairSync("rsa", { modulusLength: 2048 });
const bodies = JSON.parse(fs.readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify({
  publicKey: publicKey.export({ type: "spki", format: "pem" }),
  signatures: bodies.map((body) => crypto.sign("RSA-SHA256", Buffer.from(body, "base64"), privateKey).toString("base64")),
}));
