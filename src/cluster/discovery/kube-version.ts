/**
 * Kubernetes' own order of API versions, best first: v2, v1, v1beta2, v1beta1, v1alpha1, and then all others by
 * alphabet (apimachinery's CompareKubeAwareVersionStrings). Negative when `a` comes before `b`.
 */
export function compareKubeVersions(a: string, b: string): number {
  const [left, right] = [parse(a), parse(b)];
  if (left === undefined || right === undefined) {
    if (left !== right) return left === undefined ? 1 : -1;
    return a < b ? -1 : a > b ? 1 : 0;
  }
  return right.stability - left.stability || right.major - left.major || right.minor - left.minor;
}

type KubeVersion = Readonly<{ major: number; stability: number; minor: number }>;

function parse(version: string): KubeVersion | undefined {
  const [matched, major, stage, minor] = /^v([1-9]\d*)(?:(alpha|beta)([1-9]\d*))?$/.exec(version) ?? [];
  if (matched === undefined) return undefined;
  return {
    major: Number(major),
    stability: stage === undefined ? 2 : stage === "beta" ? 1 : 0,
    minor: Number(minor ?? 0),
  };
}
