import { type Socket } from "node:net";
import { type Clock } from "../../base/index.ts";

const checksPerPing = 10;
/** A peer that answers is silent for one interval and a round trip at most. */
const silentChecks = 15;

/**
 * Destroys an HTTP/2 connection on which nothing arrives for one and a half ping intervals. undici sends the pings but
 * waits for their answers without a limit, so a connection that is silently gone would look idle for ever.
 * Checks are counted instead of time, so that a process that slept or was busy does not blame its peers.
 */
export function watchLiveness(
  socket: Socket,
  { clock, pingIntervalMs }: Readonly<{ clock: Clock; pingIntervalMs: number }>,
): void {
  if (pingIntervalMs <= 0) return;
  let seenBytes = -1;
  let silent = 0;
  let cancel = (): void => {};
  const check = (): void => {
    silent = socket.bytesRead === seenBytes ? silent + 1 : 0;
    seenBytes = socket.bytesRead;
    if (silent < silentChecks) cancel = clock.after(pingIntervalMs / checksPerPing, check);
    else socket.destroy(silence(pingIntervalMs));
  };
  check();
  socket.once("close", () => cancel());
}

function silence(pingIntervalMs: number): Error {
  const seconds = (pingIntervalMs * silentChecks) / checksPerPing / 1000;
  return Object.assign(new Error(`nothing came from the server for ${seconds} s, not even an answer to a ping`), {
    code: "ETIMEDOUT",
  });
}
