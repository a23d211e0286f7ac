import { isJsonObject, type KubeObject, objectAt } from "../../model/index.ts";
import { type ServedResource } from "../kinds/model.ts";

type Fill = (object: KubeObject) => KubeObject;

/** What an API server itself writes into a new object of some kinds. Other defaults are not filled in here. */
const fills: ReadonlyMap<string, Fill> = new Map<string, Fill>([
  [
    "namespaces",
    (object) => ({
      ...object,
      metadata: {
        ...object.metadata,
        labels: { ...object.metadata.labels, "kubernetes.io/metadata.name": object.metadata.name },
      },
      spec: { ...objectAt(object["spec"]), finalizers: ["kubernetes"] },
      status: { phase: "Active" },
    }),
  ],
  ["pods", (object) => ({ ...object, status: { phase: "Pending", qosClass: "BestEffort" } })],
  ["persistentvolumeclaims", (object) => ({ ...object, status: { phase: "Pending" } })],
  ["persistentvolumes", (object) => ({ ...object, status: { phase: "Available" } })],
  ["secrets", (object) => withEncoded({ type: "Opaque", ...object } as KubeObject)],
]);

/** The state in which a new object is stored. */
export const initialState = ({ collection }: ServedResource, object: KubeObject): KubeObject =>
  fills.get(collection)?.(object) ?? object;

/** stringData is for writing only: it becomes data. */
function withEncoded(secret: KubeObject): KubeObject {
  const { stringData, ...rest } = secret;
  if (!isJsonObject(stringData)) return secret;
  const encoded = Object.entries(stringData).map(([key, value]) => [
    key,
    Buffer.from(String(value)).toString("base64"),
  ]);
  return { ...rest, data: { ...objectAt(secret["data"]), ...Object.fromEntries(encoded) } } as KubeObject;
}
