import { buildGo } from "../../test/kube/go-binary.ts";
import { join } from "node:path";

/** Client-go's informers as one program, built once on the machine; resolves with its path. */
export async function buildInformer(say: (line: string) => void): Promise<string> {
  const folder = await buildGo(
    {
      name: "bench-informer",
      module: import.meta.dirname,
      packages: { ".": "informer" },
      args: ["-ldflags", "-s -w"],
      takes: "about a minute",
    },
    say,
  );
  return join(folder, "informer");
}
