import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { isHeddleError } from "../../base/index.ts";
import { parseCidr } from "../../model/index.ts";
import { applyInstall, observeFolders } from "./apply.ts";
import { cniVersionOf, defaultNetwork, renderConflist } from "./conflist.ts";
import { findFolders } from "./folders.ts";
import { type CniFolders, type Desired } from "./model.ts";
import { before, digestOf, explainStep, planInstall, planUninstall } from "./plan.ts";

type Node = AsyncDisposable & Readonly<{ folders: CniFolders; desired: Desired; root: string }>;

async function newNode(): Promise<Node> {
  const root = await mkdtemp(join(tmpdir(), "heddle-install-"));
  const folders = { confDir: join(root, "etc/cni/net.d"), binDir: join(root, "opt/cni/bin"), because: "the test" };
  const client = { path: join(root, "client"), digest: digestOf("the client") };
  await writeFile(client.path, "the client");
  const conflist = renderConflist(defaultNetwork([parseCidr("10.244.1.0/24")]), "1.0.0");
  const clientSettings = "socket=/run/heddle/agent.sock\n";
  return {
    root,
    folders,
    desired: { folders, client, clientSettings, conflist, exclusive: false },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true }),
  };
}

const install = async (desired: Desired): Promise<readonly string[]> => {
  const steps = planInstall(desired, await observeFolders(desired.folders));
  await applyInstall(steps);
  return steps.map(explainStep);
};

const uninstall = async ({ folders }: Desired): Promise<readonly string[]> => {
  const steps = planUninstall({ folders }, await observeFolders(folders));
  await applyInstall(steps);
  return steps.map(explainStep);
};

