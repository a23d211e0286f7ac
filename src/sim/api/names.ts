import { type ServedResource } from "../kinds/model.ts";
import { type StatusCause } from "./status-failure.ts";

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const startsWithLetter = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

const subdomainWords =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const labelWords =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const serviceWords =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

/** What is wrong with an object's name, in the API server's words; empty when nothing is. */
export function nameCauses(
  { group, kind }: Pick<ServedResource, "group" | "kind">,
  name: string,
): readonly StatusCause[] {
  // Roles and bindings may have any name that is one part of a path.
  if (group === "rbac.authorization.k8s.io")
    return /^[^/%]+$/.test(name) && name !== "." && name !== ".." ? [] : [cause(name, 'may not contain "/" or "%"')];
  if (kind === "Namespace") return label.test(name) && name.length <= 63 ? [] : [cause(name, labelWords)];
  if (group === "" && kind === "Service")
    return startsWithLetter.test(name) && name.length <= 63 ? [] : [cause(name, serviceWords)];
  return subdomain.test(name) && name.length <= 253 ? [] : [cause(name, subdomainWords)];
}

const cause = (name: string, words: string): StatusCause => ({
  reason: "FieldValueInvalid",
  message: `Invalid value: ${JSON.stringify(name)}: ${words}`,
  field: "metadata.name",
});
