import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { describe, it } from "node:test";
import { until } from "../../test/kube/index.ts";
import { newUser } from "./testing/served.ts";

describe("heddle serve --demo, as a user starts it", () => {
  it("answers everything that the README shows, and leaves nothing behind", async (t) => {
    const user = newUser(t);
    const server = user.start(["serve", "--demo", "--listen", "127.0.0.1:0"]);
    const [, address = ""] = await server.shows(/a demo of 3 simulated clusters at (http:\S+)/);
    const [, tree = ""] = await server.shows(/heddle tree (\S+ -n \S+)/);
    await server.shows(/Ctrl-C ends/);
    const on = async (...args: readonly string[]): Promise<string> => {
      const { code, stdout, stderr } = await user.run([...args, "--server", address]);
      assert.equal(code, 0, `${args.join(" ")}: ${stderr}`);
      return stdout;
    };
    /** Asked until it is so: the world lives, and what is looked for may be on its way down or up. */
    const answers = (pattern: RegExp, ...args: readonly string[]): Promise<true> =>
      until(`${args.join(" ")} to answer ${pattern}`, async () => {
        assert.match(await on(...args), pattern);
        return true as const;
      });
    await t.test("get, describe, clusters, status, graphql", async () => {
      await answers(/prod-us-east-1 +shop +api-\S+ +1\/1 +Running/, "get", "pods", "-A");
      await answers(/deployment\.apps\/web .*registry\.example\.com/, "get", "deploy,svc", "-A", "-o", "wide");
      await answers(/Name: +node-1/, "describe", "node");
      await answers(/staging-eu-central-1 +Connected +v1\.34\S+ +\d\/3/, "clusters");
      await answers(/dev-ap-south-1: all \d+ kinds can be listed and watched/, "clusters", "check");
      await answers(/prod-us-east-1 +live/, "status");
      const { stdout } = await user.run(["graphql", "-", "--server", address], "{ clusters { id environment } }");
      assert.equal(JSON.parse(stdout).clusters[0].environment, "prod");
    });
    await t.test("tree of what its greeting names, changes as they happen, and Events of them", async () => {
      await answers(/replicaset\.apps\/[^]*pod\/[^]*runs on node\/node-/, "tree", ...tree.split(" "));
      await user.start(["changes", "-f", "--server", address]).shows(/updated .*(pod|deployment|node|job)/);
      await answers(/SuccessfulCreate|ScalingReplicaSet|BackOff|Completed|Node/, "events", "-A");
    });
    await t.test("what needs a container is refused, in words that say why", async () => {
      for (const wordsOf of [
        (pod: string) => ["logs", pod, "--server", address],
        (pod: string) => ["exec", pod, "--server", address, "--", "true"],
        (pod: string) => ["port-forward", pod, ":80", "--server", address],
      ]) {
        // The world lives: a pod may be gone before it is asked for.
        const told = await until("a pod that is there", async () => {
          const [pod = ""] = (await on("get", "pods", "-o", "name", "--clusters", "env=prod")).split("\n");
          const { code, stderr } = await user.run(wordsOf(pod));
          return stderr.includes("NotFound") ? undefined : `${code} ${stderr}`;
        });
        assert.match(told, /^1 .*no containers behind pod shop\/.*as a simulated one/);
      }
    });
    await t.test("and it ends with nothing left", async () => {
      assert.equal((await server.stop("SIGINT")).code, 0);
      const left = readdirSync(user.folder).filter((name) => name.startsWith("heddle-demo"));
      assert.deepEqual(left, []);
      assert.ok(!readdirSync(user.folder).includes("state"), "no record outside the demo's folder");
    });
  });

  it("names the part of --demo that is wrong, and ends with 2", async (t) => {
    const { code, stderr } = await newUser(t).run(["serve", "--demo=clusters:none"]);
    assert.match(
      `${code} ${stderr}`,
      /^2 error: --demo: clusters: found "none", expected a whole number from 1 to 300/,
    );
  });
});
