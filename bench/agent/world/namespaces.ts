import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../../test/kube/index.ts";

/** Network namespaces of pods, on this machine or in a node of a cluster. */
export type Namespaces = AsyncDisposable &
  Readonly<{
    /** So many more; their paths. */
    make(count: number): Promise<readonly string[]>;
  }>;

/** `enter`: where they are to be. All that were made are gone at the end. */
export function openNamespaces(enter: readonly string[] = []): Namespaces {
  const own = `hdl-b${randomBytes(4).toString("hex")}`;
  let made = 0;
  const each = (count: number, line: (name: string) => string, first = 0): string =>
    Array.from({ length: count }, (_, index) => line(`${own}-${first + index}`)).join("");
  return {
    async make(count) {
      const first = made;
      made += count;
      await run([...enter, "ip", "-batch", "-"], { input: each(count, (name) => `netns add ${name}\n`, first) });
      return Array.from({ length: count }, (_, index) => `/run/netns/${own}-${first + index}`);
    },
    async [Symbol.asyncDispose]() {
      const input = each(made, (name) => `netns delete ${name}\n`);
      await run([...enter, "ip", "-force", "-batch", "-"], { input });
    },
  };
}

/** A network namespace that is a node's, and a folder; both gone at the end. */
export type BenchNode = AsyncDisposable &
  Readonly<{
    folder: string;
    /** Put before a command to run it there. */
    enter: readonly string[];
    /** Namespaces for pods, gone with it. */
    pods: Namespaces;
  }>;

export async function makeNode(): Promise<BenchNode> {
  await using parts = new AsyncDisposableStack();
  const namespaces = parts.use(openNamespaces());
  const [path = ""] = await namespaces.make(1);
  const enter = ["nsenter", `--net=${path}`, "--"];
  await run([...enter, "ip", "link", "set", "lo", "up"]);
  const folder = await mkdtemp(join(tmpdir(), "heddle-bench-"));
  parts.defer(() => rm(folder, { recursive: true, force: true }));
  const ending = parts.move();
  return { folder, enter, pods: namespaces, [Symbol.asyncDispose]: () => ending[Symbol.asyncDispose]() };
}
