import { createQueue } from "../../../base/index.ts";
import { type ApiSocket } from "../../api-client.ts";

/** The server's end of a socket in memory: for tests of what a real server does only when it is broken. */
export type ScriptedSocket = Readonly<{
  socket: ApiSocket;
  /** What was sent, in order. */
  sent: readonly Uint8Array[];
  closed(): boolean;
  /** Resolves when the client has taken the message; false when it is gone. */
  say(...bytes: readonly number[]): Promise<boolean>;
  sayText(channel: number, text: string): Promise<boolean>;
  /** Ends the messages; with an error as a connection that broke. */
  end(error?: unknown): void;
  /** What each `send` of the client waits for. */
  takeWhen(ready: () => Promise<void>): void;
}>;

/** Buffers one message, so that a slow reader is felt at once. */
export function createScriptedSocket(protocol: string): ScriptedSocket {
  const messages = createQueue<Uint8Array>(1);
  const sent: Uint8Array[] = [];
  let closed = false;
  let ready = async (): Promise<void> => {};
  const close = (): void => {
    closed = true;
    messages.close();
  };
  return {
    socket: {
      protocol,
      messages,
      async send(message) {
        await ready();
        if (closed) throw new Error("the socket is closed");
        sent.push(message.slice());
      },
      close,
      async [Symbol.asyncDispose]() {
        close();
      },
    },
    sent,
    closed: () => closed,
    say: (...bytes) => messages.push(Uint8Array.from(bytes)),
    sayText: (channel, text) => messages.push(Buffer.concat([Buffer.of(channel), Buffer.from(text)])),
    end: (error) => messages.close(error),
    takeWhen: (next) => void (ready = next),
  };
}
