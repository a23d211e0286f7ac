import { stringAt } from "../../model/index.ts";
import { type Extractor } from "./model.ts";
import { inside, type Meaning, members, named, rootOf } from "./walk.ts";

const service = (namespace: string | undefined): Meaning => ({
  type: "routes_to",
  group: "",
  kind: "Service",
  namespace: namespace ?? "",
});

/** An Ingress's Services: the default one and those of its rules. */
export const ingressReferences: Extractor = (ingress) => {
  const spec = inside(rootOf(ingress), "spec");
  const own = service(ingress.metadata.namespace);
  const paths = members(spec, "rules").flatMap((rule) => members(inside(rule, "http"), "paths"));
  return [
    ...named(inside(spec, "defaultBackend", "service"), "name", own),
    ...paths.flatMap((path) => named(inside(path, "backend", "service"), "name", own)),
  ];
};

/** An HTTPRoute's backends that are Services, in its own namespace or another. */
export const httpRouteReferences: Extractor = (route) => {
  const rules = members(inside(rootOf(route), "spec"), "rules");
  return rules
    .flatMap((rule) => members(rule, "backendRefs"))
    .filter(({ value }) => !stringAt(value, "group") && (stringAt(value, "kind") ?? "Service") === "Service")
    .flatMap((backend) =>
      named(backend, "name", service(stringAt(backend.value, "namespace") ?? route.metadata.namespace)),
    );
};

/** By which an EndpointSlice says whose it is. */
export const serviceNameLabel = "kubernetes.io/service-name";

/** The pods behind an EndpointSlice. */
export const endpointSliceReferences: Extractor = (slice) =>
  members(rootOf(slice), "endpoints")
    .map((endpoint) => inside(endpoint, "targetRef"))
    .filter(({ value }) => stringAt(value, "kind") === "Pod")
    .flatMap((target) => {
      const namespace = stringAt(target.value, "namespace") ?? slice.metadata.namespace ?? "";
      return named(target, "name", { type: "routes_to", group: "", kind: "Pod", namespace });
    });
