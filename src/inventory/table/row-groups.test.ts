import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createOwnerIndex } from "./owner-index.ts";
import { createRowGroups } from "./row-groups.ts";

describe("groups of rows", () => {
  it("hold what was put into them last, in its order, and are there as long as they hold something", () => {
    const step = fc.record({ row: fc.nat(40), key: fc.constantFrom("", "a", "b", "c") });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const open = new Set<string>();
        const groups = createRowGroups<string>({
          opened: ({ value }) => void open.add(value),
          closed: ({ value }) => void open.delete(value),
        });
        const expected = new Map<string, Set<number>>();
        for (const { row, key } of steps) {
          if (!expected.get(key)?.has(row)) for (const rows of expected.values()) rows.delete(row);
          if (key === "") groups.remove(row);
          else {
            groups.set(row, key, () => `value of ${key}`);
            expected.set(key, (expected.get(key) ?? new Set()).add(row));
          }
        }
        const there = [...expected].filter(([, rows]) => rows.size > 0);
        assert.deepEqual([...open].sort(), there.map(([key]) => `value of ${key}`).sort());
        assert.equal([...groups.all()].length, there.length);
        for (const [key, rows] of there) {
          const group = groups.get(key);
          assert.deepEqual([...(group?.rows ?? [])], [...rows]);
          assert.equal(group?.rows.size, rows.size);
          for (let row = 0; row <= 40; row++) assert.equal(group?.rows.has(row), rows.has(row));
          for (const row of rows) assert.equal(groups.of(row), group);
        }
      }),
    );
  });
});

describe("an index of owners", () => {
  it("finds rows by each of their owners, whether they have one or several", () => {
    const index = createOwnerIndex();
    const owners = (...uids: readonly string[]) =>
      uids.map((uid) => ({ apiVersion: "apps/v1", kind: "ReplicaSet", name: uid, uid }));
    index.set(1, owners("a"));
    index.set(2, owners("a", "b"));
    index.set(3, owners("b"));
    assert.deepEqual([...index.rows("a")], [1, 2]);
    assert.deepEqual([...index.rows("b")], [3, 2]);
    assert.deepEqual(index.ownersOf(2), ["a", "b"]);
    index.set(2, owners("b"));
    assert.deepEqual([...index.rows("a")], [1]);
    index.remove(1);
    assert.equal(index.rows("a").size, 0);
    assert.deepEqual([...index.rows("b")], [3, 2]);
  });
});
