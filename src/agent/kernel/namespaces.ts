import { closeSync, constants, fstatSync, openSync } from "node:fs";
import type { Calls } from "./calls.ts";
import { checked, SystemRefusal } from "./netlink-socket.ts";

/** Network namespaces, for the one thread that may enter them. */
export type Namespaces = Disposable &
  Readonly<{
    /** Opens the namespace at a path. Throws a SystemRefusal: ENOENT when it is gone, EINVAL when it is none or our own. */
    open(path: string): OpenNamespace;
    /** Open on this thread's own namespace. */
    ownFd: number;
  }>;

export type OpenNamespace = Disposable &
  Readonly<{
    fd: number;
    /** Runs `work`, which cannot wait, inside the namespace. The process ends if the way back is barred. */
    inside<T>(work: () => T): T;
  }>;

const newNetwork = 0x40000000;

/** This thread's own namespace is the one it is in, or from now on the one at `home`. */
export function openNamespaces(calls: Calls, home: string | undefined): Namespaces {
  const own = home === undefined ? openSync("/proc/thread-self/ns/net", "r") : openNamespace(home);
  if (home !== undefined) checked(calls.setns(own, newNetwork), `cannot enter the network namespace ${home}`);
  const { dev, ino } = fstatSync(own);
  return {
    ownFd: own,
    open(path) {
      const fd = openNamespace(path);
      const found = fstatSync(fd);
      if (found.dev !== dev || found.ino === ino) {
        closeSync(fd);
        const what =
          found.ino === ino && found.dev === dev ? "the node's own network namespace" : "no network namespace";
        throw new SystemRefusal("EINVAL", `${path} is ${what}`);
      }
      return {
        fd,
        inside(work) {
          checked(calls.setns(fd, newNetwork), `cannot enter the network namespace ${path}`);
          try {
            return work();
          } finally {
            // Whatever this thread did next would be done to a pod instead of the node.
            if (calls.setns(own, newNetwork).value < 0) calls.abort();
          }
        },
        [Symbol.dispose]: () => closeSync(fd),
      };
    },
    [Symbol.dispose]: () => closeSync(own),
  };
}

function openNamespace(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const { code = "EIO", message } = error as NodeJS.ErrnoException;
    throw new SystemRefusal(code, message);
  }
}
