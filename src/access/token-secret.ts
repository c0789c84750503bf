import { createHash, randomBytes } from "node:crypto";

const PREFIX = "sweepline_";
const SECRET = /^sweepline_[A-Za-z0-9_-]{43}$/;

/** 256 bits at random; the prefix lets scanners find one that has leaked. */
export function newSecret(): string {
  return PREFIX + randomBytes(32).toString("base64url");
}

export function isSecret(text: string): boolean {
  return SECRET.test(text);
}

/**
 * SHA-256, hexadecimal. A slow hash is for passwords, which can be guessed; 256 random bits cannot,
 * and this one is paid for on every request. Looking the hash up leaks nothing of a secret by time.
 */
export function secretHash(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}
