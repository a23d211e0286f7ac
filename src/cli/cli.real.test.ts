import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { heddleCommand as heddle } from "../../test/command.ts";
import { sharedTestKube, type TestCluster, until } from "../../test/kube/index.ts";
import { type JsonValue, toYaml } from "../model/index.ts";
import { parseTemplate } from "./json-path/parse.ts";
import { printTemplate } from "./json-path/print.ts";
import { clusterAnnotation } from "./output/entries.ts";

/** What is said beside that no server runs, which must be said once. */
function ofClusters(stderr: string): string {
  const [first = "", ...others] = stderr.split("\n");
  assert.match(first, /^\S.*: asking the clusters themselves$/);
  return others.join("\n");
}

type Result = Readonly<{ code: number | null; stdout: string; stderr: string }>;

describe("the command on a real cluster", () => {
  it("answers as kubectl does", async (t) => {
    const kube = await sharedTestKube(t);
    if (kube === undefined) return;
    const run = (args: readonly string[], input = ""): Promise<Result> => runHeddle(kube, args, input);
    await kube.kubectl(["apply", "-f", "-"], { input: manifests(kube.busyboxImage) });
    await kube.kubectl(["wait", "--for=condition=Available", "deployment/web", "--timeout=180s"]);
    await kube.kubectl(["wait", "--for=condition=Ready", "pod/two", "--timeout=180s"]);

    await t.test("in YAML, to the letter", async () => {
      const kinds = "all,nodes,configmaps,events,clusterroles,endpointslices,serviceaccounts";
      const [list, theirs] = await Promise.all([
        kube.kubectl(["get", kinds, "-o", "json"]),
        kube.kubectl(["get", kinds, "-o", "yaml"]),
      ]);
      // Statuses move while they are read: what is compared is the text of objects that stayed as they were.
      const items = (value: string): readonly string[] => value.split(/^- apiVersion/m);
      const versionOf = (item: string): string =>
        /^ {2}metadata:\n(?: {4}.*\n)*? {4}resourceVersion: "(\d+)"/m.exec(item)?.[1] ?? "";
      const ours = new Map(items(toYaml(JSON.parse(list) as JsonValue)).map((item) => [versionOf(item), item]));
      const same = items(theirs).filter((item) => ours.has(versionOf(item)));
      for (const item of same) assert.equal(ours.get(versionOf(item)), item);
      assert.ok(same.length > 60, `only ${same.length} objects stayed as they were`);
    });

    const templates = [
      "{.items[*].metadata.name}",
      '{range .items[*]}{.metadata.namespace}{"\\t"}{.metadata.name}{"\\n"}{end}',
      "{.items[?(@.metadata.name=='two')].spec.containers[*].name}",
      "{.items[*].spec.containers[?(@.name!='web')].image}",
      "{.items[0].metadata['name','namespace']}",
      "{.items[*]['metadata.name','status.phase']}",
      "{.items[-1:].spec.containers[0].command}",
      "{.items[0].spec.tolerations}",
      "{..containerPort}",
      '{.items[*].status.conditions[?(@.type=="Ready")].status}',
      "{.items[*].spec.terminationGracePeriodSeconds}",
      "{.kind} of {.items[*].kind}",
    ];
    await t.test("in templates", async () => {
      const list = JSON.parse(await kube.kubectl(["get", "pods", "-o", "json", "--show-managed-fields"])) as JsonValue;
      await inParallel(templates, async (template) => {
        const theirs = await kube.kubectl(["get", "pods", "-o", `jsonpath=${template}`]);
        assert.equal(printTemplate(parseTemplate(template), list), theirs, template);
      });
      const args = ["get", "pods", "-o", `jsonpath=${templates[0]}`];
      assert.equal((await run(args)).stdout, await kube.kubectl(args));
    });

    await t.test("in columns of one's own, and in any order", async () => {
      await inParallel([".metadata.name", "{.spec.containers[0].name}", ".status.startTime"], async (order) => {
        const columns =
          "custom-columns=NAME:.metadata.name,IMAGES:.spec.containers[*].image,NONE:.spec.nope,NODE:{.spec.nodeName}";
        const args = ["get", "pods", "--sort-by", order, "-o", columns];
        assert.equal((await run(args)).stdout, await kube.kubectl(args), order);
      });
    });

    await t.test("by labels, fields, names and short names", async () => {
      const lines = [
        "po -l app=web",
        "pod --field-selector metadata.name=two",
        "deploy/web svc/web",
        "po,svc,cm",
        "all -l app=web",
      ];
      await inParallel(lines, async (line) => {
        const args = ["get", ...line.split(" "), "-o", "name"];
        const [ours, theirs] = await Promise.all([run(args), kube.kubectl(args)]);
        assert.deepEqual(ours.stdout.split("\n").sort(), theirs.split("\n").sort(), line);
      });
    });

    await t.test("as objects that only gain the cluster's name", async () => {
      const args = ["get", "deploy", "web", "-o", "json"];
      const ours = JSON.parse((await run(args)).stdout);
      assert.equal(ours.metadata.annotations[clusterAnnotation], kube.name);
      delete ours.metadata.annotations[clusterAnnotation];
      assert.deepEqual(ours, JSON.parse(await kube.kubectl(args)));
    });

    await t.test("in kubectl's words when there is nothing", async () => {
      const missing = await run(["get", "pod", "nope"]);
      assert.equal(
        ofClusters(missing.stderr),
        `Error from server (NotFound): pods "nope" not found (cluster ${kube.name})\n`,
      );
      assert.equal(missing.code, 1);
      assert.equal(
        ofClusters((await run(["get", "jobs"])).stderr),
        `No resources found in ${kube.namespace} namespace.\n`,
      );
    });

    await t.test("with logs of containers", async () => {
      assert.equal((await run(["logs", "two", "-c", "talk"])).stdout, "one\ntwo\nthree\n");
      assert.equal((await run(["logs", "two", "-c", "talk", "--tail", "1"])).stdout, "three\n");
      const all = await run(["logs", "-l", "app=web", "--prefix"]);
      assert.deepEqual(
        all.stdout
          .split("\n")
          .map((line) => line.replace(/web-[^/]+/, "X"))
          .sort(),
        ["", "[pod/X/web] up", "[pod/X/web] up"],
      );
    });

    await t.test("with commands, their input and exit codes", async () => {
      assert.deepEqual(await run(["exec", "two", "-c", "talk", "--", "sh", "-c", "echo out; echo err >&2; exit 3"]), {
        code: 3,
        stdout: "out\n",
        stderr: "err\ncommand terminated with exit code 3\n",
      });
      assert.equal((await run(["exec", "-i", "deploy/web", "--", "tr", "a-z", "A-Z"], "hello")).stdout, "HELLO");
    });

    await t.test("with forwarded ports", async () => {
      const child = start(kube, ["port-forward", "svc/web", ":http"]);
      t.after(() => child.kill());
      let output = "";
      child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
      const port = await until("a forwarded port", () => /127\.0\.0\.1:(\d+) -> 8080/.exec(output)?.[1]);
      assert.equal(await (await fetch(`http://127.0.0.1:${port}/`)).text(), "served\n");
      child.kill("SIGINT");
      const [code] = await once(child);
      assert.equal(code, 130);
    });

    await t.test("with a description that names the cluster, the state and the events", async () => {
      const { stdout, code } = await run(["describe", "pod", "two"]);
      assert.match(stdout, new RegExp(`^Cluster: +${kube.name}\\nName: +two\\n`));
      assert.match(stdout, /^State: +Running$/m);
      assert.match(stdout, /^Events:\n(.*\n)+ {2}Normal +Started +(\d+[smhd])+ /m);
      assert.equal(code, 0);
    });

    await t.test("quietly when nobody reads on", () => {
      const script = '"$0" get events,clusterroles,pods -A -o yaml | head -1';
      const { stdout, stderr } = spawnSync("bash", ["-c", script, heddle], {
        env: environment(kube),
        encoding: "utf8",
      });
      assert.deepEqual([stdout, ofClusters(stderr)], ["apiVersion: v1\n", ""]);
    });

    await t.test("to a shell that completes words", async () => {
      // A shell is answered within a moment or not at all: on a busy machine the next key press has it.
      const completes = (line: string, words: readonly string[]): Promise<true> =>
        until(`"${line}" to be completed`, () => {
          assert.deepEqual(completeInBash(kube, line), words);
          return true as const;
        });
      await completes("heddle desc", ["describe"]);
      await completes("heddle get deploy/", ["deploy/web"]);
      await completes(`heddle get pods --clusters=${kube.name.slice(0, 4)}`, [kube.name]);
      await completes("heddle logs two -c ", ["quiet", "talk"]);
    });
  });
});

