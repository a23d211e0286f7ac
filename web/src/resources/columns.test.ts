import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { attributeText, columnsOf, tracksOf } from "./columns.ts";

const titles = (kind: string | undefined, cluster = false): readonly string[] =>
  columnsOf(kind, { cluster }).map(({ title }) => title);

describe("the columns of a table", () => {
  it("are those worth knowing of the kind", () =>
    assert.deepEqual(titles("Pod"), [
      "Name",
      "Namespace",
      "Cluster",
      "Status",
      "Ready",
      "Restarts",
      "Node",
      "IP",
      "Age",
    ]));

  it("leave out a namespace where the kind has none, and the cluster where it is one", () => {
    assert.ok(!titles("Node").includes("Namespace"));
    assert.ok(!titles("Pod", true).includes("Cluster"));
  });

  it("tell the kind where there are several, and fit a kind that nobody knows", () => {
    assert.deepEqual(titles(undefined), ["Name", "Kind", "Namespace", "Cluster", "Status", "Age"]);
    assert.deepEqual(titles("Widget.example.com"), ["Name", "Namespace", "Cluster", "Status", "Age"]);
  });

  it("fit a window of 1440 px beside the rail, for pods too", () => {
    const { minWidth } = tracksOf(columnsOf("Pod", { cluster: false }));
    assert.ok(Number.parseFloat(minWidth) * 16 <= 1160, minWidth);
  });

  it("show lists joined, and nothing for what is not there", () => {
    assert.equal(attributeText(["80/TCP", "443/TCP"]), "80/TCP, 443/TCP");
    assert.equal(attributeText(undefined), "");
    assert.equal(attributeText(0), "0");
    assert.equal(attributeText(false), "false");
  });
});
