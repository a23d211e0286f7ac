import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import fc from "fast-check";
import { sized } from "../../../test/size.ts";
import { isHeddleError } from "../../base/index.ts";
import { type JsonObject, type JsonValue } from "../../model/index.ts";
import { addClusterToConfig, removeClusterFromConfig } from "./edit.ts";
import { parseConfig } from "./load.ts";

const source = {
  env: { LAB_TOKEN: "secret-of-lab", GUEST_TOKEN: "secret-of-guest" },
  home: "/home/me",
  path: "/etc/heddle.yaml",
};
const add = (text: string, entry: JsonValue): string => addClusterToConfig(text, entry, source);
const remove = (text: string, id: string): string => removeClusterFromConfig(text, id, source);
const idsOf = (text: string): readonly string[] => parseConfig(text, source).clusters.map(({ id }) => id);

const here = (id: string): JsonObject => ({ id, auth_method: "in_cluster" });

const commented = `# Our fleet. Ask #platform before you change it.
default_namespace:   shop   # all teams

clusters:
  # The one that earns the money.
  - id: prod        # do not touch
    auth_method: in_cluster
    timeout:   1m30s
    # tls is the load balancer's

  # Of the lab.
  - id: lab
    auth_method: token
    api_server_url: 'https://lab.example'
    service_account_token: \${LAB_TOKEN}
    tls_config: {insecure: true}
    # goes away in spring

# Below: how the server works.
worker_pool_size: 0x10
`;

