// fastify with Twilio's library and better-sqlite3 (synchronous, as its authors advise) or pg's pool.
import { createDecipheriv, createHmac, randomBytes } from "node:crypto";
import Database from "better-sqlite3";
import Fastify from "fastify";
import formbody from "@fastify/formbody";
import pg from "pg";
import twilio from "twilio";

const { AUTH_TOKEN, BASE_URL, CONNECTION_ID, DATABASE_URL, HASH_KEY, PORT, SEAL_KEY } = process.env;
const hashKey = Buffer.from(HASH_KEY, "hex");
const sealKey = Buffer.from(SEAL_KEY, "hex");

const LOOK_UP = `
  SELECT line.id, line.court_id, line.deliver_sealed, line.ring_seconds, line.time_limit_seconds,
         notice.id AS notice_id, notice.recording_id, notice.state, notice.review_until
  FROM line LEFT JOIN notice ON notice.line_id = line.id AND notice.state IN ('approved', 'suspended')
  WHERE line.connection_id = $1 AND line.gateway_hash = $2 AND line.state <> 'released'`;
const RECORD = `
  INSERT INTO call (id, connection_id, carrier_call_id, court_id, line_id, notice_id, decision, why, shadow,
                    played_ms, outcome, received_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 'unknown', $10)`;

function openSqlite(path) {
  const db = new Database(path, { timeout: 5000 });
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = FULL");
  const lookUp = db.prepare(LOOK_UP.replace(/\$\d+/g, "?"));
  const record = db.prepare(RECORD.replace(/\$\d+/g, "?"));
  return {
    lookUp: (...values) => lookUp.get(values),
    record: (...values) => record.run(values.map((each) => (each === false ? 0 : each))),
    now: () => new Date().toISOString().replace("T", " ").replace("Z", "000"),
  };
}

function openPostgres(url) {
  const pool = new pg.Pool({ connectionString: url, max: 8 });
  return {
    lookUp: async (...values) => (await pool.query({ name: "look-up", text: LOOK_UP, values })).rows[0],
    record: (...values) => pool.query({ name: "record", text: RECORD, values }),
    now: () => new Date(),
  };
}

const db = DATABASE_URL.startsWith("sqlite")
  ? openSqlite(DATABASE_URL.replace("sqlite:///", ""))
  : openPostgres(DATABASE_URL);

// Sealed: length of the key's id, the id, 12 bytes nonce, text and 16 bytes tag.
function opened(sealed) {
  const start = 1 + sealed[0];
  const decipher = createDecipheriv("aes-256-gcm", sealKey, sealed.subarray(start, start + 12));
  decipher.setAAD(Buffer.from("number"));
  decipher.setAuthTag(sealed.subarray(-16));
  return decipher.update(sealed.subarray(start + 12, -16), undefined, "utf8") + decipher.final("utf8");
}

const app = Fastify();
app.register(formbody);

app.post("/webhooks/:slug/voice", async (request, reply) => {
  const url = `${BASE_URL}/webhooks/${request.params.slug}/voice`;
  const signature = request.headers["x-twilio-signature"] ?? "";
  if (!twilio.validateRequest(AUTH_TOKEN, signature, url, request.body)) return reply.code(403).send();
  const hash = createHmac("sha256", hashKey).update(request.body.To).digest().subarray(0, 16);
  const line = await db.lookUp(CONNECTION_ID, hash);
  if (!line) return reply.code(404).send();
  const now = db.now();
  const plays = line.state === "approved" && line.review_until > now;
  const response = new twilio.twiml.VoiceResponse();
  if (plays) response.play(`${BASE_URL}/recordings/${line.recording_id}.wav`);
  response
    .dial({ timeout: line.ring_seconds, timeLimit: line.time_limit_seconds })
    .number(opened(line.deliver_sealed));
  await db.record(
    randomBytes(13).toString("hex"), CONNECTION_ID, request.body.CallSid, line.court_id, line.id, line.notice_id,
    plays ? "played" : "silent", plays ? "plays" : "review", false, now,
  );
  return reply.type("text/xml").send(response.toString());
});

await app.listen({ host: "127.0.0.1", port: Number(PORT) });
