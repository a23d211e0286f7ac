import assert from "node:assert/strict";
import { link, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import fc from "fast-check";
import { sized } from "../../../test/size.ts";
import { heddleConfig } from "../cni/testing/calls.ts";
import { cannotBuildClient, callPlugin, type ClientOutcome, type Installed, installClient } from "./testing/client.ts";
import { type LyingServer, startLyingServer } from "./testing/lying-server.ts";

const runs = { numRuns: sized({ small: 30, full: 3_000 }), endOnFailure: true } as const;
const timeLimitMs = 400;

const json = JSON.stringify(heddleConfig({ cniVersion: "1.0.0" }));

/** Text that is nearly a configuration: cut, with pieces put in, or nothing of the kind. */
const inputs: fc.Arbitrary<Uint8Array> = fc
  .oneof(
    fc
      .tuple(fc.nat(json.length), fc.string({ unit: "binary", maxLength: 20 }))
      .map(([at, text]) => json.slice(0, at) + text + json.slice(at)),
    fc.nat(json.length).map((at) => json.slice(0, at)),
    fc
      .array(
        fc.constantFrom(
          "{",
          "}",
          "[",
          "]",
          '"',
          ":",
          ",",
          " ",
          "\\",
          '"cniVersion"',
          '"1.0.0"',
          '"name"',
          '"prevResult"',
          "\u0000",
          "é",
        ),
        { maxLength: 40 },
      )
      .map((parts) => parts.join("")),
    fc.constantFrom(
      "[".repeat(500_000),
      '{"a":'.repeat(100_000),
      `{"cniVersion":"${"1".repeat(100_000)}"}`,
      "\\".repeat(1_000),
      "x".repeat((1 << 20) + 1),
    ),
  )
  .map((text) => Buffer.from(text))
  .chain((text) => fc.oneof(fc.constant<Uint8Array>(text), fc.uint8Array({ maxLength: 200 })));

const texts = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 30 }).map((text) => text.replaceAll("\0", "")),
  fc.constantFrom("eth0", "4f3c", "", "x".repeat(100_000)),
);

const environments = fc
  .record(
    {
      CNI_COMMAND: fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom("ADD", "DEL", "CHECK", "GC", "STATUS", "VERSION") },
        { weight: 1, arbitrary: texts },
      ),
      CNI_CONTAINERID: texts,
      CNI_NETNS: texts,
      CNI_IFNAME: texts,
      CNI_ARGS: texts,
      CNI_PATH: texts,
    },
    { requiredKeys: [] },
  )
  .map((env) => ({ ...env }) as Record<string, string>);

/** Lines that are settings, nearly so, or none. Where socket and queue are stays as it is. */
const settings = fc
  .array(
    fc.oneof(
      fc.string({ maxLength: 20 }),
      fc.constantFrom(
        "=",
        "time_limit_ms=",
        "time_limit_ms=-1",
        "time_limit_ms=99999999999999999999",
        "socket",
        "#socket=/x",
        "other=1",
      ),
    ),
    { maxLength: 10 },
  )
  .map((lines) => lines.filter((line) => !/^(socket|queue|time_limit_ms)=./.test(line)).join("\n"));

const header = (kind: number, length: number): Buffer => {
  const bytes = Buffer.from("48444c43010000000000000000", "hex").subarray(0, 12);
  bytes.writeUInt8(kind & 255, 5);
  bytes.writeUInt32LE(length, 8);
  return bytes;
};

/** Answers that are right, nearly so, or none; in pieces. */
const answers = fc.record({
  pieces: fc
    .tuple(
      fc.oneof(
        fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
        fc
          .tuple(
            fc.constantFrom(1, 2, 2, 2, 3, 9),
            fc.oneof(fc.nat(30), fc.constantFrom(0, 2, 1 << 20, (1 << 20) + 1, 0xffffffff)),
            fc.uint8Array({ maxLength: 30 }),
          )
          .map(([kind, length, body]) => Buffer.concat([header(kind, length), body])),
        fc.uint8Array({ minLength: 1, maxLength: 30 }).map((body) => Buffer.concat([header(2, body.length), body])),
      ),
      fc.integer({ min: 1, max: 20 }),
    )
    .map(([bytes, size]) =>
      Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size)),
    ),
  reads: fc.boolean(),
});

