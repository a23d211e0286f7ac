import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createManualClock, HeddleError } from "../../base/index.ts";
import { type KubeObject } from "../../model/index.ts";
import { crashing, down, east, lines, until, west } from "../testing/get-cases.ts";
import { deployment, pod, secondsAgo } from "../testing/objects.ts";
import { runCli, testNowMs } from "../testing/run-cli.ts";

describe("heddle get", () => {
  it("shows pods of every cluster in one aligned table, the cluster first", async () => {
    const { stdout, stderr, code } = await runCli("get pods -A", [east, west]);
    assert.equal(
      stdout,
      lines(
        "CLUSTER   NAMESPACE   NAME    READY   STATUS    RESTARTS   AGE",
        "east      default     web-1   1/1     Running   0          5m",
        "east      default     web-2   1/1     Running   0          5m",
        "west      data        db-0    1/1     Running   0          5m",
      ),
    );
    assert.equal(stderr, "");
    assert.equal(code, 0);
  });

  it("keeps the fleet's order of clusters, whichever answers first", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const running = runCli("get pods -o name", [
      { ...east, ready: promise },
      { info: { id: "west" }, objects: [pod("a")] },
    ]);
    resolve();
    assert.equal((await running).stdout, lines("pod/web-1", "pod/web-2", "pod/a"));
  });

  it("tells a terminal after a second which clusters are waited for, and takes it back", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const clock = createManualClock(testNowMs);
    const running = runCli("get pods -o name", [east, { info: { id: "slow" }, ready: promise }], {
      clock,
      terminal: true,
    });
    await until(() => clock.pending() > 0);
    clock.advance(1000);
    resolve();
    const { stderr } = await running;
    assert.equal(stderr, "\r\u001b[Kwaiting for slow …\r\u001b[K");
  });

  it("says how old an answer is that is not of this moment", async () => {
    const freshness = { state: "stale", sinceMs: testNowMs - 200_000 } as const;
    const { stderr, code } = await runCli("get pods", [{ ...east, freshness }]);
    assert.deepEqual([stderr, code], ["warning: cluster east: what was known 3m20s ago\n", 0]);
  });

  describe("for Secrets", () => {
    const secret = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "tls", namespace: "default", creationTimestamp: secondsAgo(60) },
      type: "Opaque",
    } as KubeObject;
    const kept = { info: { id: "kept" }, objects: [secret], freshness: { state: "live" } } as const;
    const asked = { info: { id: "asked" }, objects: [{ ...secret, data: { a: "Yg==", b: "Yg==" } }] };
    const empty = { info: { id: "empty" }, objects: [secret] };

    it("says of those that a server keeps that it keeps no values, and counts those of the clusters", async () => {
      const { stdout, stderr } = await runCli("get secrets", [kept, asked, empty]);
      assert.equal(
        stdout,
        lines(
          "CLUSTER   NAME   TYPE     DATA         AGE",
          "kept      tls    Opaque   <not kept>   60s",
          "asked     tls    Opaque   2            60s",
          "empty     tls    Opaque   0            60s",
        ),
      );
      assert.equal(stderr, "");
    });

    it("warns who reads documents that values were left out", async () => {
      const warning =
        "warning: the server keeps no values of Secrets, they are left out: --live asks the clusters for them\n";
      for (const format of ["yaml", "json", "jsonpath={.data.a}", "custom-columns=A:.data.a"])
        assert.equal((await runCli(["get", "secrets", "-o", format], [kept, asked])).stderr, warning, format);
      for (const format of ["name", "wide"])
        assert.equal((await runCli(["get", "secrets", "-o", format], [kept])).stderr, "", format);
      assert.equal((await runCli("get secrets -o yaml", [asked])).stderr, "", "of what the clusters gave");
    });
  });

  describe("when a cluster fails", () => {
    it("tells which on stderr, shows the others and ends with 1", async () => {
      const { stdout, stderr, code } = await runCli("get po", [down, east]);
      assert.match(stdout, /web-2/);
      assert.equal(stderr, "error: cannot reach https://down.test:6443: connection refused (cluster down)\n");
      assert.equal(code, 1);
    });

    it("says the API server's own words, and the same words of several clusters once", async () => {
      const message = 'pods is forbidden: User "viewer" cannot list resource "pods"';
      const details = { status: { kind: "Status", reason: "Forbidden", code: 403, message } };
      const failure = new HeddleError(message, { code: "HEDDLE_CLUSTER_FORBIDDEN", details });
      const { stderr } = await runCli("get pods", [
        { info: { id: "a" }, failure },
        { info: { id: "b" }, failure },
      ]);
      assert.equal(stderr, `Error from server (Forbidden): ${message} (clusters a, b)\n`);
    });
  });

  describe("with names", () => {
    it("finds one pod wherever it is, without complaint about the other clusters", async () => {
      const { stdout, stderr, code } = await runCli("get pod/web-1 -o name", [west, east]);
      assert.deepEqual({ stdout, stderr, code }, { stdout: "pod/web-1\n", stderr: "", code: 0 });
    });

    it("says kubectl's words for a name that no cluster has, and shows the others", async () => {
      const { stdout, stderr, code } = await runCli("get pod web-1 web-9 -o name", [west, east]);
      assert.equal(stdout, "pod/web-1\n");
      assert.equal(stderr, 'Error from server (NotFound): pods "web-9" not found (clusters west, east)\n');
      assert.equal(code, 1);
    });

    it("says nothing of it with --ignore-not-found", async () => {
      const { stdout, stderr, code } = await runCli("get pod web-9 --ignore-not-found", [west, east]);
      assert.deepEqual({ stdout, stderr, code }, { stdout: "", stderr: "", code: 0 });
    });

    it("refuses a selector or all namespaces beside them", async () => {
      for (const flag of ["-l a=b", "--field-selector a=b", "-A"])
        assert.equal((await runCli(`get pod web-1 ${flag}`, [east])).code, 2, flag);
    });
  });

  it("says that nothing was found, and where", async () => {
    const empty = await runCli("get pods -n empty", [east]);
    assert.deepEqual([empty.stdout, empty.stderr, empty.code], ["", "No resources found in empty namespace.\n", 0]);
    assert.equal((await runCli("get pods -A", [{ info: { id: "a" } }])).stderr, "No resources found\n");
    assert.equal((await runCli("get nodes", [{ info: { id: "a" } }])).stderr, "No resources found\n");
  });

  it("ends with 2 when the command line is wrong, before any cluster is asked", async () => {
    for (const line of [
      "get",
      "get pods -o teapot",
      "get pods -o jsonpath={.a",
      "get pods --sort-by",
      "get pods,svc -w",
    ]) {
      const { code, opened } = await runCli(line, [east]);
      assert.equal(code, 2, line);
      if (!line.includes("-w")) assert.deepEqual(opened, [], line);
    }
  });

  describe("for kinds that not every cluster has", () => {
    const loom = { apiVersion: "example.com/v1", kind: "Loom", metadata: { name: "l", namespace: "default" } };

    it("shows them where they are", async () => {
      const { stdout, stderr, code } = await runCli("get looms -o name", [
        east,
        { info: { id: "b" }, objects: [loom] },
      ]);
      assert.deepEqual([stdout, stderr, code], ["loom.example.com/l\n", "", 0]);
    });

    it("complains with the near word where no cluster has them", async () => {
      const { stderr, code } = await runCli("get podz", [east, west]);
      assert.equal(
        stderr,
        'error: the server has no resource type "podz"; did you mean "pods"? (clusters east, west)\n',
      );
      assert.equal(code, 1);
    });
  });

  it("asks for every kind of a category, each with its kind before the names", async () => {
    const { stdout } = await runCli("get all", [{ info: { id: "a" }, objects: [pod("web-1"), deployment("web")] }]);
    assert.equal(
      stdout,
      lines(
        "CLUSTER   NAME        READY   STATUS    RESTARTS   AGE",
        "a         pod/web-1   1/1     Running   0          5m",
        "",
        "CLUSTER   NAME                  READY   UP-TO-DATE   AVAILABLE   AGE",
        "a         deployment.apps/web   3/3     3            3           5m",
      ),
    );
  });

  it("leaves no line empty between kinds where there are no headers", async () => {
    const objects = [pod("web-1"), deployment("web")];
    const { stdout } = await runCli("get pods,deploy --no-headers", [{ info: { id: "a" }, objects }]);
    assert.deepEqual(stdout.match(/^.*? {3}\S*/gm), ["a   pod/web-1", "a   deployment.apps/web"]);
    assert.doesNotMatch(stdout, /\n\n/);
  });

  describe("its columns", () => {
    const labelled = [pod("a", { metadata: { labels: { app: "web", "example.com/tier": "front" } } }), pod("b")];
    const one = [{ info: { id: "x" }, objects: labelled }];

    it("hold more with -o wide", async () => {
      const { stdout } = await runCli("get pods -o wide --no-headers", one);
      assert.match(stdout, /^x {3}a {3}1\/1 {3}Running {3}0 {3}5m {3}10\.0\.0\.1 {3}node-1 {3}<none> {3}<none>$/m);
    });

    it("show labels as a column each, or all of them", async () => {
      const { stdout } = await runCli("get pods -L app,example.com/tier --show-labels", one);
      assert.match(stdout, /AGE {3}APP {3}TIER {4}LABELS\n/);
      assert.match(stdout, /5m {4}web {3}front {3}app=web,example\.com\/tier=front\n/);
      assert.match(stdout, / b .* {18}<none>\n/);
    });

    it("are selected from by labels", async () => {
      assert.equal((await runCli("get pods -l app=web -o name", one)).stdout, "pod/a\n");
    });
  });

  describe("colour", () => {
    const sick = [{ info: { id: "x" }, objects: [pod("a"), pod("b", { status: crashing })] }];

    it("marks the state word on a terminal", async () => {
      const { stdout } = await runCli("get pods", sick, { terminal: true });
      assert.ok(stdout.includes("\u001b[32mRunning\u001b[39m"));
      assert.ok(stdout.includes("\u001b[31mCrashLoopBackOff\u001b[39m"));
      assert.equal(stdout.split("\u001b[3").length, 5, "nothing else is coloured");
    });

    it("is left out elsewhere and with NO_COLOR", async () => {
      const elsewhere = await runCli("get pods", sick);
      const unwanted = await runCli("get pods", sick, { terminal: true, env: { NO_COLOR: "1" } });
      for (const { stdout } of [elsewhere, unwanted]) assert.ok(!stdout.includes("\u001b"));
    });
  });

  describe("as documents", () => {
    const annotated = (object: KubeObject, cluster: string): KubeObject => ({
      ...object,
      metadata: { ...object.metadata, annotations: { "heddle.dev/cluster": cluster } },
    });

    it("are a v1 List of which every item names its cluster", async () => {
      const { stdout } = await runCli("get pods -A -o json", [east, west]);
      assert.deepEqual(JSON.parse(stdout), {
        apiVersion: "v1",
        kind: "List",
        metadata: { resourceVersion: "" },
        items: [
          ...east.objects.map((object) => annotated(object, "east")),
          ...west.objects.map((object) => annotated(object, "west")),
        ],
      });
    });

    it("are the object itself where one was asked for by name", async () => {
      const { stdout } = await runCli("get pod web-1 -o json", [east, west]);
      assert.deepEqual(JSON.parse(stdout), annotated(pod("web-1"), "east"));
      assert.match((await runCli("get pod web-1 -o yaml", [east])).stdout, /^apiVersion: v1\nkind: Pod\n/);
    });

    it("leave the managed fields out unless they are wanted, in any format but templates", async () => {
      const managed = [
        { info: { id: "x" }, objects: [pod("a", { metadata: { managedFields: [{ manager: "me" }] } })] },
      ];
      for (const format of ["json", "yaml"]) {
        assert.doesNotMatch((await runCli(`get pod a -o ${format}`, managed)).stdout, /manage/);
        assert.match((await runCli(`get pod a -o ${format} --show-managed-fields`, managed)).stdout, /manager.*me/);
      }
      assert.equal((await runCli("get pod a -o jsonpath={.metadata.managedFields[0].manager}", managed)).stdout, "me");
    });

    it("are filled into a template", async () => {
      const template = '{range .items[*]}{.metadata.annotations.heddle\\.dev/cluster}/{.metadata.name}{"\\n"}{end}';
      const { stdout } = await runCli(["get", "pods", "-A", "-o", `jsonpath=${template}`], [east, west]);
      assert.equal(stdout, lines("east/web-1", "east/web-2", "west/db-0"));
      assert.equal((await runCli("get pod web-1 -o jsonpath=.metadata.name", [east])).stdout, "web-1");
    });

    it("give columns of their own", async () => {
      const { stdout } = await runCli("get pods -o custom-columns=NAME:.metadata.name,NODE:.spec.nodeName", [east]);
      assert.equal(stdout, lines("NAME    NODE", "web-1   node-1", "web-2   node-1"));
    });
  });

  it("sorts across clusters", async () => {
    const young = pod("young", { metadata: { creationTimestamp: secondsAgo(5) } });
    const old = pod("old", { metadata: { creationTimestamp: secondsAgo(50_000) } });
    const { stdout } = await runCli("get pods --sort-by .metadata.creationTimestamp -o name", [
      { info: { id: "a" }, objects: [young] },
      { info: { id: "b" }, objects: [old] },
    ]);
    assert.equal(stdout, lines("pod/old", "pod/young"));
  });

  it("shows custom resources by the columns of every cluster's own definition", async () => {
    const definition = (columns: readonly { name: string; jsonPath: string; priority?: number }[]): KubeObject => ({
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "looms.example.com" },
      spec: {
        versions: [{ name: "v1", additionalPrinterColumns: columns.map((column) => ({ type: "string", ...column })) }],
      },
    });
    const loom = (name: string): KubeObject => ({
      apiVersion: "example.com/v1",
      kind: "Loom",
      metadata: { name, namespace: "default" },
      spec: { colour: "red", size: "big", secret: "s" },
    });
    const wide = { name: "Secret", jsonPath: ".spec.secret", priority: 1 };
    const { stdout } = await runCli("get looms", [
      { info: { id: "old" }, objects: [loom("a"), definition([{ name: "Colour", jsonPath: ".spec.colour" }, wide])] },
      { info: { id: "new" }, objects: [loom("b"), definition([{ name: "Size", jsonPath: ".spec.size" }])] },
      { info: { id: "none" }, objects: [loom("c")] },
    ]);
    assert.equal(
      stdout,
      lines(
        "CLUSTER   NAME   COLOUR   SIZE   AGE",
        "old       a      red",
        "new       b               big",
        "none      c                      <unknown>",
      ),
    );
  });
});
