import { type Attribute, decodeAttributes, nested, text, textOf, u32, u64, viewOf } from "./attributes.ts";
import { flag, type Message, type Reply } from "./message.ts";

/** linux/rtnetlink.h, linux/pkt_sched.h, linux/pkt_cls.h */
const type = { new: 36, get: 38, newFilter: 44, getFilter: 46 } as const;
const attribute = { kind: 1, options: 2 } as const;
const tbf = { parameters: 1, rate64: 4, burst: 6 } as const;
const bpf = { fd: 6, name: 7, flags: 8 } as const;
const actDirectly = 1;
const root = 0xffffffff;
const shaperHandle = 0x1_0000;
const clsact = { parent: 0xfffffff1, handle: 0xffff_0000, ingress: 0xfffffff2 } as const;
const linkLayerEthernet = 1;
const allProtocols = 0x0300;
const firstPriority = 1;
/** What the kernel counts time in for queues: 64 ns. */
const tickNs = 64;

/** A token bucket: `rate` bytes a second on average, `burst` bytes at once, `queue` bytes may wait. */
export type Shaper = Readonly<{ link: number; rate: number; burst: number; queue: number }>;

/** struct tcmsg */
function header(link: number, { handle = 0, parent = 0, info = 0 } = {}): Uint8Array {
  const bytes = new Uint8Array(20);
  const view = viewOf(bytes);
  view.setInt32(4, link, true);
  view.setUint32(8, handle, true);
  view.setUint32(12, parent, true);
  view.setUint32(16, info, true);
  return bytes;
}

/** What leaves by the link goes through the bucket; in the place of the one that is there. */
export const replaceShaper = ({ link, rate, burst, queue }: Shaper): Message => ({
  type: type.new,
  flags: flag.request | flag.ack | flag.create | flag.replace,
  body: header(link, { handle: shaperHandle, parent: root }),
  attributes: [
    [attribute.kind, text("tbf")],
    [
      attribute.options | nested,
      [
        [tbf.parameters, parameters({ rate, burst, queue })],
        ...(rate > 0xffffffff ? [[tbf.rate64, u64(BigInt(rate))] as const] : []),
        [tbf.burst, u32(burst)],
      ],
    ],
  ],
});

/** struct tc_tbf_qopt */
function parameters({ rate, burst, queue }: Omit<Shaper, "link">): Uint8Array {
  const bytes = new Uint8Array(36);
  const view = viewOf(bytes);
  view.setUint8(1, linkLayerEthernet);
  view.setUint32(8, Math.min(rate, 0xffffffff), true);
  view.setUint32(24, queue, true);
  view.setUint32(28, Math.min((burst / rate) * (1e9 / tickNs), 0xffffffff), true);
  return bytes;
}

/** Gives the link a place for programs at its entry; EEXIST when it has one. */
export const addClsact = (link: number): Message => ({
  type: type.new,
  flags: flag.request | flag.ack | flag.create | flag.exclusive,
  body: header(link, { handle: clsact.handle, parent: clsact.parent }),
  attributes: [[attribute.kind, text("clsact")]],
});

/** Runs the program on what comes in by the link; in the place of the one that is there. */
export const replaceIngressProgram = (
  link: number,
  { programFd, name }: Readonly<{ programFd: number; name: string }>,
): Message => ({
  type: type.newFilter,
  flags: flag.request | flag.ack | flag.create | flag.replace,
  body: header(link, { handle: 1, parent: clsact.ingress, info: (firstPriority << 16) | allProtocols }),
  attributes: [
    [attribute.kind, text("bpf")],
    [
      attribute.options | nested,
      [
        [bpf.fd, u32(programFd)],
        [bpf.name, text(name)],
        [bpf.flags, u32(actDirectly)],
      ] satisfies readonly Attribute[],
    ],
  ],
});

/** What runs on what comes in by the link; none where it has no place for programs. */
export const dumpIngressPrograms = (link: number): Message => ({
  type: type.getFilter,
  flags: flag.request | flag.dump,
  body: header(link, { parent: clsact.ingress }),
  attributes: [],
});

export const dumpQueues = (): Message => ({
  type: type.get,
  flags: flag.request | flag.dump,
  body: header(0),
  attributes: [],
});

/** Reads RTM_NEWQDISC; undefined for what is no token bucket at a link's root. */
export function decodeShaper({ body }: Reply): Shaper | undefined {
  const view = viewOf(body);
  const attributes = decodeAttributes(body.subarray(20));
  if (textOf(attributes.get(attribute.kind)) !== "tbf" || view.getUint32(12, true) !== root) return undefined;
  const options = decodeAttributes(attributes.get(attribute.options) ?? new Uint8Array());
  const found = options.get(tbf.parameters);
  if (found === undefined) return undefined;
  const at = viewOf(found);
  const rate64 = options.get(tbf.rate64);
  const rate = rate64 === undefined ? at.getUint32(8, true) : Number(viewOf(rate64).getBigUint64(0, true));
  return {
    link: view.getInt32(4, true),
    rate,
    // The kernel tells the time that the bucket takes to fill.
    burst: Math.round((at.getUint32(28, true) * tickNs * rate) / 1e9),
    queue: at.getUint32(24, true),
  };
}
