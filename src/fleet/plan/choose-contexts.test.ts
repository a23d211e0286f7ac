import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { UsageError } from "../../base/index.ts";
import { chooseContexts, type ContextIdentity, explainGroup } from "./choose-contexts.ts";

const context = (name: string, identity = name, current = false): ContextIdentity => ({ name, identity, current });
const chosen = (contexts: readonly ContextIdentity[], only: readonly string[] = []): readonly string[] =>
  chooseContexts(contexts, { only }).map((group) => group.chosen.name);

describe("chooseContexts", () => {
  it("takes contexts of one server and one user as one, by the name of the first", () => {
    assert.deepEqual(chosen([context("a", "1"), context("b", "2"), context("c", "1")]), ["a", "b"]);
  });

  it("lets the current context give the name, in the place of the first", () => {
    assert.deepEqual(chosen([context("a", "1"), context("b", "2"), context("c", "1", true)]), ["c", "b"]);
  });

  it("lets a preferred one keep the name, whatever the current one is", () => {
    const groups = chooseContexts([context("a", "1"), context("b", "1", true)], { only: [], prefer: ["x", "a"] });
    assert.deepEqual(
      groups.map(({ chosen }) => chosen.name),
      ["a"],
    );
  });

  it("limits before it unites: a context that was left out gives no name", () => {
    assert.deepEqual(chosen([context("a", "1"), context("c", "1", true)], ["a"]), ["a"]);
  });

  it("refuses unknown names, all at once, with the near word", () => {
    assert.throws(
      () => chosen([context("prod-us"), context("prod-eu")], ["prod-uss", "x"]),
      (error) =>
        error instanceof UsageError &&
        error.message ===
          'there is no context "prod-uss"; did you mean "prod-us"?\nthere is no context "x"; expected one of prod-us, prod-eu',
    );
  });

  it("tells which name stands for which others, and why", () => {
    const groups = chooseContexts([context("a", "1"), context("b", "1", true), context("c", "2"), context("d", "2")], {
      only: [],
    });
    assert.deepEqual(groups.map(explainGroup), [
      "context b stands for a too (same server, same user): it is the current context; --context chooses another",
      "context c stands for d too (same server, same user): it is the first of them; --context chooses another",
    ]);
    assert.equal(explainGroup({ chosen: context("a"), others: [] }), undefined);
  });

  it("keeps every context exactly once, as a name or behind one", () => {
    const identities = fc.array(fc.constantFrom("1", "2", "3"), { maxLength: 12 });
    fc.assert(
      fc.property(identities, fc.nat(11), (identities, current) => {
        const contexts = identities.map((identity, index) => context(`c${index}`, identity, index === current));
        const groups = chooseContexts(contexts, { only: [] });
        assert.deepEqual(
          groups
            .flatMap(({ chosen, others }) => [chosen, ...others])
            .toSorted((a, b) => contexts.indexOf(a) - contexts.indexOf(b)),
          contexts,
        );
        assert.equal(new Set(groups.map((group) => group.chosen.identity)).size, groups.length);
      }),
    );
  });
});
