import { type JsonValue, stringAt } from "../../model/index.ts";
import { type Extractor, type Mention } from "./model.ts";

const annotation = "k8s.v1.cni.cncf.io/networks";

/**
 * The NetworkAttachmentDefinitions that a pod's annotation asks for, in both notations of the Kubernetes Network
 * Custom Resource Definition De-facto Standard: a JSON list, or `namespace/name@interface` by comma. What is neither
 * names nothing.
 */
export const attachmentsOf: Extractor = ({ metadata }) => {
  const text = metadata.annotations?.[annotation]?.trim() ?? "";
  if (text === "") return [];
  const asked = text.startsWith("[") ? fromJson(text) : fromShort(text);
  return asked.map(({ namespace = metadata.namespace ?? "", name }): Mention => ({
    type: "attached_to",
    to: { group: "k8s.cni.cncf.io", kind: "NetworkAttachmentDefinition", namespace, name },
    field: () => `metadata.annotations["${annotation}"]`,
  }));
};

type Asked = Readonly<{ namespace?: string; name: string }>;

const fromShort = (text: string): readonly Asked[] =>
  text.split(",").flatMap((part): Asked[] => {
    const found = /^(?:([^/@\s]+)\/)?([^/@\s]+)(?:@[^/@\s]+)?$/.exec(part.trim());
    if (found?.[2] === undefined) return [];
    return [{ ...(found[1] === undefined ? {} : { namespace: found[1] }), name: found[2] }];
  });

function fromJson(text: string): readonly Asked[] {
  const list = parse(text);
  return (Array.isArray(list) ? list : []).flatMap((entry: JsonValue): Asked[] => {
    const [name, namespace] = [stringAt(entry, "name"), stringAt(entry, "namespace")];
    return name === undefined ? [] : [{ ...(namespace === undefined ? {} : { namespace }), name }];
  });
}

function parse(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return null;
  }
}
