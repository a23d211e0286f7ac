import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { isHeddleError } from "../../base/index.ts";
import {
  bodyLimitBytes,
  fieldIds,
  type FieldName,
  headerBytes,
  isFault,
  readCall,
  readHeader,
  readRequest,
  writeAnswer,
  writeOtherVersion,
  writeRequest,
} from "./frame.ts";

const names = Object.keys(fieldIds) as FieldName[];
const calls = fc.dictionary(fc.constantFrom(...names), fc.string({ unit: "grapheme", maxLength: 40 }));

/** A request with some of its header's bytes changed. */
const bent = (at: number, bytes: readonly number[]): Buffer => {
  const whole = writeRequest({ command: "ADD" });
  Buffer.from(bytes).copy(whole, at);
  return whole;
};

describe("a request's frame", () => {
  it("comes back as it was sent", () => {
    fc.assert(fc.property(calls, (call) => assert.deepEqual(readRequest(writeRequest(call)), { ...call })));
  });

  it("is byte for byte what the executable sends", () => {
    const bytes = writeRequest({ command: "DEL", input: "{}" });
    assert.equal(
      bytes.toString("hex"),
      `48444c43 01 01 0000 0f000000 01 03000000 44454c 07 02000000 7b7d`.replaceAll(" ", ""),
    );
  });

  it("is read or refused, whatever bytes come", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      fc.uint8Array({ maxLength: 64 }).map((body) => {
        const frame = writeRequest({});
        frame.writeUInt32LE(body.length, 8);
        return Buffer.concat([frame, body]);
      }),
    );
    fc.assert(
      fc.property(bytes, (some) => {
        const call = readRequest(Buffer.from(some));
        if (isFault(call)) assert.ok(call.message.length > 0);
        else assert.ok(Object.values(call).every((value) => typeof value === "string"));
      }),
    );
  });

  it("may have fields that a later client knows", () => {
    const later = Buffer.from([200, 2, 0, 0, 0, 1, 2]);
    const body = Buffer.concat([later, writeRequest({ command: "ADD" }).subarray(headerBytes), later]);
    assert.deepEqual(readCall(body), { command: "ADD" });
  });

  for (const [name, bytes, message] of [
    ["another magic", bent(0, [0x47]), /does not begin with HDLC/],
    ["another kind", bent(5, [2]), /of kind 2/],
    ["a length beyond the limit", bent(8, [1, 0, 16, 0]), /its body has 1048577 bytes, 1048576 are allowed/],
    ["a length that is not its own", bent(8, [1, 0, 0, 0]), /8 bytes follow a header for 1/],
    ["a field beyond its end", bent(headerBytes + 1, [4]), /longer than the body/],
    ["a field's header cut off", Buffer.concat([bent(8, [10, 0, 0, 0]), Buffer.from([1, 1])]), /header is cut off/],
    ["no whole header", Buffer.from("HDLC"), /4 bytes, expected a header of 12/],
  ] as const)
    it(`is refused for ${name}`, () => {
      const read = readRequest(bytes);
      assert.ok(isFault(read));
      assert.equal(read.fault, "garbled");
      assert.match(read.message, message);
    });

  it("is refused for a field that comes twice", () => {
    const body = writeRequest({ command: "ADD" }).subarray(headerBytes);
    const read = readCall(Buffer.concat([body, body]));
    assert.ok(isFault(read) && /command comes twice/.test(read.message));
  });

  it("of another version is told which there are", () => {
    const header = readHeader(bent(4, [2]));
    assert.ok(isFault(header));
    assert.equal(header.fault, "other version");
    assert.equal(writeOtherVersion().toString("hex"), "48444c4301030000020000000101");
  });
});

describe("an answer's frame", () => {
  it("is its status, then its output", () => {
    assert.equal(writeAnswer({ status: 1, output: "é" }).toString("hex"), "48444c43010200000300000001c3a9");
  });

  it("has at most what the executable takes", () => {
    writeAnswer({ status: 0, output: "x".repeat(bodyLimitBytes - 1) });
    assert.throws(
      () => writeAnswer({ status: 0, output: "x".repeat(bodyLimitBytes) }),
      (error) => isHeddleError(error, "HEDDLE_CNI_TOO_LONG"),
    );
  });
});
