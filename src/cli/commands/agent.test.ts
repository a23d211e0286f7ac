import assert from "node:assert/strict";
import { hostname } from "node:os";
import { describe, it } from "node:test";
import { HeddleError } from "../../base/index.ts";
import { type AgentStatus, type AttachmentStatus } from "../../model/index.ts";
import { type AgentPort, type AgentStart } from "../agent/port.ts";
import { runCli } from "../testing/run-cli.ts";

const sound: AgentStatus = {
  version: "1.2.3",
  node: "node-a",
  pid: 42,
  startedAt: "1970-01-01T00:00:00.000Z",
  problems: [],
  warnings: [],
  plugin: {
    confDir: "/etc/cni/net.d",
    binDir: "/opt/cni/bin",
    foundBy: "k3s",
    installed: true,
    cniVersion: "1.1.0",
    before: [],
  },
  bridges: [{ name: "cni-bridge0", up: true, addresses: ["10.244.1.1/24"] }],
  database: { path: "/var/lib/heddle/agent.db", unwritten: 0 },
  apiServer: { followed: true, podCidrs: ["10.244.1.0/24"] },
  nodes: [
    { name: "node-b", podCidr: "10.244.2.0/24", by: "link", because: "both are on 192.0.2.0/24" },
    { name: "node-c", podCidr: "10.244.3.0/24", by: "tunnel", because: "no link is shared" },
  ],
  pods: 1,
  attachments: 1,
  ranges: [
    {
      network: "10.244.1.0/24",
      first: "10.244.1.1",
      last: "10.244.1.254",
      gateway: "10.244.1.1",
      used: 1,
      resting: 2,
      free: 252,
    },
  ],
  recovery: { done: [], failed: [] },
};

const attachments: readonly AttachmentStatus[] = [
  {
    namespace: "web",
    pod: "api-0",
    uid: "u1",
    network: "heddle",
    containerId: "4f3c0a91b22e77",
    interface: "eth0",
    hostInterface: "hdl4f3c0a91b22",
    mac: "02:00:00:00:00:01",
    addresses: ["10.244.1.2"],
    since: "1970-01-01T00:00:00.000Z",
  },
];

const unasked = (): never => {
  throw new HeddleError("not asked", { code: "HEDDLE_TEST" });
};

const agentWith = (given: Partial<AgentPort>): AgentPort => ({
  start: unasked,
  status: async () => sound,
  attachments: async () => attachments,
  uninstall: async () => [],
  ...given,
});

const run = (args: readonly string[], given: Partial<AgentPort> = {}) =>
  runCli(["agent", ...args], [], { agent: agentWith(given) });

