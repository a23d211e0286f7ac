/** One context: a cluster and a user of the same name. */
export type KubeconfigEntry = Readonly<{ name: string; server: string; authority: string; token: string }>;

/** A kubeconfig (JSON is YAML) with one context an entry; the first is current. */
export const kubeconfigText = (entries: readonly KubeconfigEntry[]): string =>
  `${JSON.stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      clusters: entries.map(({ name, server, authority }) => ({
        name,
        cluster: { server, "certificate-authority-data": Buffer.from(authority).toString("base64") },
      })),
      users: entries.map(({ name, token }) => ({ name, user: { token } })),
      contexts: entries.map(({ name }) => ({ name, context: { cluster: name, user: name } })),
      "current-context": entries[0]?.name ?? "",
    },
    undefined,
    2,
  )}\n`;
