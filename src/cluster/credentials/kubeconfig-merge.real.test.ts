import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { describe, it } from "node:test";
import { promisify } from "node:util";
import fc from "fast-check";
import { messageOf } from "../../base/index.ts";
import { kubernetesBinaries } from "../../../test/kube/components.ts";
import { sized } from "../../../test/size.ts";
import { kubeconfigPaths, loadKubeconfig } from "./kubeconfig-files.ts";

const run = promisify(execFile);

/** As few names as possible, so that files collide. */
const name = fc.constantFrom("a", "b", "ü", "with space", "");
const entries = <T>(value: fc.Arbitrary<T>) =>
  fc.uniqueArray(fc.record({ name, value }), { selector: (entry) => entry.name, maxLength: 3 });

const text = fc.constantFrom("one", "two");
const file = fc.record({
  clusters: entries(fc.record({ server: text }, { requiredKeys: [] })),
  users: entries(fc.record({ token: text, tokenFile: text, username: text }, { requiredKeys: [] })),
  contexts: entries(fc.record({ cluster: name, user: name, namespace: text }, { requiredKeys: [] })),
  current: fc.option(name, { nil: undefined }),
});
type File = typeof file extends fc.Arbitrary<infer T> ? T : never;

const written = ({ clusters, users, contexts, current }: File): string =>
  JSON.stringify({
    clusters: clusters.map(({ name, value }) => ({ name, cluster: value })),
    users: users.map(({ name, value }) => ({ name, user: value })),
    contexts: contexts.map(({ name, value }) => ({ name, context: value })),
    "current-context": current,
  });

type Viewed = Readonly<{
  clusters: readonly Readonly<{ name: string; cluster: Readonly<Record<string, string>> }>[] | null;
  users: readonly Readonly<{ name: string; user: Readonly<Record<string, string>> }>[] | null;
  contexts: readonly Readonly<{ name: string; context: Readonly<Record<string, string>> }>[] | null;
  "current-context": string;
}>;

const byName = (entries: readonly (readonly [string, unknown])[]) =>
  entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map((entry) => JSON.stringify(entry));

describe("several kubeconfig files", () => {
  it("are merged as the real kubectl merges them", async (t) => {
    let kubectl: string;
    try {
      kubectl = join(await kubernetesBinaries(), "kubectl");
    } catch (error) {
      return t.skip(messageOf(error));
    }
    const folder = await mkdtemp(join(tmpdir(), "heddle-merge-"));
    t.after(() => rm(folder, { recursive: true }));

    const check = async (files: readonly File[]): Promise<void> => {
      const paths = files.map((_, index) => join(folder, String(index)));
      await Promise.all(paths.map((path, index) => writeFile(path, written(files[index] ?? assert.fail()))));
      const env = { KUBECONFIG: [join(folder, "missing"), ...paths].join(delimiter) };
      const { stdout } = await run(kubectl, ["config", "view", "--raw", "-o", "json"], { env });
      const theirs = JSON.parse(stdout) as Viewed;
      const ours = await loadKubeconfig(kubeconfigPaths({ env, home: folder }));
      assert.deepEqual(
        byName([...ours.clusters].map(([name, { fields }]) => [name, { server: fields.server ?? "" }])),
        byName((theirs.clusters ?? []).map(({ name, cluster: { server } }) => [name, { server }])),
      );
      const user = (token?: string, tokenFile?: string, username?: string) => ({ token, tokenFile, username });
      assert.deepEqual(
        byName(
          [...ours.users].map(([name, { fields }]) => [
            name,
            user(fields.token?.reveal(), fields.tokenFile, fields.username),
          ]),
        ),
        byName(
          (theirs.users ?? []).map(({ name, user: of }) => [name, user(of["token"], of["tokenFile"], of["username"])]),
        ),
      );
      const context = (cluster = "", user = "", namespace = "") => ({ cluster, user, namespace });
      assert.deepEqual(
        byName(
          [...ours.contexts].map(([name, { fields }]) => [
            name,
            context(fields.cluster, fields.user, fields.namespace),
          ]),
        ),
        byName(
          (theirs.contexts ?? []).map(({ name, context: of }) => [
            name,
            context(of["cluster"], of["user"], of["namespace"]),
          ]),
        ),
      );
      assert.equal(ours.currentContext ?? "", theirs["current-context"]);
    };
    await fc.assert(fc.asyncProperty(fc.array(file, { minLength: 1, maxLength: 4 }), check), {
      numRuns: sized({ small: 12, full: 500 }),
    });
  });
});
