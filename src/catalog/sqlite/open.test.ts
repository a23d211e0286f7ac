import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeCatalog } from "../testing/catalog-contract.ts";
import { openCatalog } from "./open.ts";

describeCatalog("the catalog in SQLite", async (deps, options) => {
  const folder = await mkdtemp(join(tmpdir(), "heddle-catalog-"));
  const catalog = await openCatalog(deps, { ...options, folder, commitEveryMs: 0 });
  return {
    ...catalog,
    async [Symbol.asyncDispose]() {
      await catalog[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
});
