import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";

/**
 * The Jupyter wire protocol, version 5.3: a message is a list of frames
 * `[routing..., "<IDS|MSG>", HMAC-SHA256 as hex, header, parent header, metadata, content]`,
 * the last four as JSON and covered by the signature.
 * https://jupyter-client.readthedocs.io/en/stable/messaging.html#the-wire-protocol
 */
const DELIMITER = "<IDS|MSG>";
const PROTOCOL_VERSION = "5.3";

export interface MessageHeader {
  readonly msg_id: string;
  readonly msg_type: string;
  readonly session: string;
  readonly username: string;
  readonly date: string;
  readonly version: string;
}

export interface Message {
  readonly header: MessageHeader;
  /** Header of the request that caused this message; empty in a request. */
  readonly parent: Partial<MessageHeader>;
  readonly content: Readonly<Record<string, unknown>>;
}

/** A request with a fresh id. */
export function request(
  type: string,
  content: Readonly<Record<string, unknown>>,
  session: string,
): Message {
  const header = {
    msg_id: randomUUID(),
    msg_type: type,
    session,
    username: "sweepline",
    date: new Date().toISOString(),
    version: PROTOCOL_VERSION,
  };
  return { header, parent: {}, content };
}

/** Frames of a message, signed with `key`, without routing prefix. */
export function encode(message: Message, key: string): string[] {
  const parts = [message.header, message.parent, {}, message.content].map((part) =>
    JSON.stringify(part),
  );
  return [DELIMITER, sign(parts, key), ...parts];
}

/** The message in `frames`; throws on a missing delimiter, a missing frame or a wrong signature. */
export function decode(frames: readonly Uint8Array[], key: string): Message {
  const texts = frames.map((frame) => Buffer.from(frame).toString("utf8"));
  const start = texts.indexOf(DELIMITER);
  if (start < 0) throw new Error("Jupyter message without delimiter");
  const [signature = "", ...parts] = texts.slice(start + 1);
  if (parts.length < 4) {
    throw new Error(`Jupyter message with ${parts.length} parts, expected at least 4`);
  }
  const expected = Buffer.from(sign(parts, key));
  const given = Buffer.from(signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new Error("Jupyter message with a wrong signature");
  }
  const [header, parent, , content] = parts.slice(0, 4).map((part) => JSON.parse(part));
  return { header, parent, content };
}

function sign(parts: readonly string[], key: string): string {
  const hmac = createHmac("sha256", key);
  for (const part of parts) hmac.update(part);
  return hmac.digest("hex");
}
