import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { buffer } from "node:stream/consumers";
import { expect, it } from "vitest";
import { ServerSocket } from "../../src/store/server-socket.ts";

it("a socket to a server sends all messages, and gives the memory of long ones back", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const received = once(server, "connection").then(([socket]) => buffer(socket));
  const socket = new ServerSocket();
  socket.connect((server.address() as AddressInfo).port, "127.0.0.1");
  const [head, long, tail] = [Buffer.from("head"), Buffer.alloc(200_000, 7), Buffer.from("tail")];
  const expected = Buffer.concat([head, long, tail]);
  socket.cork();
  socket.write(head);
  const written = new Promise((resolve) => socket.write(long, resolve));
  socket.write(tail);
  socket.uncork();
  socket.end();
  await written;
  expect(long.byteLength).toBe(0);
  expect(tail.toString()).toBe("tail");
  expect((await received).equals(expected)).toBe(true);
  server.close();
});
