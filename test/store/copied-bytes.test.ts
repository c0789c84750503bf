import fc from "fast-check";
import { expect, it } from "vitest";
import { FieldReader } from "../../src/store/copied-bytes.ts";

/** PostgreSQL's COPY in binary, rows of one field; null is no value. */
function copyOf(fields: readonly (Uint8Array | null)[]): Buffer {
  const head = Buffer.concat([Buffer.from("PGCOPY\n\xff\r\n\0", "latin1"), Buffer.alloc(8)]);
  const rows = fields.map((field) => {
    const size = Buffer.alloc(6);
    size.writeInt16BE(1);
    size.writeInt32BE(field === null ? -1 : field.length, 2);
    return Buffer.concat([size, field ?? new Uint8Array(0)]);
  });
  return Buffer.concat([head, ...rows, Buffer.from([0xff, 0xff])]);
}

it("copied fields are read wherever the stream is cut, and outlive what they came in", () => {
  const bytes = fc.uint8Array({ maxLength: 40 });
  const cuts = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 });
  fc.assert(
    fc.property(fc.array(fc.option(bytes)), cuts, (fields, lengths) => {
      const stream = copyOf(fields);
      const reader = new FieldReader();
      for (let at = 0, n = 0; at < stream.length; n++) {
        const chunk = Buffer.from(stream.subarray(at, at + lengths[n % lengths.length]));
        reader.read(chunk);
        at += chunk.length;
        chunk.fill(0);
      }
      const expected = fields.filter((field) => field !== null);
      expect(reader.fields.map((field) => [...field])).toEqual(expected.map((one) => [...one]));
    }),
  );
});
