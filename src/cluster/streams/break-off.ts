import { type Socket } from "node:net";

/**
 * Resets a connection, so that its other end sees that it did not end well. One that was ended from here already closes
 * without: Node never closes the handle of a socket that is reset while it shuts down (libuv answers EINVAL), and such a
 * process spins for ever when it should exit.
 */
export function breakOff(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
