import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Row } from "./row.ts";
import { keepMarks, noRows, pagesInSight, pageSize, pagesKept, patchRows, rowAt, type Rows, withPage } from "./rows.ts";

const row = (id: string, status = "Running"): Row => ({ id, status, reason: null, createdAt: null, attributes: {} });
const items = (page: number): readonly Row[] =>
  Array.from({ length: pageSize }, (_, at) => row(`c/core/Pod/n/${page * pageSize + at}`));
const filled = (pages: readonly number[], total = 100_000): Rows =>
  pages.reduce(
    (rows, at) => withPage(rows, { at, round: 1, answer: { items: items(at), total, freshness: [] } }),
    noRows,
  );

describe("pages of a long list", () => {
  it("are those that rows in sight stand in", () => {
    assert.deepEqual(pagesInSight(0, 40, 100_000), [0]);
    assert.deepEqual(pagesInSight(190, 230, 100_000), [0, 1]);
    assert.deepEqual(pagesInSight(99_990, 99_999, 100_000), [499]);
  });

  it("begin with the first while nothing is known, and never lie behind the end", () => {
    assert.deepEqual(pagesInSight(5_000, 5_040, undefined), [0]);
    assert.deepEqual(pagesInSight(5_000, 5_040, 300), [1]);
    assert.deepEqual(pagesInSight(0, 40, 0), [0]);
  });

  it("are kept around what is in sight only", () => {
    const rows = filled(Array.from({ length: 60 }, (_, at) => at));
    assert.equal(rows.pages.size, pagesKept);
    assert.equal(rowAt(rows, 59 * pageSize)?.id, `c/core/Pod/n/${59 * pageSize}`);
    assert.equal(rowAt(rows, 0), undefined);
  });

  it("end where the list ends by its latest answer", () => {
    const rows = withPage(filled([0, 1, 2]), {
      at: 0,
      round: 2,
      answer: { items: items(0), total: 250, freshness: [] },
    });
    assert.deepEqual([...rows.pages.keys()], [0, 1]);
    assert.equal(rows.total, 250);
  });
});

describe("rows that change", () => {
  const rows = filled([0, 1]);
  const changed = { type: "UPDATED", sequence: "1", resource: row("c/core/Pod/n/7", "CrashLoopBackOff") };

  it("are patched where they stand, the last change of one winning; other pages stay the same", () => {
    const again = { ...changed, resource: row("c/core/Pod/n/7", "Completed") };
    const { rows: patched, moved } = patchRows(rows, [changed, again], true);
    assert.equal(rowAt(patched, 7)?.status, "Completed");
    assert.equal(rowAt(patched, 7)?.told, 1);
    assert.equal(patched.pages.get(1), rows.pages.get(1));
    assert.equal(moved, false);
  });

  it("stay as they are when something else changed", () => {
    const elsewhere = { ...changed, resource: row("c/core/Pod/other/7") };
    assert.equal(patchRows(rows, [elsewhere], true).rows, rows);
  });

  it("stay in sight when they are deleted, until their page is asked anew", () => {
    const { rows: patched, moved } = patchRows(rows, [{ ...changed, type: "DELETED" }], true);
    assert.equal(rowAt(patched, 7)?.gone, true);
    assert.equal(rowAt(patched, 7)?.status, "Running");
    assert.equal(moved, true);
  });

  it("may have moved when one was created, or when they are sorted or filtered by what may have changed", () => {
    assert.equal(patchRows(rows, [{ ...changed, type: "CREATED" }], true).moved, true);
    assert.equal(patchRows(rows, [changed], false).moved, true);
  });

  it("keep their marks when their page is asked anew, so that nothing flashes that did not change", () => {
    const marked = { ...row("a"), told: 3 };
    assert.deepEqual(keepMarks([row("a"), row("b")], [marked]), [marked, row("b")]);
  });
});
