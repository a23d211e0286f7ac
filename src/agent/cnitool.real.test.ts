import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, it, type TestContext } from "node:test";
import { install } from "../../test/install.ts";
import { buildCnitool } from "../../test/kube/cnitool.ts";
import { until } from "../../test/kube/until.ts";
import { messageOf } from "../base/index.ts";
import { type JsonObject } from "../model/index.ts";
import { type CniVersion, cniVersions } from "./cni/model.ts";
import { makeNamespace, type TestNamespace, whyNoNamespaces } from "./testing/namespace.ts";
import { makeTestNode, networkOf } from "./testing/node.ts";

const referencePlugins = "/usr/lib/cni";
const tuning = {
  command: `${referencePlugins}/tuning`,
  debianPackage: "containernetworking-plugins",
  why: "stands in a chain",
};

type Outcome = Readonly<{ failed: boolean; output: string }>;

describe("cnitool, by the installed conflist and executable", { skip: whyNoNamespaces() ?? false }, () => {
  let cnitool = "";
  let why: string | undefined;
  before(async () => {
    cnitool = await buildCnitool().catch((error: unknown) => {
      why = messageOf(error);
      return "";
    });
  });

  /** A node with its agent, and how a runtime calls the plugin there. */
  const setUp = async (t: TestContext) => {
    // libcni keeps results for the whole machine by the network's name.
    const name = `hdl-t${randomBytes(4).toString("hex")}`;
    const { folder, start, namespace: node } = await makeTestNode(t, networkOf(name));
    // What is mended here is mended because of what was asked.
    const agent = await start({ reconcileEveryMs: 600_000 });
    await agent.installed;
    const conflist: JsonObject = JSON.parse(await readFile(join(folder, "net.d/05-heddle.conflist"), "utf8"));
    /** Calls each plugin of the conflist, changed as the test says. */
    const call = async (verb: string, pod: Readonly<{ path: string }>, changes: Changes = {}): Promise<Outcome> => {
      const confDir = await mkdtemp(join(folder, "conf-"));
      const { cniVersion = "1.1.0", after = [], before: first = [], env = {} } = changes;
      const plugins = [...first, ...(conflist["plugins"] as readonly JsonObject[]), ...after];
      await writeFile(join(confDir, "10.conflist"), JSON.stringify({ ...conflist, cniVersion, plugins }));
      const { promise, resolve } = Promise.withResolvers<Outcome>();
      execFile(
        cnitool,
        [verb, name, pod.path],
        { env: { NETCONFPATH: confDir, CNI_PATH: `${join(folder, "bin")}:${referencePlugins}`, ...env } },
        (error, stdout, stderr) => resolve({ failed: error !== null, output: `${stdout}${stderr}`.trim() }),
      );
      return promise;
    };
    return { agent, call, node, start };
  };

  /** The test with a node of its own, or the reason why it cannot run here. */
  const real = (name: string, run: (t: TestContext, node: Awaited<ReturnType<typeof setUp>>) => Promise<void>): void =>
    void it(name, async (t) => (why === undefined ? run(t, await setUp(t)) : t.skip(why)));

  for (const cniVersion of cniVersions)
    real(`adds, checks and deletes in ${cniVersion}`, async (t, { agent, call }) => {
      const pod = makeNamespace(t, "pod");
      const added = await call("add", pod, { cniVersion });
      assert.equal(added.failed, false, added.output);
      const result = JSON.parse(added.output);
      assert.equal(result.cniVersion, cniVersion);
      assert.deepEqual(
        result.ips.map((ip: JsonObject) => [
          ip["version"],
          ip["address"],
          result.interfaces[ip["interface"] as number].name,
        ]),
        [
          [familyIn(cniVersion, "4"), "10.244.1.2/32", "eth0"],
          [familyIn(cniVersion, "6"), "fd00:10:244:1::2/128", "eth0"],
        ],
      );
      assert.ok(pings(pod, "10.244.1.1"));
      const checked = await call("check", pod, { cniVersion });
      // libcni does not call the plugin where the version has no CHECK.
      assert.deepEqual(
        checked,
        cniVersion === "0.3.1" ? { failed: true, output: checked.output } : { failed: false, output: "" },
      );
      const again = await call("add", pod, { cniVersion });
      assert.ok(again.failed && again.output.includes("eth0"), again.output);
      assert.ok(pings(pod, "10.244.1.1"), "the second ADD must change nothing");
      for (const _time of [1, 2])
        assert.deepEqual(await call("del", pod, { cniVersion }), { failed: false, output: "" });
      assert.equal(pod.succeeds("ip", "link", "show", "dev", "eth0"), false);
      assert.equal((await agent.status()).pods, 0);
    });

  real("is told by CHECK what is not as it was made", async (t, { call }) => {
    const pod = makeNamespace(t, "pod");
    assert.equal((await call("add", pod)).failed, false);
    for (const [spoil, told] of [
      [["ip", "-4", "route", "delete", "default"], /0\.0\.0\.0\/0|default/],
      [["ip", "address", "delete", "10.244.1.2/32", "dev", "eth0"], /10\.244\.1\.2/],
      [["ip", "link", "set", "dev", "eth0", "down"], /eth0/],
    ] as const) {
      pod.run(...spoil);
      const checked = await call("check", pod);
      assert.ok(checked.failed, spoil.join(" "));
      assert.match(checked.output, told);
    }
    assert.equal((await call("del", pod)).failed, false);
  });

  real(
    "is told by STATUS whether a pod could come, and whether those that are there can be heard",
    async (t, parts) => {
      const { agent, call, node } = parts;
      const pod = makeNamespace(t, "pod");
      const well = { failed: false, output: "" };
      assert.deepEqual(await call("status", pod), well);
      const attached = makeNamespace(t, "attached");
      await call("add", attached);
      for (const [spoil, told] of [
        [["ip", "link", "delete", "cni-bridge0"], /the bridge cni-bridge0 is not there/],
        [["ip", "link", "set", "cni-bridge0", "down"], /the bridge cni-bridge0 is down/],
        [["ip", "addr", "flush", "dev", "cni-bridge0"], /has lost the gateway 10\.244\.1\.1/],
        [["sh", "-c", "echo 0 >/proc/sys/net/ipv4/ip_forward"], /ip_forward is 0/],
      ] as const) {
        node.run(...spoil);
        const limited = await call("status", pod);
        assert.ok(limited.failed, spoil.join(" "));
        assert.match(limited.output, told);
        // By the STATUS itself: the agent's own next look is far away.
        await until("the agent to mend it", async () => !(await call("status", pod)).failed);
        await until("the pod to be heard again", async () => pings(attached, "10.244.1.1"));
      }
      await agent[Symbol.asyncDispose]();
      const down = await call("status", pod);
      assert.ok(down.failed);
      assert.match(down.output, /node agent does not answer/);
    },
  );

  real("frees by GC what went without DEL", async (t, { agent, call }) => {
    const [gone, stays] = [makeNamespace(t, "gone"), makeNamespace(t, "stays")];
    for (const pod of [gone, stays]) assert.equal((await call("add", pod)).failed, false);
    assert.equal((await agent.status()).pods, 2);
    gone.delete();
    // cnitool knows no attachment to be valid: it deletes what it remembers, then calls GC.
    const collected = await call("gc", gone);
    assert.deepEqual(collected, { failed: false, output: "" });
    assert.equal((await agent.status()).pods, 0);
  });

  real("is refused for a namespace that is not there, and for a broken configuration", async (_t, { agent, call }) => {
    const missing = await call("add", { path: "/run/netns/hdl-nowhere" });
    assert.ok(missing.failed);
    assert.match(missing.output, /hdl-nowhere/);
    const wrong = await call("add", { path: "/run/netns/hdl-nowhere" }, { cniVersion: "0.2.0" as CniVersion });
    assert.match(wrong.output, /incompatible CNI version/);
    assert.equal((await agent.status()).pods, 0);
  });

  real("gives what the runtime asks for", async (t, { call }) => {
    const pod = makeNamespace(t, "pod");
    const asked = { mac: "c2:11:22:33:44:55", ips: ["10.244.1.77/24"] };
    const added = await call("add", pod, { env: { CAP_ARGS: JSON.stringify(asked) } });
    assert.equal(added.failed, false, added.output);
    const { interfaces, ips } = JSON.parse(added.output);
    assert.equal(interfaces.at(-1).mac, "c2:11:22:33:44:55");
    assert.equal(ips[0].address, "10.244.1.77/32");
    const other = makeNamespace(t, "other");
    const taken = await call("add", other, { env: { CNI_ARGS: "IP=10.244.1.77" } });
    assert.match(taken.output, /10\.244\.1\.77/);
    assert.ok(taken.failed);
    for (const one of [pod, other]) assert.equal((await call("del", one)).failed, false);
  });

  real("stands in a chain: behind another plugin, and before one", async (t, { call }) => {
    const missing = await install([tuning]);
    if (missing !== undefined) return t.skip(missing);
    const pod = makeNamespace(t, "pod");
    const chain: Changes = {
      cniVersion: "1.0.0",
      before: [{ type: "loopback" }],
      after: [{ type: "tuning", sysctl: { "net.ipv4.conf.eth0.arp_notify": "1" } }],
    };
    const added = await call("add", pod, chain);
    assert.equal(added.failed, false, added.output);
    const { interfaces, ips } = JSON.parse(added.output);
    assert.deepEqual(
      ips.map((ip: JsonObject) => [ip["address"], interfaces[ip["interface"] as number].name]),
      [
        ["127.0.0.1/8", "lo"],
        ["::1/128", "lo"],
        ["10.244.1.2/32", "eth0"],
        ["fd00:10:244:1::2/128", "eth0"],
      ],
    );
    assert.equal(pod.run("cat", "/proc/sys/net/ipv4/conf/eth0/arp_notify").trim(), "1");
    assert.deepEqual(await call("check", pod, chain), { failed: false, output: "" });
    assert.deepEqual(await call("del", pod, chain), { failed: false, output: "" });
  });

  real("deletes while the agent is away, which does it when it is back", async (t, { agent, call, start }) => {
    const pod = makeNamespace(t, "pod");
    assert.equal((await call("add", pod)).failed, false);
    await agent[Symbol.asyncDispose]();
    assert.deepEqual(await call("del", pod), { failed: false, output: "" });
    assert.match((await call("add", pod)).output, /does not answer/);
    assert.ok(pod.succeeds("ip", "link", "show", "dev", "eth0"));
    const back = await start();
    await until("the pod is gone", async () => (await back.status()).pods === 0);
    assert.equal(pod.succeeds("ip", "link", "show", "dev", "eth0"), false);
  });
});

type Changes = Readonly<{
  cniVersion?: CniVersion;
  before?: readonly JsonObject[];
  after?: readonly JsonObject[];
  env?: Readonly<Record<string, string>>;
}>;

/** 1.0.0 left out of which family an address is. */
const familyIn = (version: CniVersion, family: "4" | "6"): string | undefined =>
  version.startsWith("0.") ? family : undefined;

const pings = (from: TestNamespace, to: string): boolean => from.succeeds("busybox", "ping", "-c", "1", "-W", "2", to);