describe("addClusterToConfig", () => {
  it("adds lines behind the last cluster, and changes no other character", () => {
    const entry = {
      id: "edge",
      auth_method: "kubeconfig",
      kubeconfig_path: "~/.kube/edge",
      resources: { exclude: ["leases"] },
    };
    const [before, after] = commented.split("\n# Below");
    assert.equal(
      add(commented, entry),
      `${before}  - id: edge
    auth_method: kubeconfig
    kubeconfig_path: ~/.kube/edge
    resources:
      exclude:
        - leases

# Below${after}`.replace("spring\n  - id", "spring\n  - id"),
    );
  });

  const shapes: readonly (readonly [string, string, string])[] = [
    [
      "a list without indentation",
      "clusters:\n- id: a\n  auth_method: in_cluster\n",
      "clusters:\n- id: a\n  auth_method: in_cluster\n- id: b\n  auth_method: in_cluster\n",
    ],
    [
      "a file without a last line end",
      "clusters:\n    - {id: a, auth_method: in_cluster}",
      "clusters:\n    - {id: a, auth_method: in_cluster}\n    - id: b\n      auth_method: in_cluster\n",
    ],
    [
      "line ends of Windows",
      "clusters:\r\n  - id: a\r\n    auth_method: in_cluster\r\n",
      "clusters:\r\n  - id: a\r\n    auth_method: in_cluster\r\n  - id: b\r\n    auth_method: in_cluster\r\n",
    ],
    [
      "a list in brackets",
      "clusters: [{ id: a, auth_method: in_cluster }] # all\n",
      "clusters: [ { id: a, auth_method: in_cluster }, { id: b, auth_method: in_cluster } ] # all\n",
    ],
    [
      "JSON",
      '{"clusters":[{"id":"a","auth_method":"in_cluster"}]}',
      '{ "clusters": [ { "id": "a", "auth_method": "in_cluster" }, { id: b, auth_method: in_cluster } ] }\n',
    ],
    ["an empty list", "# none yet\nclusters: []\n", "# none yet\nclusters:\n  - id: b\n    auth_method: in_cluster\n"],
    ["an empty file", "", "clusters:\n  - id: b\n    auth_method: in_cluster\n"],
    ["a file of comments", "# made by hand", "# made by hand\nclusters:\n  - id: b\n    auth_method: in_cluster\n"],
  ];
  for (const [what, text, expected] of shapes) it(`knows ${what}`, () => assert.equal(add(text, here("b")), expected));

  it("quotes what YAML would take for something else", () => {
    const text = add(commented, { ...here("edge"), name: "yes: #1", region: "1e3", environment: "null" });
    const edge = parseConfig(text, source).clusters.at(-1);
    assert.deepEqual([edge?.name, edge?.region, edge?.environment], ["yes: #1", "1e3", "null"]);
  });

  it("refuses an entry that is wrong, by its keys, with the usual words and never its token", () => {
    const entry = {
      id: "Edge 1",
      auth_method: "token",
      service_account_token: ["secret-of-edge"],
      qps: "fast",
      colour: "blue",
    };
    assert.throws(
      () => add(commented, entry),
      (error) => {
        assert.ok(isHeddleError(error, "HEDDLE_CONFIG_INVALID"));
        assert.deepEqual(error.message.split("\n").toSorted(), [
          "  auth_method: api_server_url is required with auth_method: token",
          "  colour: unknown key; expected one of id, name, environment, region, auth_method, kubeconfig_path, kubeconfig_context, api_server_url, service_account_token, service_account_token_file, tls_config, qps, burst, timeout, resources",
          '  id: found "Edge 1", expected a DNS label: lower-case letters, digits and "-", at most 63, beginning and ending with a letter or digit; did you mean edge-1?',
          '  qps: found "fast", expected a number from 0 (no limit) to 100000',
          "  service_account_token: found a list, expected text that is not empty",
          "the cluster has 5 errors:",
        ]);
        assert.doesNotMatch(inspect(error, { depth: 20 }), /secret-of/);
        return true;
      },
    );
    assert.throws(
      () => add(commented, "edge"),
      /the cluster has an error:\n {2}found "edge", expected keys and values$/,
    );
    assert.throws(
      () => add(commented, { ...here("x"), name: "${NOT_SET}" }),
      /name: the environment variable NOT_SET is not set/,
    );
  });

  it("refuses an id that is taken, naming the line", () => {
    assert.throws(() => add(commented, here("lab")), {
      code: "HEDDLE_FLEET_CLUSTER_EXISTS",
      message: /^there is a cluster "lab" already: \/etc\/heddle\.yaml:12;/,
    });
  });

  it("does not edit a file that is wrong already, and tells what is", () => {
    assert.throws(
      () => add("clusters:\n  - id: a\n", here("b")),
      /heddle\.yaml:2:5: clusters\[0\]\.auth_method: missing/,
    );
    assert.throws(() => add("list: &l []\nclusters: *l\n", here("b")), { code: "HEDDLE_CONFIG_INVALID" });
  });

  it("keeps what is written as a variable a variable, and every other character", () => {
    const entry = {
      id: "guest",
      auth_method: "token",
      api_server_url: "https://g",
      service_account_token: "${GUEST_TOKEN}",
    };
    const text = add(commented, entry);
    assert.ok(text.includes("service_account_token: ${GUEST_TOKEN}\n") && text.includes("${LAB_TOKEN}"));
    assert.ok(!text.includes("secret-of"));
    assert.ok(text.startsWith(commented.slice(0, commented.indexOf("\n# Below"))), text);
  });
});

