/** Lets the event loop turn once: timers, sockets and what else waits come first. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
