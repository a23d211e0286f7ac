import { type ApiClient } from "../api-client.ts";
import { type Objects } from "../model.ts";
import { asObject } from "./answer.ts";
import { deleteObject, deleteObjects } from "./delete.ts";
import { evictPod } from "./evict.ts";
import { listAll, listPages } from "./list.ts";
import { reviewAccess, reviewRules } from "./review.ts";
import { checkNamespace, objectPath } from "./target.ts";
import { createObject, patchObject, replaceObject } from "./write.ts";

/**
 * The API's verbs on any resource of one cluster. Names and namespaces are checked before anything is sent: an empty
 * one never becomes a request to the whole collection. Besides the client's errors it fails with a UsageError for such
 * a target, and with HEDDLE_CLUSTER_PROTOCOL where an answer is no object or list.
 */
export const createObjects = ({ api }: Readonly<{ api: ApiClient }>): Objects => ({
  async get(resource, target, signal) {
    return asObject(await api.json({ path: objectPath(resource, target), signal }), resource);
  },
  list: async (resource, query = {}) => listAll(api, resource, query),
  pages: (resource, query = {}) => listPages(api, resource, query),
  create: async (resource, object, options = {}) => createObject(api, { resource, object }, options),
  replace: async (resource, object, options = {}) => replaceObject(api, { resource, object }, options),
  patch: async (resource, target, options) => patchObject(api, { resource, target }, options),
  delete: async (resource, target, options = {}) => deleteObject(api, { resource, target }, options),
  deleteCollection: async (resource, query, options = {}) => deleteObjects(api, { resource, query }, options),
  evict: async (target, options = {}) => evictPod(api, target, options),
  reviewAccess: async (question, signal) => reviewAccess(api, question, signal),
  reviewRules: async (namespace, signal) => reviewRules(api, checkNamespace(namespace), signal),
});
