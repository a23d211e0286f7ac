import { join } from "node:path";
import { buildGo } from "./go-binary.ts";

const version = "1.3.0";

/** The specification's own command that calls plugins as a runtime does (libcni 1.3, which speaks 1.1.0). */
export async function buildCnitool(onProgress?: (what: string) => void): Promise<string> {
  const folder = await buildGo(
    {
      name: `cnitool-${version}`,
      module: join(import.meta.dirname, "cnitool"),
      packages: { "github.com/containernetworking/cni/cnitool": "cnitool" },
      args: ["-ldflags=-s -w"],
      takes: "a few seconds",
    },
    onProgress,
  );
  return join(folder, "cnitool");
}
