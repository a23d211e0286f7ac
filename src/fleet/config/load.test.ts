import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import fc from "fast-check";
import { sized } from "../../../test/size.ts";
import { isHeddleError, UsageError } from "../../base/index.ts";
import { loadConfig, parseConfig } from "./load.ts";
import { type FleetConfig } from "./model.ts";

const testdata = join(import.meta.dirname, "testdata");
const surroundings = {
  home: "/home/me",
  env: {
    GUEST_TOKEN: "secret-of-guest",
    HOME_OF_CONFIGS: "/configs",
    CLUSTER_NAME: "prod",
    HOST: "10.0.0.1",
    NOT_A_URL: "secret in a variable",
    EMPTY: "",
  },
};

const parse = (text: string): FleetConfig => parseConfig(text, { ...surroundings, path: "/etc/heddle/heddle.yaml" });

const fixture = async (state: string): Promise<FleetConfig> => {
  const name = `config-${state}.yaml`;
  return parseConfig(await readFile(join(testdata, name), "utf8"), { ...surroundings, path: `/etc/heddle/${name}` });
};

const messageOfRefusal = (text: string): string => {
  try {
    parse(text);
  } catch (error) {
    assert.ok(error instanceof UsageError);
    return error.message;
  }
  throw new assert.AssertionError({ message: `accepted: ${text}` });
};

describe("a configuration file that is right", () => {
  it("becomes frozen options with defaults, absolute paths, and units in the names", async () => {
    const config = await fixture("complete");
    const [prod, here, robot, guest] = config.clusters;
    assert.deepEqual(prod, {
      id: "prod-us-east-1",
      name: "Production US East",
      environment: "prod",
      region: "us-east-1",
      source: { method: "kubeconfig", path: "/etc/heddle/kubeconfigs/prod", context: "prod" },
      tls: { insecure: false, caFile: "/home/me/prod-ca.pem", serverName: "prod.internal" },
      limits: { qps: 12.5, burst: 20, timeoutMs: 90_000 },
      resources: { include: [], exclude: ["events", "events.events.k8s.io", "leases"] },
      line: 2,
    });
    assert.equal(here?.name, "here");
    assert.deepEqual(here?.limits, { qps: 50, burst: 100, timeoutMs: 30_000 });
    assert.deepEqual(robot?.source, {
      method: "service_account",
      server: "https://10.0.0.1:6443",
      token: { file: "/var/run/robot/token" },
    });
    assert.deepEqual(robot?.resources, { include: ["pods", "deployments.apps"], exclude: ["leases"] });
    assert.deepEqual(guest?.tls, { certFile: "/etc/heddle/guest.crt", keyFile: "/etc/heddle/guest.key" });
    assert.equal(guest?.limits.qps, 0);
    assert.equal(config.defaultNamespace, "platform");
    assert.deepEqual(config.live, {
      enableCache: false,
      enableDiskCache: true,
      cacheTtlMs: 90_000,
      enableRelationships: false,
      resyncPeriodMs: 3_600_000,
      enableMutations: true,
      workerPoolSize: 4,
    });
    assert.ok(Object.isFrozen(config) && Object.isFrozen(guest?.limits));
  });

  it("keeps a token out of sight of everything that prints", async () => {
    const config = await fixture("complete");
    assert.doesNotMatch(inspect(config, { depth: 20 }) + JSON.stringify(config), /secret-of-guest/);
    const guest = config.clusters[3]?.source;
    assert.ok(guest?.method === "token" && "reveal" in guest.token);
    assert.equal(guest.token.reveal(), "secret-of-guest");
  });

  it("replaces ${NAME} in values, leaves $${ as ${, and follows aliases", async () => {
    const sources = (await fixture("with-anchors")).clusters.map(({ source }) => source);
    assert.deepEqual(sources, [
      { method: "kubeconfig", path: "/configs/config", context: "${not-a-variable}" },
      { method: "kubeconfig", path: "/configs/config" },
    ]);
  });

  it("may hold one cluster with two keys, or no cluster at all", async () => {
    const minimal = await fixture("minimal");
    assert.equal(minimal.clusters.length, 1);
    assert.deepEqual(minimal.live, {
      enableCache: true,
      enableDiskCache: true,
      cacheTtlMs: 300_000,
      enableRelationships: true,
      resyncPeriodMs: 600_000,
      enableMutations: false,
      workerPoolSize: 10,
    });
    assert.deepEqual((await fixture("no-clusters")).clusters, []);
  });
});

describe("a configuration file that is wrong", async () => {
  const right = new Set(["complete", "minimal", "no-clusters", "with-anchors"]);
  const states = (await readdir(testdata))
    .map((name) => /^config-(.*)\.yaml$/.exec(name)?.[1])
    .filter((state) => state !== undefined && !right.has(state));
  assert.ok(states.length > 10);

  for (const state of states) {
    it(`is refused with every error at once: ${state}`, async () => {
      const golden = join(testdata, `config-${state}.txt`);
      let message = "";
      try {
        await fixture(state ?? "");
        assert.fail("accepted");
      } catch (error) {
        assert.ok(error instanceof UsageError, String(error));
        assert.equal(error.code, "HEDDLE_CONFIG_INVALID");
        message = `${error.message}\n`;
        assert.doesNotMatch(inspect(error, { depth: 20 }), /secret-of|eyJsecret|admin:secret|secret in a|20251231/);
      }
      if (process.env["UPDATE"] === "1") await writeFile(golden, message);
      assert.equal(message, await readFile(golden, "utf8"));
    });
  }

  it("names the file that cannot be read", async () => {
    await assert.rejects(loadConfig("/nowhere/heddle.yaml", surroundings), (error) => {
      assert.ok(isHeddleError(error, "HEDDLE_CONFIG_UNREADABLE"));
      assert.match(error.message, /\/nowhere\/heddle\.yaml cannot be read: .*ENOENT/);
      return true;
    });
  });

  it("never tells a token, whatever was done to the file", async () => {
    const token = randomBytes(600).toString("base64url");
    const complete = await readFile(join(testdata, "config-complete.yaml"), "utf8");
    const text = complete.replace("${GUEST_TOKEN}", token);
    const edit = fc.record({
      // Most of them where it hurts: around the token's key.
      at: fc.oneof(
        fc.nat(text.length),
        fc.nat(40).map((back) => text.indexOf(token) - back),
      ),
      remove: fc.nat(30),
      insert: fc.constantFrom(
        "",
        " ",
        "\n",
        "\n    ",
        ":",
        ": ",
        "-",
        "- ",
        '"',
        "{",
        "}",
        "[",
        "#",
        "*",
        "&",
        "!",
        "${",
        "x",
      ),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        const edited = edits.reduce(
          (text, { at, remove, insert }) => text.slice(0, at) + insert + text.slice(at + remove),
          text,
        );
        let told = "";
        try {
          parse(edited);
        } catch (error) {
          told = inspect(error, { depth: 20 });
        }
        const pieces = token.match(/.{64}/g) ?? [];
        assert.ok(!pieces.some((piece) => told.includes(piece)), told);
      }),
      { numRuns: sized({ small: 300, full: 20_000 }) },
    );
  });

  it("is told with line and column of the value, not of its cluster", () => {
    assert.match(
      messageOfRefusal("clusters:\n  - id: a\n    auth_method: in_cluster\n    qps:   fast\n"),
      /heddle\.yaml:4:12: clusters\[0\]\.qps: found "fast"/,
    );
  });
});
