import { createMemoryCatalog } from "./memory.ts";
import { describeCatalog } from "./testing/catalog-contract.ts";

describeCatalog("the catalog in memory", async (deps, options) => createMemoryCatalog(deps, options));