describe("removeClusterFromConfig", () => {
  it("takes a cluster's lines and the comments on it, and changes no other character", () => {
    assert.equal(remove(commented, "lab"), commented.replace(/ {2}# Of the lab[^]*in spring\n\n/, ""));
    assert.equal(remove(commented, "prod"), commented.replace(/ {2}# The one[^]*balancer's\n\n/, ""));
  });

  it("leaves an empty list behind the last one", () => {
    const text = remove(remove(commented, "lab"), "prod");
    assert.match(text, /^clusters: \[\]$/m);
    assert.match(text, /^# Our fleet[^]*# all teams[^]*# Below: how the server works\.\nworker_pool_size: 0x10\n$/);
  });

  it("knows lists in brackets and JSON", () => {
    const list = "clusters: [{ id: a, auth_method: in_cluster }, { id: b, auth_method: in_cluster }]\n";
    assert.deepEqual(idsOf(remove(list, "a")), ["b"]);
    assert.deepEqual(idsOf(remove(JSON.stringify({ clusters: [here("a"), here("b")] }), "b")), ["a"]);
  });

  it("fails for one that is not there, and where others refer to what is written in it", () => {
    assert.throws(() => remove(commented, "lap"), {
      code: "HEDDLE_FLEET_UNKNOWN_CLUSTER",
      message: 'there is no cluster "lap"; did you mean "lab"?',
    });
    const shared =
      "clusters:\n  - &a { id: a, auth_method: in_cluster, tls_config: &tls { server_name: x } }\n  - { id: b, auth_method: in_cluster, tls_config: *tls }\n";
    assert.throws(() => remove(shared, "a"), {
      code: "HEDDLE_CONFIG_NOT_EDITABLE",
      message: "an alias (*name) in /etc/heddle.yaml refers to what is written in a; edit the file by hand",
    });
  });
});

describe("editing a configuration", () => {
  const pieces = fc.constantFrom(
    "",
    "\n",
    "# a comment\n",
    "  # a comment\n",
    "      # a deep comment\n",
    "\n\n",
    "  # x\n\n  # y\n",
  );
  const bodies = fc.constantFrom(
    "  - id: ID\n    auth_method: in_cluster\n",
    "  - id: ID # why\n    auth_method: in_cluster\n    tls_config:\n      server_name: x\n",
    "  -\n    id: ID\n    auth_method: in_cluster\n",
    "  - { id: ID, auth_method: in_cluster }\n",
    "  - id: ID\n    auth_method: in_cluster\n    name: |\n      two\n      lines\n",
    "  - id: ID\n    auth_method: in_cluster\n    name: >-\n      folded\n\n      text\n",
    '  - id: "ID"\n    auth_method: in_cluster\n    name: "a # b"\n',
  );
  const texts = fc
    .record({
      head: fc.constantFrom("", "# head\n", "worker_pool_size: 3\n"),
      items: fc.array(fc.tuple(pieces, bodies), { minLength: 1, maxLength: 5 }),
      tail: fc.constantFrom("", "\n# tail\n", "default_namespace: x\n", "\n# tail\ndefault_namespace: x\n"),
    })
    .map(({ head, items, tail }) => {
      const list = items.map(([piece, body], index) => piece + body.replace("ID", `c${index}`)).join("");
      return { text: `${head}clusters:\n${list}${tail}`, count: items.length };
    });

  it("adds and removes exactly one cluster, keeps every other line, and undoes itself", () => {
    fc.assert(
      fc.property(texts, fc.nat(4), ({ text, count }, which) => {
        const before = parseConfig(text, source);
        const added = add(text, here("new"));
        assert.deepEqual(idsOf(added), [...before.clusters.map(({ id }) => id), "new"]);
        assert.equal(added.replace("  - id: new\n    auth_method: in_cluster\n", ""), text);
        assert.deepEqual(idsOf(remove(added, "new")), idsOf(text));
        const id = `c${which % count}`;
        const removed = remove(text, id);
        assert.deepEqual(
          idsOf(removed),
          idsOf(text).filter((other) => other !== id),
        );
        if (count === 1) return;
        const lines = text.split("\n");
        const left = removed.split("\n");
        assert.ok(
          left.every((line) => lines.includes(line)),
          removed,
        );
        for (const line of lines.filter((line) => /id: "?c/.test(line) && !line.includes(id)))
          assert.ok(left.includes(line));
      }),
      { numRuns: sized({ small: 60, full: 1_000 }) },
    );
  });

  it("keeps all that the complete example says", async () => {
    const text = await readFile(join(import.meta.dirname, "testdata", "config-complete.yaml"), "utf8");
    const before = parseConfig(text, source).clusters.map(({ line: _line, ...rest }) => JSON.stringify(rest));
    for (const [index, id] of idsOf(text).entries()) {
      const after = parseConfig(remove(text, id), source).clusters.map(({ line: _line, ...rest }) =>
        JSON.stringify(rest),
      );
      assert.deepEqual(after, before.toSpliced(index, 1));
    }
  });
});
