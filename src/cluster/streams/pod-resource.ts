/** Pods, as every API server has served them since v1: no discovery needed. */
export const podResource = { group: "", version: "v1", plural: "pods", namespaced: true } as const;
