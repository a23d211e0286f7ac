import { deleteGroup, setGroup } from "./netlink/link.ts";
import { type NetlinkSocket, SystemRefusal } from "./netlink-socket.ts";

/**
 * Deletes links, many at once. The kernel waits for every reader of a link that goes (RCU: some 15 ms), and waits as
 * long for two hundred of them in one group as for one. So links that are to go meanwhile wait for the next group.
 */
export type Reaper = Readonly<{
  /** Resolves when the link of this index is gone; throws a SystemRefusal. */
  reap(index: number): Promise<void>;
}>;

/** No other program puts links into this group ("hdl"). What a crash leaves in it goes with the next. */
const group = 0x68646c;

export function createReaper({ marks, deletes }: Readonly<Record<"marks" | "deletes", NetlinkSocket>>): Reaper {
  let current: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  const sweep = async (): Promise<void> => {
    try {
      await deletes.askAside(deleteGroup(group));
    } catch (error) {
      // Went with an earlier group, or with its pod's namespace.
      if (!(error instanceof SystemRefusal) || error.errno !== "ENODEV") throw error;
    }
  };
  const begin = async (before: Promise<void> | undefined): Promise<void> => {
    // Also when nothing is under way: deletions that came with this one join it.
    await before?.catch(() => {});
    await new Promise((resolve) => setImmediate(resolve));
    current = next;
    next = undefined;
    await sweep();
  };
  return {
    async reap(index) {
      try {
        marks.ask(setGroup(index, group));
      } catch (error) {
        if (error instanceof SystemRefusal && error.errno === "ENODEV") return;
        throw error;
      }
      next ??= begin(current);
      await next;
    },
  };
}
