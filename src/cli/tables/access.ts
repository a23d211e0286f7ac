import { type KubeObject, listAt, numberAt, stringAt } from "../../model/index.ts";
import { humanDuration } from "../format/age.ts";
import { ageColumn, field, nameColumn, statusColumn, type Table, type TablesByName, wide } from "./column.ts";

/** For role bindings and cluster role bindings. */
const roleBindingTable: Table = [
  nameColumn,
  {
    header: "ROLE",
    cell: (binding) => `${stringAt(binding, "roleRef", "kind") ?? ""}/${stringAt(binding, "roleRef", "name") ?? ""}`,
  },
  ageColumn,
  wide({ header: "USERS", cell: (binding) => subjects(binding, "User") }),
  wide({ header: "GROUPS", cell: (binding) => subjects(binding, "Group") }),
  wide({ header: "SERVICEACCOUNTS", cell: (binding) => subjects(binding, "ServiceAccount") }),
];

function subjects(binding: KubeObject, kind: string): string {
  return listAt(binding, "subjects")
    .filter((subject) => stringAt(subject, "kind") === kind)
    .map((subject) => {
      const name = stringAt(subject, "name") ?? "";
      return kind === "ServiceAccount" ? `${stringAt(subject, "namespace") ?? ""}/${name}` : name;
    })
    .join(", ");
}

const certificateSigningRequestTable: Table = [
  nameColumn,
  ageColumn,
  field("SIGNERNAME", ["spec", "signerName"], "<none>"),
  field("REQUESTOR", ["spec", "username"]),
  {
    header: "REQUESTEDDURATION",
    cell(request) {
      const seconds = numberAt(request, "spec", "expirationSeconds");
      return seconds === undefined ? "<none>" : humanDuration(seconds * 1000);
    },
  },
  { ...statusColumn, header: "CONDITION" },
];

const unsetParam = "<unset>";

const webhookTable: Table = [
  nameColumn,
  { header: "WEBHOOKS", cell: (object) => String(listAt(object, "webhooks").length) },
  ageColumn,
];

const paramKindColumn = {
  header: "PARAMKIND",
  cell(policy: KubeObject) {
    const kind = stringAt(policy, "spec", "paramKind", "kind");
    return kind === undefined ? unsetParam : `${stringAt(policy, "spec", "paramKind", "apiVersion") ?? ""}/${kind}`;
  },
};

const validatingPolicyTable: Table = [
  nameColumn,
  { header: "VALIDATIONS", cell: (policy) => String(listAt(policy, "spec", "validations").length) },
  paramKindColumn,
  ageColumn,
];

const mutatingPolicyTable: Table = [
  nameColumn,
  { header: "MUTATIONS", cell: (policy) => String(listAt(policy, "spec", "mutations").length) },
  paramKindColumn,
  ageColumn,
];

/** For validating and mutating admission policy bindings. */
const policyBindingTable: Table = [
  nameColumn,
  field("POLICYNAME", ["spec", "policyName"]),
  {
    header: "PARAMREF",
    cell(binding) {
      const name = stringAt(binding, "spec", "paramRef", "name");
      return name ? `${stringAt(binding, "spec", "paramRef", "namespace") || "*"}/${name}` : unsetParam;
    },
  },
  ageColumn,
];

/** By plural and group. */
export const tables: TablesByName = {
  "rolebindings.rbac.authorization.k8s.io": roleBindingTable,
  "clusterrolebindings.rbac.authorization.k8s.io": roleBindingTable,
  "certificatesigningrequests.certificates.k8s.io": certificateSigningRequestTable,
  "mutatingwebhookconfigurations.admissionregistration.k8s.io": webhookTable,
  "validatingwebhookconfigurations.admissionregistration.k8s.io": webhookTable,
  "validatingadmissionpolicies.admissionregistration.k8s.io": validatingPolicyTable,
  "mutatingadmissionpolicies.admissionregistration.k8s.io": mutatingPolicyTable,
  "validatingadmissionpolicybindings.admissionregistration.k8s.io": policyBindingTable,
  "mutatingadmissionpolicybindings.admissionregistration.k8s.io": policyBindingTable,
};