/** Of HTTP, nearly so, or none. */
const httpAnswers = fc
  .tuple(
    fc.constantFrom("HTTP/1.1 200 OK", "HTTP/1.1 503 X", "HTTP/1.1 200", "HTTP/1.1 ", "HTTP/2 200 ", "200 ", ""),
    fc.constantFrom("\r\n\r\n", "\r\nA: b\r\n\r\n", "\n\n", "\r\n", ""),
    fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      fc.constant(Buffer.alloc(70_000, "x")),
    ),
  )
  .map(([line, end, body]) => Buffer.concat([Buffer.from(line + end), body]));

/** Whether a right answer stands at the beginning. */
const isAnswer = (bytes: Buffer): boolean =>
  bytes.length >= 13 &&
  bytes.subarray(0, 4).equals(header(2, 0).subarray(0, 4)) &&
  bytes[5] === 2 &&
  bytes.readUInt32LE(8) > 0 &&
  bytes.readUInt32LE(8) <= bytes.length - 12;

/** What the executable's failures look like, whatever it was given. */
function assertTold({ status, output, errors }: ClientOutcome): void {
  assert.equal(errors, "", "the sanitizers found something");
  assert.notEqual(status, null, "it was ended by a signal");
  if (status === 0) return;
  const told = JSON.parse(output);
  assert.deepEqual(Object.keys(told), ["cniVersion", "code", "msg", "details"]);
  assert.ok(told.code > 0 && /^[\d.]{1,31}$/.test(told.cniVersion));
}

describe("heddle-cni under the sanitizers", () => {
  let why: string | undefined;
  let client: Installed;
  let liar: LyingServer | undefined;
  before(async () => {
    why = await cannotBuildClient();
    if (why === undefined) client = await installClient({ sanitized: true, timeLimitMs });
  });
  after(async () => {
    await liar?.[Symbol.asyncDispose]();
    await client?.[Symbol.asyncDispose]();
  });

  const call = (path: string, { env, input }: { env: Record<string, string>; input: Uint8Array }) =>
    callPlugin(path, { environment: { ...env, ASAN_OPTIONS: "abort_on_error=1" }, input });

  it("says what is wrong with any call and any configuration, alone", async (t) => {
    if (why !== undefined) return t.skip(why);
    await fc.assert(
      fc.asyncProperty(environments, inputs, settings, async (env, input, lines) => {
        await writeFile(
          join(client.folder, "heddle-cni.conf"),
          `${lines}\nsocket=${client.socket}\nqueue=${client.queue}\ntime_limit_ms=${timeLimitMs}\n`,
        );
        assertTold(await call(client.executable, { env, input }));
        await rm(client.queue, { recursive: true, force: true });
      }),
      runs,
    );
  });

  it("is loopback for any call", async (t) => {
    if (why !== undefined) return t.skip(why);
    const loopback = join(client.folder, "loopback");
    await link(client.executable, loopback);
    await fc.assert(
      fc.asyncProperty(environments, inputs, async (env, input) => {
        // A namespace that could be entered is the machine's own.
        assertTold(await call(loopback, { env: { ...env, CNI_NETNS: "/nowhere" }, input }));
      }),
      runs,
    );
  });

  it("takes or refuses any answer to a probe", async (t) => {
    if (why !== undefined) return t.skip(why);
    await using door = await startLyingServer(`${client.socket}.status`);
    const question = { environment: { ASAN_OPTIONS: "abort_on_error=1" }, input: "" };
    await fc.assert(
      fc.asyncProperty(httpAnswers, fc.constantFrom("--ready", "--live"), async (bytes, probe) => {
        door.send(bytes);
        const outcome = await callPlugin(client.executable, { ...question, args: [probe, client.socket] });
        const [head, ...rest] = bytes.toString("latin1").split("\r\n\r\n");
        const isWhole = head?.startsWith("HTTP/1.1 ") === true && rest.length > 0;
        if (!isWhole) return assertTold(outcome);
        assert.deepEqual([outcome.status, outcome.errors], [head.startsWith("HTTP/1.1 200 ") ? 0 : 1, ""]);
      }),
      runs,
    );
  });

  it("takes or refuses any answer, in any pieces", async (t) => {
    if (why !== undefined) return t.skip(why);
    liar = await startLyingServer(client.socket);
    await fc.assert(
      fc.asyncProperty(answers, inputs, async ({ pieces, reads }, input) => {
        liar?.sendPieces(pieces, { reads });
        const env = { CNI_COMMAND: "ADD", CNI_CONTAINERID: "a", CNI_IFNAME: "eth0", CNI_NETNS: "/nowhere" };
        const outcome = await call(client.executable, { env, input });
        const whole = Buffer.concat(pieces);
        if (isAnswer(whole) && outcome.status === whole[12]) assert.equal(outcome.errors, "");
        else assertTold(outcome);
      }),
      runs,
    );
  });
});
