import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { loadRedirect, type Program } from "./bpf-program.ts";
import type { Calls } from "./calls.ts";
import type { Namespaces } from "./namespaces.ts";
import { getLink } from "./netlink/link.ts";
import { decodeLink, type LinkState } from "./netlink/link-state.ts";
import type { Message, Reply } from "./netlink/message.ts";
import { type NetlinkSocket, openNetlink, SystemRefusal } from "./netlink-socket.ts";

/** One network namespace while a batch works in it. */
export type Ground = Disposable &
  Readonly<{
    namespaceFd: number;
    ask(message: Message): readonly Reply[];
    dump(message: Message): readonly Reply[];
    /** Asks netfilter. */
    askFilter(message: Message): readonly Reply[];
    dumpFilter(message: Message): readonly Reply[];
    /** Makes one change to netfilter's tables. */
    commit(change: Message): void;
    /** A program that sends packets out by the link with this index. */
    loadRedirect(index: number): Program;
    /** The link of that name now. */
    find(name: string): LinkState | undefined;
    /** The number of the link of that name. Throws a SystemRefusal ENODEV. */
    indexOf(name: string): number;
    /** What /proc/sys has under `key`; undefined when there is no such key. */
    readSysctl(key: string): string | undefined;
    /** False when it had that value already. Throws a SystemRefusal. */
    writeSysctl(key: string, value: string): boolean;
  }>;

export type Sockets = Readonly<{
  calls: Calls;
  route: NetlinkSocket;
  /** Opened at its first use. */
  filter(): NetlinkSocket;
}>;

/** The node's own ground, on sockets that stay open. */
export const nodeGround = (sockets: Sockets, namespaces: Namespaces): Ground =>
  createGround(sockets, {
    fd: namespaces.ownFd,
    inside: (work) => work(),
    dispose: () => {},
  });

/** A pod's: entered only to open a socket there and to reach its sysctls. */
export function podGround(
  path: string,
  { calls, namespaces }: Readonly<{ calls: Calls; namespaces: Namespaces }>,
): Ground {
  const namespace = namespaces.open(path);
  try {
    const socket = namespace.inside(() => openNetlink(calls));
    const filter = (): never => {
      throw new SystemRefusal("EOPNOTSUPP", "netfilter is spoken to only on the node");
    };
    return createGround(
      { calls, route: socket, filter },
      {
        fd: namespace.fd,
        inside: namespace.inside,
        dispose: () => {
          socket[Symbol.dispose]();
          namespace[Symbol.dispose]();
        },
      },
    );
  } catch (error) {
    namespace[Symbol.dispose]();
    throw error;
  }
}

type Namespace = Readonly<{ fd: number; inside<T>(work: () => T): T; dispose(): void }>;

/** Numbers are asked for once a ground: within a batch nothing but itself gives a name to another link. */
function createGround({ calls, route: socket, filter }: Sockets, { fd, inside, dispose }: Namespace): Ground {
  const indexes = new Map<string, number>([["lo", 1]]);

  const find = (name: string): LinkState | undefined => {
    try {
      const [reply] = socket.ask(getLink(name));
      return reply === undefined ? undefined : decodeLink(reply);
    } catch (error) {
      if (error instanceof SystemRefusal && error.errno === "ENODEV") return undefined;
      throw error;
    }
  };
  return {
    namespaceFd: fd,
    ask: socket.ask,
    dump: socket.dump,
    askFilter: (message) => filter().ask(message),
    dumpFilter: (message) => filter().dump(message),
    commit: (change) => filter().commit(change),
    loadRedirect: (index) => loadRedirect(calls, index),
    find,
    indexOf(name) {
      const known = indexes.get(name) ?? find(name)?.index;
      if (known === undefined) throw new SystemRefusal("ENODEV", `there is no link ${name}`);
      indexes.set(name, known);
      return known;
    },
    readSysctl: (key) => inside(() => readKey(key)),
    writeSysctl: (key, value) =>
      inside(() => {
        if (readKey(key) === value) return false;
        try {
          writeFileSync(pathOf(key), value);
          return true;
        } catch (error) {
          throw refusalOf(error);
        }
      }),
    [Symbol.dispose]: dispose,
  };
}

/** Where a container mounts the node's: its own /proc/sys may be read-only. */
const mountedSysctls = "/host/proc/sys";

/** A thread sees the keys of the namespace that it is in. */
const pathOf = (key: string): string =>
  `${key.startsWith("net/") && existsSync(`${mountedSysctls}/net`) ? mountedSysctls : "/proc/sys"}/${key}`;

function readKey(key: string): string | undefined {
  try {
    return readFileSync(pathOf(key), "utf8").trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw refusalOf(error);
  }
}

function refusalOf(error: unknown): SystemRefusal {
  const { code = "EIO", message } = error as NodeJS.ErrnoException;
  return new SystemRefusal(code, message);
}
