import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { breakOff } from "../../src/cluster/index.ts";

/** A TCP relay on loopback that can break every connection through it, below TLS. */
export type Relay = AsyncDisposable &
  Readonly<{
    host: string;
    port: number;
    /** Connections of which at least one side is open. */
    connections(): number;
    /** Resets (RST) every open connection now. New ones are relayed. */
    cut(): void;
    /** From now on swallows every byte both ways and closes nothing: existing connections and new ones hang silently. */
    halfOpen(): void;
    /** New connections are answered with a reset. */
    refuse(): void;
    /** Bytes towards the client arrive that much later; 0 ends it. */
    delay(ms: number): void;
    /** New connections are relayed again. Those that hang keep hanging, as after a real partition: cut or end them. */
    restore(): void;
  }>;

type Mode = "relay" | "swallow" | "refuse";

/** Listens on a free port of 127.0.0.1 and relays to `to`. */
export async function startRelay(to: Readonly<{ host: string; port: number }>): Promise<Relay> {
  const pairs = new Set<Pair>();
  let mode: Mode = "relay";
  let delayMs = 0;
  const server = createServer((client) => {
    if (mode === "refuse") return void breakOff(client);
    const upstream = connect(to);
    const pair = createPair(client, upstream, () => delayMs);
    if (mode === "swallow") pair.swallow();
    pairs.add(pair);
    // A swallowed close leaves the other side open: the pair ends with the last of the two.
    const closed = (): void => void (client.destroyed && upstream.destroyed && pairs.delete(pair));
    client.once("close", closed);
    upstream.once("close", closed);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const cut = (): void => {
    for (const pair of pairs) pair.cut();
  };
  return {
    host: "127.0.0.1",
    port,
    connections: () => pairs.size,
    cut,
    halfOpen() {
      mode = "swallow";
      for (const pair of pairs) pair.swallow();
    },
    refuse: () => void (mode = "refuse"),
    delay: (ms) => void (delayMs = ms),
    restore: () => void (mode = "relay"),
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      cut();
      await closed;
    },
  };
}

type Pair = Readonly<{ swallow(): void; cut(): void }>;

function createPair(client: Socket, server: Socket, delayMs: () => number): Pair {
  let swallowing = false;
  const cut = (): void => {
    breakOff(client);
    breakOff(server);
  };
  client.setNoDelay(true);
  server.setNoDelay(true);
  forward(client, server, () => ({ swallowing, delayMs: 0 }));
  forward(server, client, () => ({ swallowing, delayMs: delayMs() }));
  return {
    cut,
    swallow: () => void (swallowing = true),
  };
}

/** Bytes in order and with back-pressure; the end and an error of one side reach the other, unless swallowed. */
function forward(from: Socket, to: Socket, state: () => Readonly<{ swallowing: boolean; delayMs: number }>): void {
  let last = Promise.resolve();
  const later = (action: () => void): void => {
    const { delayMs } = state();
    // A chain, so that what was sent with a longer delay is not overtaken.
    last = last.then(() => pause(delayMs)).then(action);
  };
  from.on("data", (chunk: Buffer) => {
    if (state().swallowing) return;
    later(() => {
      if (!to.destroyed && !to.write(chunk)) {
        from.pause();
        to.once("drain", () => from.resume());
      }
    });
  });
  from.on("end", () => !state().swallowing && later(() => to.end()));
  from.on("error", () => !state().swallowing && breakOff(to));
  from.on("close", () => !state().swallowing && later(() => to.destroy()));
}

const pause = (ms: number): Promise<void> | undefined =>
  ms === 0 ? undefined : new Promise((resolve) => setTimeout(resolve, ms));
