import { type IncludeObject } from "./table.ts";

/** In what form an answer is wanted. */
export type Form = "object" | "table" | "partial" | "aggregated";

/** The first form of an Accept header that is had; undefined: none of them (406). Protobuf and CBOR are not had. */
export function formOf(accept: string | undefined): Form | undefined {
  for (const part of (accept ?? "*/*").split(",")) {
    const [type = "", ...parameters] = part.split(";").map((text) => text.trim());
    if (!["application/json", "*/*", "application/*", "text/plain"].includes(type)) continue;
    const as = parameters.find((parameter) => parameter.startsWith("as="))?.slice(3);
    if (as === undefined) return "object";
    if (as === "Table") return "table";
    if (as === "PartialObjectMetadata" || as === "PartialObjectMetadataList") return "partial";
    if (as === "APIGroupDiscoveryList" && parameters.includes("v=v2")) return "aggregated";
  }
  return undefined;
}

export const includeOf = (query: URLSearchParams): IncludeObject => {
  const wanted = query.get("includeObject");
  return wanted === "None" || wanted === "Object" ? wanted : "Metadata";
};