/** Three at a time: most of a command's time is the start of its process. */
async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const next = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all([next(), next(), next()]);
}

const environment = (kube: TestCluster): NodeJS.ProcessEnv => ({
  ...process.env,
  KUBECONFIG: kube.kubeconfigPath,
  NO_COLOR: "1",
});

const start = (kube: TestCluster, args: readonly string[]) =>
  spawn(process.execPath, [heddle, ...args], { env: environment(kube), stdio: ["pipe", "pipe", "pipe"] });

async function once(child: ReturnType<typeof start>): Promise<readonly [code: number | null]> {
  return new Promise((resolve) => child.once("close", (code) => resolve([code])));
}

async function runHeddle(kube: TestCluster, args: readonly string[], input: string): Promise<Result> {
  const child = start(kube, args);
  child.stdin.end(input);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child)]);
  return { code, stdout, stderr };
}

/** What the loaded script offers in a real bash when the tab key is pressed at the end of `line`. */
function completeInBash(kube: TestCluster, line: string): readonly string[] {
  const script = `
    heddle() { "${process.execPath}" "${heddle}" "$@"; }
    source <(heddle completion bash)
    COMP_LINE="$1" COMP_POINT=\${#1} COMP_WORDS=(heddle) COMP_CWORD=1
    _heddle 2>/dev/null
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = spawnSync("bash", ["-c", script, "bash", line], { env: environment(kube), encoding: "utf8" });
  return stdout.trim().split("\n");
}

/** A deployment that serves a page, its service, and a pod of two containers. */
const manifests = (image: string): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, labels: { app: web } }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      terminationGracePeriodSeconds: 0
      containers:
        - name: web
          image: ${image}
          imagePullPolicy: IfNotPresent
          command: [sh, -c, "echo up; mkdir /www; echo served > /www/index.html; exec httpd -f -p 8080 -h /www"]
          ports: [{ name: page, containerPort: 8080 }]
---
apiVersion: v1
kind: Service
metadata: { name: web, labels: { app: web } }
spec: { selector: { app: web }, ports: [{ name: http, port: 80, targetPort: page }] }
---
apiVersion: v1
kind: Pod
metadata: { name: two, annotations: { note: "first line\\nsecond: line\\n" } }
spec:
  terminationGracePeriodSeconds: 0
  containers:
    - { name: talk, image: "${image}", imagePullPolicy: IfNotPresent, command: [sh, -c, "echo one; echo two; echo three; exec sleep 9999"] }
    - { name: quiet, image: "${image}", imagePullPolicy: IfNotPresent, command: [sleep, "9999"] }
`;
