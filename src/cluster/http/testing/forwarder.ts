import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { breakOff } from "../../streams/break-off.ts";

/** A TCP forwarder on loopback that can fall silent as a broken path does: both ends stay open and hear nothing. */
export type Forwarder = AsyncDisposable &
  Readonly<{
    port: number;
    /** Connections that clients have opened so far. */
    opened(): number;
    /** From now on nothing passes on the connections that exist; new ones work. */
    silence(): void;
    /** Resets the connections that exist. */
    cut(): void;
  }>;

export async function startForwarder(targetPort: number, targetHost = "127.0.0.1"): Promise<Forwarder> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let opened = 0;
  const server = createServer((client) => {
    opened += 1;
    const target = connect(targetPort, targetHost);
    const pair = [client, target] as const;
    pairs.add(pair);
    client.pipe(target);
    target.pipe(client);
    for (const [one, other] of [pair, [target, client] as const]) {
      one.on("error", () => {});
      one.on("close", () => {
        pairs.delete(pair);
        other.destroy();
      });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    opened: () => opened,
    silence() {
      for (const [client, target] of pairs) {
        client.unpipe(target);
        target.unpipe(client);
        client.resume();
        target.resume();
      }
    },
    cut() {
      for (const pair of pairs) for (const socket of pair) breakOff(socket);
    },
    async [Symbol.asyncDispose]() {
      for (const pair of pairs) for (const socket of pair) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
