import { type KubeObject, splitApiVersion } from "../../model/index.ts";
import { autoscalerReferences } from "./autoscaler.ts";
import { bindingReferences } from "./bindings.ts";
import { type Extractor, type Mention, type Reference } from "./model.ts";
import { podReferences } from "./pod.ts";
import { endpointSliceReferences, httpRouteReferences, ingressReferences } from "./routes.ts";
import { persistentVolumeClaimReferences, persistentVolumeReferences } from "./storage.ts";

/** By group and kind: what is said of a kind holds for all its versions. */
const byKind: ReadonlyMap<string, Extractor> = new Map([
  ["/Pod", podReferences],
  ["/PersistentVolumeClaim", persistentVolumeClaimReferences],
  ["/PersistentVolume", persistentVolumeReferences],
  ["networking.k8s.io/Ingress", ingressReferences],
  ["gateway.networking.k8s.io/HTTPRoute", httpRouteReferences],
  ["discovery.k8s.io/EndpointSlice", endpointSliceReferences],
  ["rbac.authorization.k8s.io/RoleBinding", bindingReferences],
  ["rbac.authorization.k8s.io/ClusterRoleBinding", bindingReferences],
  ["autoscaling/HorizontalPodAutoscaler", autoscalerReferences],
]);

/**
 * Every relation that the object's own fields state by name, duplicates included where two fields name the same end.
 * Relations by selector, and those that need other objects to be seen, are not among them.
 */
export const referencesOf = (object: KubeObject): readonly Reference[] =>
  [...owners(object), ...home(object), ...mentionsOf(object)].map(({ type, to, field }) => ({
    type,
    to,
    field: field(),
  }));

/** The same but for owners and namespace, which every object has. */
export const mentionsOf: Extractor = (object) => {
  const { group } = splitApiVersion(object.apiVersion);
  return byKind.get(`${group}/${object.kind}`)?.(object) ?? [];
};

const owners: Extractor = ({ metadata }) =>
  (metadata.ownerReferences ?? []).map(({ apiVersion, kind, name, uid }, index): Mention => {
    const { group } = splitApiVersion(apiVersion);
    return { type: "owned_by", to: { group, kind, name, uid }, field: () => `metadata.ownerReferences[${index}]` };
  });

const home: Extractor = ({ metadata: { namespace } }) =>
  namespace === undefined || namespace === ""
    ? []
    : [
        {
          type: "in_namespace",
          to: { group: "", kind: "Namespace", name: namespace },
          field: () => "metadata.namespace",
        },
      ];
