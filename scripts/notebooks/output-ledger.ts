import type { MimeBundle, Output } from "./nbformat.ts";
import type { Message } from "./wire.ts";

/** A cell that prints more than this is taken for one that never stops. */
const MAX_CELL_CHARS = 8_000_000;

interface DisplayContent {
  readonly data: MimeBundle;
  readonly metadata: MimeBundle;
  readonly transient?: { readonly display_id?: string };
}

/**
 * What the cells of one notebook have printed and displayed, keyed by the id of the execute
 * request. Successive pieces of one stream become one output, and `update_display_data` rewrites
 * the display it names, in whichever cell that is.
 */
export class OutputLedger {
  readonly #outputs = new Map<string, Output[]>();
  readonly #chars = new Map<string, number>();
  readonly #displays = new Map<string, { outputs: Output[]; at: number }[]>();

  /** The outputs of a request so far. The list grows when a cell prints after its end. */
  of(requestId: string): readonly Output[] {
    return this.#open(requestId);
  }

  /**
   * Takes in one message of the kernel's publishing socket; others than outputs are ignored.
   * Throws when a cell prints more than a notebook can hold.
   */
  add({ header, parent, content }: Message): void {
    if (parent.msg_id === undefined) return;
    this.#count(parent.msg_id, content.text);
    const outputs = this.#open(parent.msg_id);
    switch (header.msg_type) {
      case "stream":
        appendText(outputs, content as { name: "stdout" | "stderr"; text: string });
        break;
      case "display_data":
        this.#display(outputs, content as unknown as DisplayContent);
        break;
      case "update_display_data":
        this.#update(content as unknown as DisplayContent);
        break;
      case "execute_result":
      case "error":
        outputs.push({ output_type: header.msg_type, ...content } as unknown as Output);
        break;
    }
  }

  #count(requestId: string, text: unknown): void {
    const chars = (this.#chars.get(requestId) ?? 0) + (typeof text === "string" ? text.length : 0);
    if (chars > MAX_CELL_CHARS) {
      throw new Error(`the cell prints more than ${MAX_CELL_CHARS} characters`);
    }
    this.#chars.set(requestId, chars);
  }

  #open(requestId: string): Output[] {
    let outputs = this.#outputs.get(requestId);
    if (outputs === undefined) {
      outputs = [];
      this.#outputs.set(requestId, outputs);
    }
    return outputs;
  }

  #display(outputs: Output[], { data, metadata, transient }: DisplayContent): void {
    const id = transient?.display_id;
    if (id !== undefined) {
      const places = this.#displays.get(id) ?? [];
      places.push({ outputs, at: outputs.length });
      this.#displays.set(id, places);
    }
    outputs.push({ output_type: "display_data", data, metadata });
  }

  #update({ data, metadata, transient }: DisplayContent): void {
    for (const { outputs, at } of this.#displays.get(transient?.display_id ?? "") ?? []) {
      outputs[at] = { output_type: "display_data", data, metadata };
    }
  }
}

function appendText(
  outputs: Output[],
  { name, text }: { name: "stdout" | "stderr"; text: string },
) {
  const last = outputs.at(-1);
  if (last?.output_type === "stream" && last.name === name) last.text += text;
  else outputs.push({ output_type: "stream", name, text });
}
