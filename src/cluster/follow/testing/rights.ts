import { type JsonObject } from "../../../model/index.ts";
import { until } from "../../../../test/kube/index.ts";
import { type ApiClient } from "../../api-client.ts";

const rbac = "/apis/rbac.authorization.k8s.io/v1";

/** Lets the user or account read these kinds everywhere; the answer takes it away. */
export async function allow(
  api: ApiClient,
  subject: JsonObject,
  kinds: readonly string[],
): Promise<() => Promise<unknown>> {
  const name = `reads-${kinds.join("-")}-${String(subject["name"])}`;
  const rules = [{ apiGroups: [""], resources: kinds, verbs: ["get", "list", "watch"] }];
  await api.json({ method: "POST", path: `${rbac}/clusterroles`, body: { metadata: { name }, rules } });
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name };
  const body = { metadata: { name }, roleRef, subjects: [subject] };
  await api.json({ method: "POST", path: `${rbac}/clusterrolebindings`, body });
  return async () => {
    await api.json({ method: "DELETE", path: `${rbac}/clusterrolebindings/${name}` });
    await api.json({ method: "DELETE", path: `${rbac}/clusterroles/${name}` });
  };
}

const definition: JsonObject = {
  metadata: { name: "widgets.example.org" },
  spec: {
    group: "example.org",
    scope: "Cluster",
    names: { kind: "Widget", plural: "widgets", singular: "widget" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
      },
    ],
  },
};
/** Where definitions are. */
export const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/** Defines widgets and creates some, as soon as the API server serves them. */
export async function defineWidgets(api: ApiClient, names: readonly string[]): Promise<void> {
  await until("the old definition to be gone", () =>
    api.json({ method: "POST", path: definitions, body: definition }).then(() => true),
  );
  for (const name of names) {
    const body = { apiVersion: "example.org/v1", kind: "Widget", metadata: { name }, spec: { size: 1 } };
    await until("widgets to be served", () =>
      api.json({ method: "POST", path: "/apis/example.org/v1/widgets", body }).then(() => true),
    );
  }
}
