import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { agentImageTag } from "../../scripts/agent-image.ts";
import { askStatus } from "../../src/agent/status/door.ts";
import { makeNamespace, whyNoNamespaces } from "../../src/agent/testing/namespace.ts";
import { splitWords } from "../docs/examples.ts";
import { ensureClient } from "../kube/heddle-agent.ts";
import { run, until } from "../kube/index.ts";

const root = join(import.meta.dirname, "../..");
const page = readFileSync(join(root, "docs/agent.md"), "utf8");
const manifest = readFileSync(join(root, "deploy/agent/daemonset.yaml"), "utf8");
const skip = whyNoNamespaces("nft") ?? false;

const blocks = [...page.matchAll(/^```(\w*)\n([^]*?)^```$/gm)].map(([, language = "", text = ""]) => ({
  language,
  text,
}));
const lines = blocks.filter(({ language }) => language === "").flatMap(({ text }) => text.split("\n"));

/** The page's line that begins so, without its comment. */
function lineOf(start: string): string {
  const found = lines.find((line) => line.startsWith(start));
  assert.ok(found !== undefined, `the page shows ${start}`);
  return found.replace(/\s+#.*/, "");
}

/** What is shown below "$ command". */
function shownBelow(command: string): readonly string[] {
  const from = lines.indexOf(`$ ${command}`);
  assert.ok(from >= 0, `the page shows ${command}`);
  const rest = lines.slice(from + 1);
  return rest
    .slice(
      0,
      rest.findIndex((line) => line.startsWith("$") || line === ""),
    )
    .filter(Boolean);
}

/** What does not change from node to node: names before a colon, titles of columns. */
const skeleton = (text: readonly string[]): readonly string[] =>
  text.some((line) => /^[A-Z][\w ]+: {2,}/.test(line))
    ? text.map((line) => line.split(":")[0] ?? "")
    : (text[0] ?? "").split(/\s{2,}/);

/** A node as the page's reader has it, whose folders are a test's. */
async function makeNode(t: TestContext) {
  ensureClient();
  const namespace = makeNamespace(t, "node");
  const folder = await mkdtemp(join(tmpdir(), "heddle-page-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const folders = ["--cni-bin-dir", join(folder, "bin"), "--cni-conf-dir", join(folder, "net.d")];
  const socket = join(folder, "agent.sock");
  const own: Readonly<Record<string, readonly string[]>> = {
    start: ["--socket", socket, "--data", join(folder, "data"), ...folders],
    ask: ["--socket", socket],
    uninstall: ["--socket", socket, ...folders],
  };
  const commandOf = (line: string, flags: keyof typeof own): readonly [string, ...string[]] => {
    const [heddle, ...args] = splitWords(line);
    assert.equal(heddle, "heddle");
    const launch = [process.execPath, join(root, "bin/heddle"), ...args, ...(own[flags] ?? [])];
    return ["nsenter", `--net=${namespace.path}`, "--", ...launch];
  };
  return { namespace, folder, socket, commandOf };
}

describe("the page on the node agent", () => {
  it("names the image, the manifest's places and its rights as they are", () => {
    assert.ok(page.includes(agentImageTag()) && manifest.includes(agentImageTag()));
    for (const name of ["NET_ADMIN", "SYS_ADMIN", "hostNetwork", "HostToContainer"])
      assert.ok(page.includes(name) && manifest.includes(name), name);
    const [table = ""] = /\| what {2}[^]*?\n\n/.exec(page) ?? [];
    const places = [...table.matchAll(/`(\/[\w/.]+)`/g)].map(([, path = ""]) => path);
    assert.ok(places.length >= 6, "the table of places");
    for (const place of places) assert.ok(manifest.includes(`: ${place}\n`), place);
  });

  it("shows commands that do what it says: starting, asking, metrics, uninstalling", { skip }, async (t) => {
    const node = await makeNode(t);
    const { folder, socket, namespace, commandOf } = node;
    const [network = ""] = blocks.filter(({ language }) => language === "json").map(({ text }) => text);
    await writeFile(join(folder, "network.json"), network);
    const [file, ...args] = commandOf(lineOf("heddle agent --standalone"), "start");
    const agent = spawn(file, args, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
    t.after(() => agent.kill("SIGKILL"));
    let said = "";
    agent.stderr.on("data", (chunk: Buffer) => (said += chunk));
    await until("the plugin to be installed", () => said.includes("pods can come"), {
      failEarly: () => assert.equal(agent.exitCode, null, said),
    });

    const conflist = JSON.parse(readFileSync(join(folder, "net.d/05-heddle.conflist"), "utf8"));
    const { name, cniVersion, plugins } = conflist;
    const variables = {
      CNI_COMMAND: "ADD",
      CNI_CONTAINERID: "4f3c0a91b22e",
      CNI_NETNS: makeNamespace(t, "pod").path,
      CNI_IFNAME: "eth0",
      CNI_PATH: join(folder, "bin"),
      CNI_ARGS: "K8S_POD_NAMESPACE=default;K8S_POD_NAME=web-0;K8S_POD_UID=u-1",
    };
    const settings = Object.entries(variables).map(([key, value]) => `${key}=${value}`);
    const input = JSON.stringify({ ...plugins[0], name, cniVersion });
    await run(["env", ...settings, join(folder, "bin/heddle-cni")], { input });

    for (const command of ["heddle agent status", "heddle agent pods", "heddle agent ips"]) {
      const printed = (await run(commandOf(command, "ask"))).trimEnd().split("\n");
      const shown = shownBelow(command);
      assert.deepEqual(skeleton(printed), skeleton(shown), command);
    }

    const curl = splitWords(lineOf("curl --unix-socket"));
    assert.equal(curl[2], "/run/heddle/agent.sock.status");
    const { pathname } = new URL(curl.at(-1) ?? "");
    const metrics = await askStatus(socket, pathname, AbortSignal.timeout(30_000));
    assert.match(metrics, /^heddle_agent_/m);

    agent.kill("SIGTERM");
    if (agent.exitCode === null) await once(agent, "exit");
    assert.equal(agent.exitCode, 0, said);
    assert.deepEqual(readdirSync(join(folder, "net.d")), ["05-heddle.conflist"], "it leaves the conflist alone");
    await run(commandOf(lineOf("heddle agent uninstall"), "uninstall"));
    assert.deepEqual([...readdirSync(join(folder, "net.d")), ...readdirSync(join(folder, "bin"))], []);
    const [deletion = ""] = /`(nft delete table [^`]+)`/.exec(page)?.slice(1) ?? [];
    namespace.run(...splitWords(deletion));
  });
});
