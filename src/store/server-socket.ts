import { Socket } from "node:net";
import { freeWritten } from "./free-arrays.ts";

type Done = (error?: Error | null) => void;
type Chunk = { readonly chunk: Uint8Array; readonly encoding: BufferEncoding };

/**
 * The driver's way to a server. What it writes are messages that it lets go of: long ones, such as
 * the numbers of a chunk, are given back as soon as the system has them.
 */
export class ServerSocket extends Socket {
  override _write(chunk: Uint8Array, encoding: BufferEncoding, done: Done): void {
    super._write(chunk, encoding, freeing([chunk], done));
  }

  override _writev(chunks: Chunk[], done: Done): void {
    const messages = chunks.map(({ chunk }) => chunk);
    super._writev!(chunks, freeing(messages, done));
  }
}

function freeing(messages: readonly Uint8Array[], done: Done): Done {
  return (error) => {
    if (!error) messages.forEach(freeWritten);
    done(error);
  };
}
