import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { breakOff } from "../../streams/break-off.ts";

/** An address on loopback behind which somebody else can be put, as a load balancer or a DNS name can. */
export type SwitchedRelay = AsyncDisposable & Readonly<{ server: string; switchTo(server: string): void }>;

/** Relays connections to `server`, a base URL, until it is switched; switching resets those that are open. */
export async function startSwitchedRelay(server: string): Promise<SwitchedRelay> {
  const sockets = new Set<Socket>();
  let target = new URL(server);
  const listener = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one);
      one.pipe(other);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const cut = (): void => {
    for (const socket of sockets) breakOff(socket);
  };
  return {
    server: `https://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    switchTo(next) {
      target = new URL(next);
      cut();
    },
    async [Symbol.asyncDispose]() {
      cut();
      const closed = once(listener, "close");
      listener.close();
      await closed;
    },
  };
}
