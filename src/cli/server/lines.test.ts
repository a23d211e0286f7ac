import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { linesOf, type ServerSentEvent, serverSentEvents } from "./lines.ts";

/** The bytes of a text in pieces of these sizes, the rest in one. */
async function* inPieces(text: string, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let bytes = Buffer.from(text);
  for (const size of sizes) {
    yield bytes.subarray(0, size);
    bytes = bytes.subarray(size);
  }
  yield bytes;
}

const all = async <T>(items: AsyncIterable<T>): Promise<readonly T[]> => Array.fromAsync(items);

const sizes = fc.array(fc.integer({ min: 0, max: 7 }));

describe("linesOf", () => {
  it("gives the same lines however the bytes are cut, characters of several bytes too", async () => {
    const line = fc.stringMatching(/^[aé🙂 ]*$/u);
    await fc.assert(
      fc.asyncProperty(fc.array(line), line, sizes, async (lines, last, cuts) => {
        const text = [...lines.map((each) => `${each}\n`), last].join("");
        assert.deepEqual(await all(linesOf(inPieces(text, cuts))), last === "" ? lines : [...lines, last]);
      }),
    );
  });
});

describe("serverSentEvents", () => {
  const text = [
    ": a comment\n\n",
    "id: 7\nevent: change\ndata: {\ndata: }\n\n",
    "data:no blank\r\n\r\n",
    "event: nothing\n\n",
    "id\ndata\n\n",
    "data: unfinished\n",
  ].join("");
  const events: readonly ServerSentEvent[] = [
    { id: "7", event: "change", data: "{\n}" },
    { id: "7", event: "message", data: "no blank" },
    { id: "", event: "message", data: "" },
  ];

  it("reads what the standard says, and drops an event that is not whole", async () => {
    await fc.assert(
      fc.asyncProperty(sizes, async (cuts) =>
        assert.deepEqual(await all(serverSentEvents(inPieces(text, cuts))), events),
      ),
    );
  });
});
