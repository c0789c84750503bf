import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OutputLedger } from "../../scripts/notebooks/output-ledger.ts";
import { type Message, request } from "../../scripts/notebooks/wire.ts";

function published(cell: string, type: string, content: Record<string, unknown>): Message {
  return { ...request(type, content, "session"), parent: { msg_id: cell } };
}

function display(cell: string, text: string, id?: string, update = false): Message {
  const type = update ? "update_display_data" : "display_data";
  const data = { "text/plain": text };
  return published(cell, type, { data, metadata: {}, transient: { display_id: id } });
}

const shown = (text: string) => ({
  output_type: "display_data",
  data: { "text/plain": text },
  metadata: {},
});

describe("outputs of cells", () => {
  it("do not depend on how a stream was cut into messages", () => {
    const writes = fc.record({ name: fc.constantFrom("stdout", "stderr"), text: fc.string() });
    fc.assert(
      fc.property(fc.array(writes), (list) => {
        const whole = new OutputLedger();
        const pieces = new OutputLedger();
        for (const { name, text } of list.filter((write) => write.text !== "")) {
          whole.add(published("a", "stream", { name, text }));
          for (const piece of text.split("")) {
            pieces.add(published("a", "stream", { name, text: piece }));
          }
        }
        expect(pieces.of("a")).toEqual(whole.of("a"));
      }),
    );
  });

  it("belong to the cell that asked for them, also when they come late", () => {
    const ledger = new OutputLedger();
    const first = ledger.of("a");
    ledger.add(published("b", "stream", { name: "stdout", text: "from b" }));
    ledger.add(published("a", "stream", { name: "stdout", text: "late" }));
    expect(first).toEqual([{ output_type: "stream", name: "stdout", text: "late" }]);
    expect(ledger.of("b")).toEqual([{ output_type: "stream", name: "stdout", text: "from b" }]);
  });

  it("show the last state of a display, in every cell that shows it", () => {
    const ledger = new OutputLedger();
    ledger.add(display("a", "without id"));
    ledger.add(display("a", "first", "id"));
    ledger.add(display("b", "first", "id"));
    ledger.add(display("b", "last", "id", true));
    expect(ledger.of("a")).toEqual([shown("without id"), shown("last")]);
    expect(ledger.of("b")).toEqual([shown("last")]);
  });

  it("take in results and errors as they are", () => {
    const ledger = new OutputLedger();
    const result = { execution_count: 3, data: { "text/plain": "4" }, metadata: {} };
    const error = { ename: "TypeError", evalue: "no", traceback: ["TypeError: no"] };
    ledger.add(published("a", "execute_result", result));
    ledger.add(published("a", "error", error));
    ledger.add(published("a", "status", { execution_state: "idle" }));
    expect(ledger.of("a")).toEqual([
      { output_type: "execute_result", ...result },
      { output_type: "error", ...error },
    ]);
  });

  it("are refused beyond what a notebook can hold", () => {
    const ledger = new OutputLedger();
    const write = published("a", "stream", { name: "stdout", text: "x".repeat(1_000_000) });
    expect(() => {
      for (let i = 0; i < 9; i++) ledger.add(write);
    }).toThrow("prints more than 8000000 characters");
  });
});
