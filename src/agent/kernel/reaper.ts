import { deleteGroup, getLinkAt, setGroup } from "./netlink/link.ts";
import { type NetlinkSocket, SystemRefusal } from "./netlink-socket.ts";

/**
 * Deletes links. A link is gone for everyone within a millisecond, but the kernel lets the caller go only when the last
 * reader has let go of it (RCU: some 15 ms, for two hundred links in one group as for one). So the deletion is sent from
 * a thread beside, its end is not waited for, and links that are to go meanwhile go together.
 */
export type Reaper = Readonly<{
  /** Resolves when no link has this index; throws a SystemRefusal. */
  reap(index: number): Promise<void>;
}>;

export type ReaperSockets = Readonly<{
  /** To mark and to look. */
  marks: NetlinkSocket;
  /** One for each deletion under way: each holds up a thread of Node's pool of four, which others need too. */
  deletions: readonly NetlinkSocket[];
}>;

/** No other program puts links into this group ("hdl"). What a crash leaves in it goes with the next. */
const group = 0x68646c;

type Marked = Readonly<{ index: number; resolve(): void; reject(error: unknown): void }>;

export function createReaper({ marks, deletions }: ReaperSockets): Reaper {
  const free = [...deletions];
  let marked: Marked[] = [];

  const isGone = (index: number): boolean => isRefusal(() => marks.ask(getLinkAt(index)), "ENODEV");

  /** Where the way beside fails: a deletion must get through, and holding up this thread is the lesser evil. */
  const deleteHere = (): void => void isRefusal(() => marks.ask(deleteGroup(group)), "ENODEV");
  const untilGone = async (index: number, isOver: () => boolean): Promise<void> => {
    while (!isOver() && !isGone(index)) await turn();
  };
  /** The group goes in one step of the kernel: when one of them is gone, all are. */
  const sweep = async (socket: NetlinkSocket, links: readonly Marked[]): Promise<void> => {
    let over = false;
    const deletion = deleteMarked(socket)
      .catch(() => deleteHere())
      .finally(() => (over = true));
    const [first] = links;
    try {
      // The first of the two tells, and a refusal of either.
      if (first !== undefined) await Promise.race([deletion, untilGone(first.index, () => over)]);
      if (over) await deletion;
      for (const { resolve } of links) resolve();
    } catch (error) {
      for (const { reject } of links) reject(error);
    }
    await deletion.catch(() => {});
  };
  const next = async (): Promise<void> => {
    // What was asked for together goes together.
    await turn();
    const socket = marked.length === 0 ? undefined : free.pop();
    if (socket === undefined) return;
    const links = marked;
    marked = [];
    await sweep(socket, links);
    free.push(socket);
    await next();
  };
  return {
    async reap(index) {
      if (isRefusal(() => marks.ask(setGroup(index, group)), "ENODEV")) return;
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      marked.push({ index, resolve, reject });
      void next();
      await promise;
    },
  };
}

async function deleteMarked(socket: NetlinkSocket): Promise<void> {
  try {
    await socket.askAside(deleteGroup(group));
  } catch (error) {
    // They went with an earlier group, or with their pod's namespace.
    if (!(error instanceof SystemRefusal) || error.errno !== "ENODEV") throw error;
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function isRefusal(act: () => unknown, errno: string): boolean {
  try {
    act();
    return false;
  } catch (error) {
    if (error instanceof SystemRefusal && error.errno === errno) return true;
    throw error;
  }
}
