import type { Calls } from "./calls.ts";
import { u32 } from "./netlink/attributes.ts";
import { checked } from "./netlink-socket.ts";

/** linux/bpf.h */
const programLoad = 5;
const kindClassifier = 3;
const bpfRedirect = 23;
const op = { moveNumber: 0xb7, call: 0x85, exit: 0x95 } as const;
const attributeBytes = 64;

/** A program in the kernel, until nobody holds it: neither this descriptor nor a link's filter. */
export type Program = Disposable & Readonly<{ fd: number }>;

/** Loads a program that sends every packet out by the link with this index. Throws a SystemRefusal. */
export function loadRedirect(calls: Calls, index: number): Program {
  const instructions = programOf(index);
  // Of its own memory block, which stays where it is while the kernel reads it.
  const licence = new Uint8Array(new ArrayBuffer(4096));
  licence.set(new TextEncoder().encode("GPL"));
  const attributes = new Uint8Array(new ArrayBuffer(attributeBytes));
  const view = new DataView(attributes.buffer);
  view.setUint32(0, kindClassifier, true);
  view.setUint32(4, instructions.length / 8, true);
  view.setBigUint64(8, calls.addressOf(instructions), true);
  view.setBigUint64(16, calls.addressOf(licence), true);
  const fd = checked(calls.bpf(programLoad, attributes), "cannot load the program that redirects a pod's packets");
  return { fd, [Symbol.dispose]: () => void calls.close(fd) };
}

/** `return bpf_redirect(index, 0)`, eight bytes an instruction. */
export function programOf(index: number): Uint8Array {
  const bytes = new Uint8Array(new ArrayBuffer(32));
  const instruction = (at: number, code: number, [register, value]: readonly [number, number]): void => {
    bytes.set([code, register], at * 8);
    bytes.set(u32(value), at * 8 + 4);
  };
  instruction(0, op.moveNumber, [1, index]);
  instruction(1, op.moveNumber, [2, 0]);
  instruction(2, op.call, [0, bpfRedirect]);
  instruction(3, op.exit, [0, 0]);
  return bytes;
}
