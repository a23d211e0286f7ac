import { once } from "node:events";
import { chmod } from "node:fs/promises";
import { createServer, type Socket } from "node:net";

/** What stands where the agent's socket should be, and answers as a test says. */
export type LyingServer = AsyncDisposable &
  Readonly<{
    /** Answers with these bytes, then hangs up. */
    send(bytes: Uint8Array): void;
    /** Answers with these pieces, one after another, and hangs up; without reading, if it is not to. */
    sendPieces(pieces: readonly Uint8Array[], options: Readonly<{ reads: boolean }>): void;
    /** "hang": takes everything and answers nothing. "dribble": one byte of a long answer every few milliseconds. */
    behave(how: "hang" | "dribble"): void;
  }>;

/** Listens on a unix socket of the test's own. */
export async function startLyingServer(path: string): Promise<LyingServer> {
  let act = (_socket: Socket): void => {};
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => sockets.delete(socket));
    act(socket);
  });
  server.listen(path);
  await once(server, "listening");
  await chmod(path, 0o600);
  return {
    send(bytes) {
      act = (socket) => void socket.resume().end(bytes);
    },
    sendPieces(pieces, { reads }) {
      act = (socket) => void dealOut(socket, { pieces, reads });
    },
    behave(how) {
      act = how === "hang" ? (socket) => void socket.resume() : dribble;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

type Dealing = Readonly<{ pieces: readonly Uint8Array[]; reads: boolean }>;

async function dealOut(socket: Socket, { pieces, reads }: Dealing): Promise<void> {
  if (reads) socket.resume();
  for (const piece of pieces) {
    socket.write(piece);
    await new Promise(setImmediate);
  }
  if (reads) socket.end();
  else socket.destroy();
}

function dribble(socket: Socket): void {
  socket.resume();
  const answer = Buffer.concat([Buffer.from("48444c43010200000000100000", "hex"), Buffer.alloc(1 << 20, "x")]);
  let at = 0;
  const timer = setInterval(() => socket.write(answer.subarray(at, ++at)), 5);
  socket.once("close", () => clearInterval(timer));
}