describe("the agent's installation", () => {
  it("puts the plugin and its settings into the folders, and the conflist last", async () => {
    await using node = await newNode();
    const { binDir, confDir } = node.folders;
    assert.deepEqual(await install(node.desired), [
      `install ${binDir}/heddle-cni: the plugin is not there`,
      `write ${binDir}/heddle-cni.conf: where the plugin finds the agent is not there`,
      `install ${binDir}/loopback: containerd wants a loopback plugin and there is none`,
      `write ${confDir}/05-heddle.conflist: the network's configuration is not there`,
    ]);
    assert.deepEqual(await readdir(binDir), ["heddle-cni", "heddle-cni.conf", "loopback"]);
    assert.equal((await stat(join(binDir, "heddle-cni"))).mode & 0o777, 0o755);
    assert.equal((await stat(join(confDir, "05-heddle.conflist"))).mode & 0o777, 0o600);
  });

  it("does nothing the second time", async () => {
    await using node = await newNode();
    await install(node.desired);
    assert.deepEqual(await install(node.desired), []);
  });

  it("replaces what is old or was changed, and leaves a loopback plugin as it is", async () => {
    await using node = await newNode();
    const { binDir } = node.folders;
    await mkdir(binDir, { recursive: true });
    await writeFile(join(binDir, "heddle-cni"), "an older client", { mode: 0o755 });
    await writeFile(join(binDir, "loopback"), "the reference's", { mode: 0o755 });
    const [first] = await install(node.desired);
    assert.equal(first, `install ${binDir}/heddle-cni: the plugin is not as it should be`);
    assert.equal(await readFile(join(binDir, "heddle-cni"), "utf8"), "the client");
    assert.equal(await readFile(join(binDir, "loopback"), "utf8"), "the reference's");
    await uninstall(node.desired);
    assert.deepEqual(await readdir(binDir), ["loopback"]);
  });

  it("replaces its own loopback plugin with its plugin, and takes both away", async () => {
    await using node = await newNode();
    const { binDir } = node.folders;
    await install(node.desired);
    await writeFile(node.desired.client.path, "a newer client");
    const client = { path: node.desired.client.path, digest: digestOf("a newer client") };
    const newer = { ...node.desired, client };
    assert.deepEqual(await install(newer), [
      `install ${binDir}/loopback: it is an older Heddle's`,
      `install ${binDir}/heddle-cni: the plugin is not as it should be`,
    ]);
    assert.equal(await readFile(join(binDir, "loopback"), "utf8"), "a newer client");
    assert.deepEqual(await install(newer), []);
    await uninstall(newer);
    assert.deepEqual(await readdir(binDir), []);
  });

  it("puts nothing back over a configuration that came under its name meanwhile", async () => {
    await using node = await newNode();
    const { confDir } = node.folders;
    const [older, newer] = [join(confDir, "00-multus.conf.heddle-aside"), join(confDir, "00-multus.conf")];
    await mkdir(confDir, { recursive: true });
    await writeFile(newer, "older");
    await install({ ...node.desired, exclusive: true });
    await writeFile(newer, "newer");
    assert.ok((await uninstall(node.desired)).includes(`leave ${older}: a newer 00-multus.conf is there, and stays`));
    assert.deepEqual([await readFile(older, "utf8"), await readFile(newer, "utf8")], ["older", "newer"]);
  });

  it("leaves others' configurations alone, and names those that come first", async () => {
    await using node = await newNode();
    const { confDir } = node.folders;
    await mkdir(confDir, { recursive: true });
    for (const name of ["00-multus.conf", "10-calico.conflist", "01-notes.txt"])
      await writeFile(join(confDir, name), "{}");
    await install(node.desired);
    const names = ["00-multus.conf", "01-notes.txt", "05-heddle.conflist", "10-calico.conflist"];
    assert.deepEqual(await readdir(confDir), names);
    assert.deepEqual(before(names), ["00-multus.conf"]);
  });

  it("puts them aside when it shall be the only one, and back in the end", async () => {
    await using node = await newNode();
    const { confDir, binDir } = node.folders;
    await mkdir(confDir, { recursive: true });
    await writeFile(join(confDir, "00-multus.conf"), "theirs");
    const desired = { ...node.desired, exclusive: true };
    await install(desired);
    assert.deepEqual(await readdir(confDir), ["00-multus.conf.heddle-aside", "05-heddle.conflist"]);
    assert.deepEqual(await install(desired), []);
    const [first, second] = await uninstall(desired);
    assert.equal(first, `remove ${confDir}/05-heddle.conflist: it is Heddle's`);
    assert.match(
      second ?? "",
      /^rename .*00-multus\.conf\.heddle-aside to .*00-multus\.conf: it was put aside for Heddle$/,
    );
    assert.equal(await readFile(join(confDir, "00-multus.conf"), "utf8"), "theirs");
    assert.deepEqual(await readdir(binDir), []);
    assert.deepEqual(await uninstall(desired), []);
  });

  it("leaves no half of a file behind when a step fails, and says which", async () => {
    await using node = await newNode();
    const { binDir } = node.folders;
    await mkdir(join(binDir, "heddle-cni.conf"), { recursive: true });
    await writeFile(join(binDir, "heddle-cni.conf/in-the-way"), "");
    await assert.rejects(
      install({ ...node.desired, clientSettings: "x" }),
      (error) => isHeddleError(error, "HEDDLE_AGENT_INSTALL_FAILED") && error.message.includes("heddle-cni.conf"),
    );
    assert.deepEqual(
      (await readdir(binDir)).filter((name) => name.endsWith("-new")),
      [],
    );
    assert.ok(!(await readdir(node.root)).includes("etc"), "the conflist must not come before the plugin");
  });
});

