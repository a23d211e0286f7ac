import { Transform } from "node:stream";
import type { Fault } from "./fault.ts";

export type BodyFault = Extract<Fault, { kind: "truncate" | "stall" | "garbage" }>;

export const isBodyFault = (fault: Fault): fault is BodyFault =>
  fault.kind === "truncate" || fault.kind === "stall" || fault.kind === "garbage";

/** Passes a body on with the fault in it. `onStop` is called when a truncation by reset is due. */
export function createBodyFault(fault: BodyFault, onStop: () => void): Transform {
  if (fault.kind === "garbage") return interject(fault.afterLines, fault.line ?? '{"type":"MODIFIED","object":{"ki');
  const { afterBytes } = fault;
  return limit(afterBytes, (stream) => {
    if (fault.kind === "stall") return;
    if (fault.ending === "end") stream.push(null);
    else onStop();
  });
}

/** Lets `bytes` through, calls `onLimit` once, and drops the rest without ever ending by itself before that. */
function limit(bytes: number, onLimit: (stream: Transform) => void): Transform {
  let left = bytes;
  let done = false;
  const reach = (stream: Transform): void => {
    if (done) return;
    done = true;
    onLimit(stream);
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      if (left > 0) this.push(chunk.subarray(0, left));
      left -= chunk.length;
      if (left <= 0) reach(this);
      callback();
    },
    flush(callback) {
      // A body shorter than the limit ends as it would; one that was stopped stays stopped.
      if (!done) callback();
    },
  });
}

function interject(afterLines: number, line: string): Transform {
  let left = afterLines;
  const inserted = Buffer.from(`${line}\n`);
  return new Transform({
    construct(callback) {
      if (left === 0) this.push(inserted);
      callback();
    },
    transform(chunk: Buffer, _encoding, callback) {
      if (left === 0) return callback(null, chunk);
      let end = 0;
      while (left > 0) {
        const newline = chunk.indexOf(0x0a, end);
        if (newline === -1) return callback(null, chunk);
        end = newline + 1;
        left -= 1;
      }
      callback(null, Buffer.concat([chunk.subarray(0, end), inserted, chunk.subarray(end)]));
    },
  });
}
