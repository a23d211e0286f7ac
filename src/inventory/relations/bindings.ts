import { stringAt } from "../../model/index.ts";
import { type Extractor } from "./model.ts";
import { inside, members, named, rootOf } from "./walk.ts";

const rbac = "rbac.authorization.k8s.io";

/** A RoleBinding's or ClusterRoleBinding's role and subjects; users and groups are names only, in RBAC's own group. */
export const bindingReferences: Extractor = (binding) => {
  const root = rootOf(binding);
  const own = binding.metadata.namespace;
  const role = inside(root, "roleRef");
  const kind = stringAt(role.value, "kind") ?? "ClusterRole";
  return [
    ...named(role, "name", { type: "binds", group: rbac, kind, ...(kind === "Role" ? { namespace: own ?? "" } : {}) }),
    ...members(root, "subjects").flatMap((subject) => {
      const subjectKind = stringAt(subject.value, "kind") ?? "User";
      if (subjectKind !== "ServiceAccount")
        return named(subject, "name", { type: "binds", group: rbac, kind: subjectKind });
      const namespace = stringAt(subject.value, "namespace") ?? own ?? "";
      return named(subject, "name", { type: "binds", group: "", kind: subjectKind, namespace });
    }),
  ];
};
