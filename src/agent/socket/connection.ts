import { type Socket } from "node:net";
import { type Clock, messageOf } from "../../base/index.ts";
import { type CniAnswer } from "../cni/dispatch.ts";
import {
  type CniCall,
  type FrameFault,
  headerBytes,
  isFault,
  readCall,
  readHeader,
  writeAnswer,
  writeOtherVersion,
} from "./frame.ts";

export type ConnectionLimits = Readonly<{
  /** For the whole request to come. */
  requestMs: number;
  /** For the answer to be taken. */
  answerMs: number;
}>;

/** What connections have in common. */
export type ConnectionDeps = Readonly<{
  answer(call: CniCall, signal: AbortSignal): Promise<CniAnswer>;
  clock: Clock;
  limits: ConnectionLimits;
  /** Takes room for bytes of an unfinished request, or gives it back (negative); false when there is none. */
  reserve(bytes: number): boolean;
  /** A client that got no answer, and why. */
  onLost(reason: string): void;
}>;

export type Connection = Readonly<{
  /** Resolves when it is over; never rejects. */
  done: Promise<void>;
  /** Ends it at once unless its request is being answered. */
  endIdle(): void;
  /** Ends it at once; the work on its request is told by its signal. */
  abort(reason: Error): void;
}>;

/** Serves one connection: one request, one answer. Holds no more than the request's bytes, for no longer than its limits. */
export function serveConnection(socket: Socket, deps: ConnectionDeps): Connection {
  const controller = new AbortController();
  const { promise: done, resolve } = Promise.withResolvers<void>();
  let isAnswering = false;
  const cancelLimit = deps.clock.after(deps.limits.requestMs, () => lose("its request did not come in time"));
  const lose = (reason: string): void => {
    deps.onLost(reason);
    socket.destroy();
  };
  // The socket's own errors end in "close", which tells all that matters.
  socket.on("error", () => {});
  const { promise: closed, resolve: onClose } = Promise.withResolvers<void>();
  socket.once("close", () => {
    cancelLimit();
    controller.abort(new Error("the client is gone"));
    onClose();
    if (!isAnswering) resolve();
  });
  receiveRequest(socket, {
    reserve: deps.reserve,
    onFault({ fault, message }) {
      cancelLimit();
      deps.onLost(message);
      if (fault === "other version") socket.end(writeOtherVersion());
      else socket.destroy();
    },
    async onCall(call) {
      cancelLimit();
      isAnswering = true;
      await answerCall(socket, { call, deps, signal: controller.signal });
      isAnswering = false;
      await closed;
      resolve();
    },
  });
  return {
    done,
    endIdle: () => void (isAnswering || socket.destroy()),
    abort(reason) {
      controller.abort(reason);
      socket.destroy();
    },
  };
}

type Receiver = Readonly<{
  reserve(bytes: number): boolean;
  onFault(fault: FrameFault): void;
  onCall(call: CniCall): Promise<void>;
}>;

/** Collects one frame. What comes behind it is not read. */
function receiveRequest(socket: Socket, { reserve, onFault, onCall }: Receiver): void {
  let chunks: Buffer[] = [];
  let heldBytes = 0;
  const finish = (): Buffer => {
    const bytes = Buffer.concat(chunks);
    release();
    socket.off("data", onData);
    // Reading on is what tells that the client went away.
    socket.resume();
    return bytes;
  };
  const release = (): void => {
    reserve(-heldBytes);
    heldBytes = 0;
    chunks = [];
  };
  const onData = (chunk: Buffer): void => {
    if (!reserve(chunk.length)) {
      finish();
      onFault({ fault: "garbled", message: "there is no room for its request: too many are coming in" });
      return;
    }
    chunks.push(chunk);
    heldBytes += chunk.length;
    if (heldBytes < headerBytes) return;
    if (chunks.length > 1 && (chunks[0]?.length ?? 0) < headerBytes) chunks = [Buffer.concat(chunks)];
    const header = readHeader(chunks[0] ?? chunk);
    if (!isFault(header) && heldBytes < headerBytes + header.bodyBytes) return;
    const bytes = finish();
    const call = isFault(header) ? header : readCall(bytes.subarray(headerBytes, headerBytes + header.bodyBytes));
    if (isFault(call)) onFault(call);
    else void onCall(call);
  };
  socket.on("data", onData);
  socket.once("close", release);
}

type Answering = Readonly<{ call: CniCall; deps: ConnectionDeps; signal: AbortSignal }>;

async function answerCall(socket: Socket, { call, deps, signal }: Answering): Promise<void> {
  try {
    const answer = writeAnswer(await deps.answer(call, signal));
    if (socket.destroyed) return;
    const cancelLimit = deps.clock.after(deps.limits.answerMs, () => {
      deps.onLost("it did not take its answer in time");
      socket.destroy();
    });
    socket.once("close", cancelLimit);
    socket.end(answer, () => socket.destroySoon());
  } catch (error) {
    deps.onLost(messageOf(error));
    socket.destroy();
  }
}
