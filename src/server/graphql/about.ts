import { type Builder } from "./builder.ts";
import { type About } from "./context.ts";

export function addAbout(builder: Builder): void {
  const about = builder.objectRef<About>("About").implement({
    description: "The server that answers.",
    fields: (t) => ({
      version: t.exposeString("version"),
      startedAt: t.string({
        description: "RFC 3339.",
        resolve: ({ startedAtMs }) => new Date(startedAtMs).toISOString(),
      }),
      mutationsEnabled: t.exposeBoolean("enableMutations"),
      demo: t.exposeBoolean("demo", { description: "Its clusters are simulated, and gone with it." }),
      source: t.exposeString("source", {
        description: 'Where the clusters were found: "3 contexts of ~/.kube/config".',
      }),
      notes: t.stringList({ resolve: ({ notes }) => [...notes] }),
      warnings: t.stringList({ resolve: ({ warnings }) => [...warnings] }),
    }),
  });
  builder.queryField("about", (t) => t.field({ type: about, resolve: (_root, _args, { about }) => about() }));
}
