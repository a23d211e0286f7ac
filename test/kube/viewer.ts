import type { Identity } from "./control-plane.ts";
import { readBody } from "./request.ts";
import { until } from "./until.ts";

const group = "rbac.authorization.k8s.io";
const read = ["get", "list", "watch"];
const metadata = { name: "heddle-test-viewer" };

const role = {
  apiVersion: `${group}/v1`,
  kind: "ClusterRole",
  metadata,
  rules: [
    {
      apiGroups: [""],
      resources: ["pods", "pods/log", "services", "endpoints", "configmaps", "namespaces", "nodes", "events"],
      verbs: read,
    },
    { apiGroups: ["apps", "batch", "networking.k8s.io", "discovery.k8s.io"], resources: ["*"], verbs: read },
  ],
};

const binding = {
  apiVersion: `${group}/v1`,
  kind: "ClusterRoleBinding",
  metadata,
  roleRef: { apiGroup: group, kind: "ClusterRole", name: metadata.name },
  subjects: [{ apiGroup: group, kind: "User", name: "viewer" }],
};

/**
 * Gives the user "viewer" its rights and waits until they hold. The built-in role `view` would not do: it is aggregated
 * by the controller manager, so without one it is empty.
 */
export async function bindViewer(identity: Identity): Promise<void> {
  const access = { ca: identity.authority.cert, token: identity.tokens.admin };
  const base = `${identity.server}/apis/${group}/v1`;
  await readBody(`${base}/clusterroles`, { ...access, json: role });
  await readBody(`${base}/clusterrolebindings`, { ...access, json: binding });
  await until("the viewer's rights", async () => {
    const viewer = { ...access, token: identity.tokens.viewer };
    const { status, body } = await readBody(`${identity.server}/api/v1/pods?limit=1`, viewer);
    if (status !== 200) throw new Error(body);
    return true;
  });
}
