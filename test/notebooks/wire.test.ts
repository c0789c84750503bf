import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decode, encode, request } from "../../scripts/notebooks/wire.ts";

const KEY = "a key of this test";
const content = fc
  .dictionary(fc.string(), fc.jsonValue())
  .map((c) => JSON.parse(JSON.stringify(c)));
const frames = (texts: readonly string[]) => texts.map((text) => Buffer.from(text));

describe("Jupyter wire protocol", () => {
  it("gives back every message, whatever the routing prefix", () => {
    fc.assert(
      fc.property(content, fc.array(fc.uint8Array(), { maxLength: 3 }), (data, routing) => {
        const message = request("execute_request", data, "session");
        expect(decode([...routing, ...frames(encode(message, KEY))], KEY)).toEqual(message);
      }),
    );
  });

  it("refuses a message signed with another key", () => {
    const signed = frames(encode(request("execute_request", { code: "1" }, "session"), "other"));
    expect(() => decode(signed, KEY)).toThrow("wrong signature");
  });

  it("refuses a message of which any signed byte was changed", () => {
    const signed = frames(encode(request("execute_request", { code: "1 + 1" }, "session"), KEY));
    for (let frame = 1; frame < signed.length; frame++) {
      for (let at = 0; at < signed[frame].length; at++) {
        const changed = signed.map((bytes) => Buffer.from(bytes));
        changed[frame][at] ^= 1;
        expect(() => decode(changed, KEY), `frame ${frame} byte ${at}`).toThrow("wrong signature");
      }
    }
  });

  it("refuses frames that are no message", () => {
    expect(() => decode([], KEY)).toThrow("without delimiter");
    expect(() => decode(frames(["<IDS|MSG>", "00", "{}", "{}"]), KEY)).toThrow("with 2 parts");
  });
});
