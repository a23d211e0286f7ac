import type { Calls, CallResult } from "./calls.ts";
import { errnoName } from "./errno.ts";
import { u32 } from "./netlink/attributes.ts";
import {
  controlType,
  decodeAcknowledgement,
  decodeMessages,
  encodeMessage,
  flag,
  type Message,
  type Reply,
} from "./netlink/message.ts";

import { batchBegin, batchEnd } from "./netlink/nftables.ts";

/** A refusal by the kernel: `errno` by its name, and the kernel's own word where it has one. */
export class SystemRefusal extends Error {
  readonly errno: string;

  constructor(errno: string, what: string) {
    super(what);
    this.errno = errno;
  }
}

/** Throws a SystemRefusal for a call that failed. */
export function checked({ value, errno }: CallResult, what: string): number {
  if (value < 0) throw new SystemRefusal(errnoName(errno), `${what}: ${errnoName(errno)}`);
  return value;
}

/** One netlink socket: it speaks to the namespace in which it was opened, wherever its thread is later. */
export type NetlinkSocket = Disposable &
  Readonly<{
    /** Sends one request and waits for its end. The answers, acknowledgement left out. Throws a SystemRefusal. */
    ask(message: Message): readonly Reply[];
    /** A dump, asked again when the kernel says that it changed under way. */
    dump(message: Message): readonly Reply[];
    /** As `ask`, of netfilter's tables: a transaction of one change. */
    commit(change: Message): void;
    /** As `ask`, but what the kernel takes long to do does not hold up this thread. One at a time, and nothing else. */
    askAside(message: Message): Promise<void>;
  }>;

const netlinkFamily = 16;
const raw = 3;
const closeOnExec = 0o2000000;
const option = { netlink: 270, extendedAck: 11, capAck: 10, strict: 12, socket: 1, receiveTimeout: 20 } as const;
/** The kernel's dumps come in datagrams of at most 32 KiB. */
const datagramBytes = 64 * 1024;
/** More than any message that is asked aside. */
const asideBytes = 4096;
/** The kernel answers before send returns; whoever waits longer waits for ever. */
const receiveTimeoutSeconds = 10;
const dumpTries = 20;
export const netlinkRoute = 0;
export const netlinkNetfilter = 12;

/** Opens a socket in the namespace that this thread is in now. */
export function openNetlink(calls: Calls, protocol: number = netlinkRoute): NetlinkSocket {
  const fd = checked(calls.socket(netlinkFamily, raw | closeOnExec, protocol), "cannot open a netlink socket");
  const set = (level: number, name: number, value: Uint8Array): void =>
    void checked(calls.setsockopt(fd, { level, name, value }), "cannot set an option of a netlink socket");
  try {
    set(option.netlink, option.extendedAck, u32(1));
    set(option.netlink, option.capAck, u32(1));
    if (protocol === netlinkRoute) set(option.netlink, option.strict, u32(1));
    set(option.socket, option.receiveTimeout, timeval(receiveTimeoutSeconds));
    checked(calls.bind(fd, Uint8Array.of(netlinkFamily, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)), "cannot bind netlink");
  } catch (error) {
    calls.close(fd);
    throw error;
  }
  return converse(calls, fd);
}

function timeval(seconds: number): Uint8Array {
  const bytes = new Uint8Array(16);
  bytes.set(u32(seconds));
  return bytes;
}

function converse(calls: Calls, fd: number): NetlinkSocket {
  const buffer = new Uint8Array(datagramBytes);
  // What another thread reads must stay where it is for as long as that takes.
  const aside = new Uint8Array(new ArrayBuffer(asideBytes));
  let sequence = 0;
  let open = true;

  /** Begins anew before its 32 bits are used up, and not within a transaction. */
  const next = (): number => (sequence = sequence > 0xffff_ff00 ? 1 : sequence + 1);
  const receive = (since = sequence): readonly Reply[] => {
    const length = checked(calls.receive(fd, buffer), "the kernel did not answer");
    if (length > buffer.length) throw new SystemRefusal("EMSGSIZE", `an answer of ${length} bytes does not fit`);
    // The next datagram comes into the same buffer.
    return decodeMessages(buffer.slice(0, length)).filter(
      (reply) => reply.sequence >= since && reply.sequence <= sequence,
    );
  };
  /** Collects until the acknowledgement, or the end of what comes in several parts. */
  const collect = (isDone: (reply: Reply) => boolean): { replies: readonly Reply[]; interrupted: boolean } => {
    const replies: Reply[] = [];
    let interrupted = false;
    for (;;) {
      for (const reply of receive()) {
        interrupted ||= (reply.flags & flag.dumpInterrupted) !== 0;
        if (reply.type === controlType.error || reply.type === controlType.done) refuse(reply);
        else replies.push(reply);
        if (isDone(reply)) return { replies, interrupted };
      }
    }
  };
  const ended =
    (message: Message) =>
    (reply: Reply): boolean =>
      reply.type === controlType.error ||
      reply.type === controlType.done ||
      // Without an acknowledgement asked for, the answer itself is the end.
      ((message.flags & (flag.ack | flag.dump)) === 0 && (reply.flags & flag.multi) === 0);

  return {
    ask(message) {
      checked(calls.send(fd, encodeMessage(message, next())), "cannot ask the kernel");
      return collect(ended(message)).replies;
    },
    dump(message) {
      for (let tries = 1; ; tries++) {
        checked(calls.send(fd, encodeMessage(message, next())), "cannot ask the kernel");
        const { replies, interrupted } = collect(ended(message));
        if (!interrupted || tries === dumpTries) return replies;
      }
    },
    commit(change) {
      const first = next();
      const parts = [
        encodeMessage(batchBegin, first),
        encodeMessage(change, ++sequence),
        encodeMessage(batchEnd, ++sequence),
      ];
      checked(calls.send(fd, Buffer.concat(parts)), "cannot ask the kernel");
      for (;;) {
        for (const reply of receive(first)) {
          if (reply.type !== controlType.error) continue;
          refuse(reply);
          if (reply.sequence === first + 1) return;
        }
      }
    },
    async askAside(message) {
      const bytes = encodeMessage(message, next());
      aside.set(bytes);
      if ((await calls.sendAside(fd, aside, bytes.length)) < 0) throw new SystemRefusal("EIO", "cannot ask the kernel");
      collect(ended(message));
    },
    [Symbol.dispose]() {
      if (open) calls.close(fd);
      open = false;
    },
  };
}

function refuse(reply: Reply): void {
  const { errno, text } = decodeAcknowledgement(reply);
  if (errno !== 0) throw new SystemRefusal(errnoName(errno), text ?? errnoName(errno));
}