describe("heddle agent status", () => {
  it("tells how the agent is, and ends with 0 when nothing is wrong", async () => {
    const { code, stdout } = await run(["status"]);
    assert.equal(code, 0);
    assert.match(stdout, /^Plugin: {6}heddle-cni 1\.2\.3 installed in \/opt\/cni\/bin \(k3s\), CNI 1\.1\.0$/m);
    assert.match(stdout, /^Nodes: {7}1 by the shared link, 1 through the tunnel, 0 not reached$/m);
    assert.match(stdout, /^Addresses: {3}1 used, 252 free of 10\.244\.1\.1 to 10\.244\.1\.254$/m);
    assert.doesNotMatch(stdout, /Problems/);
  });

  it("names what is wrong, and ends with 1", async () => {
    const problems = ["00-multus.conf in /etc/cni/net.d sorts before Heddle's"];
    const { code, stdout } = await run(["status"], { status: async () => ({ ...sound, problems }) });
    assert.equal(code, 1);
    assert.match(stdout, /\nProblems:\n {2}00-multus\.conf in .* sorts before Heddle's\n$/);
  });

  it("names what is wrong with other nodes, and ends with 0: nothing of this one is", async () => {
    const warnings = ["the pods of node-d are not reached: node-d has no IPv4 address that a tunnel could end at"];
    const { code, stdout } = await run(["status"], { status: async () => ({ ...sound, warnings }) });
    assert.equal(code, 0);
    assert.match(stdout, /\nWarnings:\n {2}the pods of node-d are not reached: .*\n$/);
  });

  it("counts pods, and their interfaces where those are more", async () => {
    assert.match((await run(["status"])).stdout, /^Pods: {8}1$/m);
    const two = await run(["status"], { status: async () => ({ ...sound, attachments: 2 }) });
    assert.match(two.stdout, /^Pods: {8}1, with 2 interfaces$/m);
  });

  it("is JSON and YAML where that is asked for", async () => {
    assert.deepEqual(JSON.parse((await run(["status", "-o", "json"])).stdout), sound);
    assert.match((await run(["status", "-o", "yaml"])).stdout, /^node: node-a$/m);
    const { code, stderr } = await run(["status", "-o", "wide"], { status: unasked });
    assert.deepEqual([code, stderr], [2, "error: -o wide: expected one of table, json, yaml\n"]);
  });

  it("asks at the socket that is named", async () => {
    const asked: string[] = [];
    const status: AgentPort["status"] = async (path) => (asked.push(path), sound);
    await run(["status"], { status });
    await run(["status", "--socket", "/tmp/agent.sock"], { status });
    assert.deepEqual(asked, ["/run/heddle/agent.sock", "/tmp/agent.sock"]);
  });
});

describe("heddle agent pods and ips", () => {
  it("show a row an attachment and a row an address", async () => {
    const { stdout: pods } = await run(["pods"]);
    assert.match(
      pods,
      /^NAMESPACE {3}POD {5}NETWORK {3}INTERFACE {3}ADDRESSES {4}HOST INTERFACE {3}CONTAINER {6}AGE\n/,
    );
    assert.match(pods, /\nweb {9}api-0 {3}heddle {4}eth0 {8}10\.244\.1\.2 {3}hdl4f3c0a91b22 {3}4f3c0a91b22e {3}/);
    const { stdout: ips } = await run(["ips"]);
    assert.match(ips, /\n10\.244\.1\.2 {3}web {9}api-0 {3}eth0 {8}02:00:00:00:00:01\n/);
    assert.match(ips, /\n10\.244\.1\.1 to 10\.244\.1\.254: 1 used, 252 free, 2 of them resting\n$/);
  });

  it("show those of a namespace, and say that there is none", async () => {
    assert.match((await run(["pods", "-n", "web"])).stdout, /api-0/);
    const { code, stdout, stderr } = await run(["pods", "-n", "other"]);
    assert.deepEqual([code, stdout, stderr], [0, "", "No pod of other has its network from this agent.\n"]);
    assert.equal(
      (await run(["ips", "-n", "other"])).stdout,
      "10.244.1.1 to 10.244.1.254: 1 used, 252 free, 2 of them resting\n",
    );
    assert.equal((await run(["pods", "-n", "other", "-o", "json"])).stdout, "[]\n");
  });

  it("leave headers and usage out with --no-headers", async () => {
    assert.equal((await run(["ips", "--no-headers"])).stdout.trimEnd().split("\n").length, 1);
  });
});

describe("heddle agent", () => {
  const startedWith = async (...args: readonly string[]): Promise<AgentStart | undefined> => {
    let started: AgentStart | undefined;
    await run(args, {
      start: async (options) => {
        started = options;
        return unasked();
      },
    });
    return started;
  };

  it("starts with what can be known when nothing is said", async () =>
    assert.deepEqual(await startedWith(), {
      nodeName: hostname().toLowerCase(),
      standalone: false,
      kubeconfigPath: undefined,
      context: undefined,
      socketPath: "/run/heddle/agent.sock",
      dataFolder: "/var/lib/heddle",
      networkPath: undefined,
      exclusive: false,
      verbose: false,
    }));

  it("starts as it is told", async () => {
    const flags =
      "--node n1 --standalone --network net.json --cni-bin-dir /b --cni-conf-dir /c --exclusive --data /d --metrics-address :9465";
    const started = await startedWith(...flags.split(" "));
    const { nodeName, standalone, networkPath, binDir, confDir, exclusive, dataFolder, metricsAddress } = started ?? {};
    assert.deepEqual(metricsAddress, { host: "127.0.0.1", port: 9465 });
    assert.deepEqual(
      [nodeName, standalone, networkPath, binDir, confDir, exclusive, dataFolder],
      ["n1", true, "net.json", "/b", "/c", true, "/d"],
    );
  });

  const mistakes: readonly (readonly [string, RegExp])[] = [
    ["--standalone", /knows no podCIDR: give this node's ranges by --network/],
    ["--standalone --network x --kubeconfig y", /is without Kubernetes: leave --kubeconfig and --context out/],
    ["--kubeconfig y --context a,b", /a node has one cluster: give one --context/],
    ["--metrics-address 9465x", /--metrics-address "9465x" is no address: expected HOST:PORT/],
    ["satus", /has no action "satus": did you mean status\?/],
    ["status pods", /too many arguments for 'agent'/],
  ];
  for (const [args, message] of mistakes)
    it(`refuses ${args} with 2`, async () => {
      const { code, stderr } = await run(args.split(" "));
      assert.equal(code, 2);
      assert.match(stderr, message);
    });

  it("lists by its help no flag that means nothing to a node", async () => {
    const { stdout } = await run(["--help"]);
    assert.match(stdout, /--kubeconfig <file>/);
    assert.doesNotMatch(stdout, /--server|--clusters|--config /);
  });

  it("says what uninstall did", async () => {
    const lines = ["remove /etc/cni/net.d/05-heddle.conflist: it is Heddle's"];
    assert.equal((await run(["uninstall"], { uninstall: async () => lines })).stdout, `${lines[0]}\n`);
    assert.match((await run(["uninstall"])).stderr, /nothing of Heddle's is installed there/);
    assert.match((await run(["uninstall"])).stderr, /warning: the agent at .* runs, process 42: it installs again/);
    assert.doesNotMatch((await run(["uninstall"], { status: unasked })).stderr, /warning/);
  });

  it("fails with 1 when the agent cannot go on", async () => {
    const lost = Promise.reject(new HeddleError("The thread has ended.", { code: "HEDDLE_KERNEL_LOST" }));
    const folders = { confDir: "/c", binDir: "/b", because: "as told" };
    const { code, stderr } = await run([], {
      start: async () => ({ folders, installed: Promise.resolve(), lost, [Symbol.asyncDispose]: async () => {} }),
    });
    assert.equal(code, 1);
    assert.match(stderr, /The thread has ended/);
  });
});
