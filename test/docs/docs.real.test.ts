import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { describe, it } from "node:test";
import { newUser, type User } from "../../src/main/testing/served.ts";
import { kubeForTest, until } from "../kube/index.ts";
import { type Example, examplesOf, titlesOf } from "./examples.ts";

const root = join(import.meta.dirname, "../..");
const pages = [
  "README.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  "test/kube/README.md",
  ...globSync("docs/**/*.md", { cwd: root }),
];
const pageOf = (file: string): string => readFileSync(join(root, file), "utf8");

describe("the docs", () => {
  it("link only to pages and files that exist", () => {
    for (const file of pages) {
      for (const [, target = ""] of pageOf(file).matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
        assert.ok(existsSync(join(root, dirname(file), target)), `${file} links to ${target}`);
      }
    }
  });

  it("name only npm scripts that exist", () => {
    const { scripts } = JSON.parse(pageOf("package.json"));
    for (const file of pages) {
      for (const [, name = ""] of pageOf(file).matchAll(/npm run ([\w:]+)/g))
        assert.ok(scripts[name], `${file} names npm run ${name}`);
    }
  });

  it("show commands that do what they say, on real clusters", async (t) => {
    const examples = pages.map((file) => examplesOf(file, pageOf(file)));
    assert.ok(examples.flat().length > 5, "there are examples");
    // The names are those that the docs show: another checkout's tests may have taken them too.
    const state = await mkdtemp(join(tmpdir(), "heddle-docs-"));
    process.env["XDG_STATE_HOME"] = state;
    // After the clusters' end, which is the test's.
    process.once("exit", () => rmSync(state, { recursive: true }));
    const [demo, edge] = await Promise.all([
      kubeForTest(t, { name: "docs-demo", nodes: 1 }),
      kubeForTest(t, { name: "docs-edge", nodes: 0 }),
    ]);
    if (demo === undefined || edge === undefined) return;
    await demo.kubectl(["apply", "-f", "-"], { input: webDeployment(demo.busyboxImage) });
    await until(
      "the demo's pods run",
      async () => (await demo.kubectl(["get", "deploy", "web", "-o", "jsonpath={.status.readyReplicas}"])) === "2",
    );
    const user = newUser(t, { KUBECONFIG: [demo.kubeconfigPath, edge.kubeconfigPath].join(delimiter) });
    const server = user.start(["serve", "--listen", "127.0.0.1:0"]);
    const [, address = ""] = await server.shows(/at (http:\S+)/);
    await server.shows(/Ctrl-C ends/);
    const inOrder = async (page: readonly Example[]): Promise<void> => {
      for (const example of page) await check(example, user, address);
    };
    await Promise.all(examples.map(inOrder));
  });
});

async function check(example: Example, user: User, server: string): Promise<void> {
  const at = `${example.file}:${example.line}: ${example.input}`;
  const [first, second] = example.command;
  const args =
    first === "npx" && second === "heddle"
      ? example.command.slice(2)
      : first === "heddle"
        ? example.command.slice(1)
        : undefined;
  assert.ok(args, `${at}: a console block shows heddle commands only`);
  const { code, stdout, stderr } = await user.start(args, { HEDDLE_SERVER: server }).ended;
  assert.equal(code, example.exitCode, `${at} ended with ${code}\n${stdout}${stderr}`);
  if (example.shown.length > 0) assert.deepEqual(titlesOf(stdout.split("\n")), titlesOf(example.shown), at);
}

const webDeployment = (image: string): string =>
  JSON.stringify({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", labels: { app: "web" } },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: {
          terminationGracePeriodSeconds: 0,
          containers: [{ name: "web", image, command: ["sh", "-c", "echo ready; exec sleep 3600"] }],
        },
      },
    },
  });
