import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { storedUid, uidOf } from "./uid.ts";

describe("a uid in the file", () => {
  it("is 16 bytes where it is a UUID as Kubernetes writes it", () => {
    assert.deepEqual(
      storedUid("0190c1a2-0000-4000-8000-0000000000ff"),
      Buffer.from("0190c1a20000400080000000000000ff", "hex"),
    );
  });

  it("comes back as it was, whatever it is", () => {
    const nearlyUuid = fc.uuid().chain((uuid) => fc.constantFrom(uuid, uuid.toUpperCase(), uuid.slice(1), `${uuid}0`));
    fc.assert(
      fc.property(fc.oneof(fc.string(), nearlyUuid), (uid) => {
        assert.equal(uidOf(storedUid(uid)), uid);
      }),
    );
  });

  it("is damage when it is neither", () => {
    for (const value of [null, 7, new Uint8Array(15)]) assert.throws(() => uidOf(value), { name: "DamageError" });
  });
});