describe("the folders of a node's runtime", () => {
  const tables: readonly (readonly [string, readonly string[], string, readonly [string, string]])[] = [
    ["are the standard ones where nothing says otherwise", [], "", ["/etc/cni/net.d", "/opt/cni/bin"]],
    [
      "are k3s's own",
      ["/var/lib/rancher/k3s/agent"],
      "",
      ["/var/lib/rancher/k3s/agent/etc/cni/net.d", "/var/lib/rancher/k3s/data/cni"],
    ],
    [
      "are an older k3s's own",
      ["/var/lib/rancher/k3s/agent", "/var/lib/rancher/k3s/data/current/bin"],
      "",
      ["/var/lib/rancher/k3s/agent/etc/cni/net.d", "/var/lib/rancher/k3s/data/current/bin"],
    ],
    [
      "are the standard ones with RKE2",
      ["/var/lib/rancher/rke2/agent"],
      "[x.cni]\nbin_dir = '/x'",
      ["/etc/cni/net.d", "/opt/cni/bin"],
    ],
    [
      "are MicroK8s's own",
      ["/var/snap/microk8s/current"],
      "",
      ["/var/snap/microk8s/current/args/cni-network", "/var/snap/microk8s/current/opt/cni/bin"],
    ],
    [
      "are what containerd's configuration says",
      [],
      'conf_dir = "/elsewhere"\n[plugins."io.containerd.grpc.v1.cri".cni]\n  bin_dir = "/usr/lib/cni" # Debian\n  conf_dir = "/etc/cni"\n[other]\nbin_dir = "/no"',
      ["/etc/cni", "/usr/lib/cni"],
    ],
    [
      "are what containerd 2's says",
      [],
      "[plugins.'io.containerd.cri.v1.runtime'.cni]\n  bin_dirs = ['/a/bin', '/b/bin']\n",
      ["/etc/cni/net.d", "/a/bin"],
    ],
  ];
  for (const [what, paths, toml, [confDir, binDir]] of tables)
    it(what, () => {
      const found = findFolders({
        exists: (path) => paths.includes(path),
        read: (path) => (path === "/etc/containerd/config.toml" && toml !== "" ? toml : undefined),
      });
      assert.deepEqual([found.confDir, found.binDir], [confDir, binDir]);
    });
});

describe("the conflist", () => {
  for (const [runtime, version] of [
    ["containerd://2.1.4", "1.1.0"],
    ["containerd://2.0.5-k3s1", "1.1.0"],
    ["containerd://1.6.20~ds1", "1.0.0"],
    ["cri-o://1.34.0", "1.1.0"],
    ["cri-o://1.31.9", "1.0.0"],
    ["docker://27.0.0", "1.0.0"],
    [undefined, "1.0.0"],
  ] as const)
    it(`says ${version} to ${runtime ?? "a runtime that is not known"}`, () =>
      assert.equal(cniVersionOf(runtime), version));

  it("has the node's podCIDRs for its pool when nothing is configured", () =>
    assert.deepEqual(
      JSON.parse(renderConflist(defaultNetwork(["10.244.1.0/24", "fd00:1::/64"].map(parseCidr)), "1.1.0")),
      {
        cniVersion: "1.1.0",
        name: "heddle",
        plugins: [
          {
            type: "heddle-cni",
            bridge: "cni-bridge0",
            ipam: {
              type: "host-local",
              ranges: [[{ subnet: "10.244.1.0/24" }], [{ subnet: "fd00:1::/64" }]],
              routes: [{ dst: "0.0.0.0/0" }, { dst: "::/0" }],
            },
            capabilities: {
              portMappings: true,
              bandwidth: true,
              mac: true,
              ips: true,
              aliases: true,
              "io.kubernetes.cri.pod-annotations": true,
            },
          },
        ],
      },
    ));

  it("is what is configured, in the runtime's version and with plugins beside ours", () => {
    const plugins = [{ type: "heddle-cni", mtu: 1400, capabilities: { ips: true } }, { type: "tuning" }];
    const rendered = renderConflist({ cniVersion: "0.3.1", name: "mine", plugins, disableGC: true }, "1.1.0");
    assert.deepEqual(JSON.parse(rendered), { cniVersion: "1.1.0", name: "mine", plugins, disableGC: true });
  });
});
