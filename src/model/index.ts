/**
 * model: the readonly vocabulary that all areas share, and the ports between them.
 *
 * Promises   types, and pure functions on them; no state and no I/O.
 * Ordering   none: values do not change.
 * Fails      `parseClusterId`, `parseServerAddress` and `parseCidr` with a UsageError; what reads a server's answer with
 *            HEDDLE_WIRE_INVALID.
 * Is not     a typed copy of the Kubernetes API: objects stay untyped beyond what all have in common.
 */
export type { AgentStatus, AttachmentStatus, RangeStatus } from "./agent-status.ts";
export type { Attribute, AttributeForm, AttributeValue } from "./attributes/attribute.ts";
export {
  attributeNames,
  attributeOf,
  type Attributes,
  attributesByKind,
  attributesOf,
  attributeTable,
} from "./attributes/attributes-of.ts";
export type { Change, DeletedChange } from "./change.ts";
export {
  type ClusterHealth,
  type ClusterInfo,
  type ClusterState,
  type ClusterSummary,
  unknownHealth,
} from "./cluster-state.ts";
export { type ClusterId, isDnsLabel, parseClusterId } from "./ids.ts";
export {
  addressFromBytes,
  addressToBytes,
  compareAddresses,
  familyBits,
  formatAddress,
  type IpAddress,
  type IpFamily,
  parseAddress,
} from "./ip/address.ts";
export {
  type AddressInNetwork,
  type Cidr,
  cidrContains,
  cidrSize,
  firstAddress,
  formatCidr,
  lastAddress,
  networkOf,
  parseAddressInNetwork,
  parseCidr,
  sharedCidr,
} from "./ip/cidr.ts";
export { isJsonObject, jsonAt, type JsonObject, type JsonValue, listAt, numberAt, objectAt, stringAt } from "./json.ts";
export {
  joinApiVersion,
  type KubeObject,
  type ObjectMeta,
  type ObjectRef,
  type OwnerReference,
  splitApiVersion,
} from "./object.ts";
export { containerNames, defaultContainer } from "./pod-containers.ts";
export type {
  ContainerTarget,
  ExecOptions,
  ExecResult,
  LogOptions,
  PodStreams,
  PortForward,
  PortForwardOptions,
  TerminalSize,
} from "./pod-streams.ts";
export type { ClusterAnswer, Freshness, ObjectList, Reader, ResourceQuery, WatchedList } from "./reader.ts";
export {
  apiVersionOf,
  type Resource,
  resourceName,
  resourcePath,
  type ResourceTarget,
  type Subresource,
} from "./resource.ts";
export {
  defaultServerAddress,
  hostAndPort,
  parseServerAccess,
  parseServerAddress,
  runtimeFolders,
  type RuntimeSurroundings,
  type ServerAccess,
  type ServerAddress,
  serverUrl,
  tokenFileName,
} from "./server-address.ts";
export { type PodSummary, summarizePod } from "./status/pod-summary.ts";
export { type HealthWord, healthWord, type Status } from "./status/status.ts";
export { statusOf } from "./status/status-of.ts";
export {
  answerFromWire,
  answerToWire,
  errorFromWire,
  errorToWire,
  freshnessFromWire,
  infoFromWire,
  objectListFromWire,
  resourceFromWire,
  resourcesFromWire,
  type FleetOrigin,
  type ServerSession,
  sessionFromWire,
  summaryFromWire,
  summaryToWire,
  watchedListFromWire,
  type WireError,
} from "./wire.ts";
export { type FieldSelector, type FieldTerm, parseFieldSelector } from "./select/field-selector.ts";
export { fieldText, isSelectable, type Scalar, scalarAt } from "./select/fields.ts";
export { labelsMatch, type LabelSelector, parseLabelSelector, type Requirement } from "./select/label-selector.ts";
export { toYaml } from "./yaml/yaml.ts";
