import { type Bandwidth } from "../asked-of-node.ts";
import { type ConfigProblem, invalidConfig } from "./problems.ts";

/** The annotations by which Kubernetes limits a pod, as runtimes read them where they pass on no `bandwidth` themselves. */
const names = { ingress: "kubernetes.io/ingress-bandwidth", egress: "kubernetes.io/egress-bandwidth" } as const;

/** What Kubernetes takes: 1k to 1P bits a second. */
const [leastRate, mostRate] = [1e3, 1e15];

/** containerd's: as much at once as its 32 bits can say. */
const burstBits = 4_294_967_295;

/**
 * The limits that a pod's annotations name; undefined when they name none. Throws a CniError with code 7 and the
 * annotation's path.
 */
export function bandwidthOf(annotations: Readonly<Record<string, string>>): Bandwidth | undefined {
  const problems: ConfigProblem[] = [];
  const rateOf = (name: string): number => {
    const text = annotations[name];
    if (text === undefined) return 0;
    const rate = parseQuantity(text);
    if (rate !== undefined && rate >= leastRate && rate <= mostRate) return Math.ceil(rate);
    const path = ["runtimeConfig", "io.kubernetes.cri.pod-annotations", name];
    problems.push({
      path,
      message: `${JSON.stringify(text.slice(0, 63))}: expected bits a second from 1k to 1P, such as 10M`,
    });
    return 0;
  };
  const [ingressRate, egressRate] = [rateOf(names.ingress), rateOf(names.egress)];
  if (problems.length > 0) throw invalidConfig(problems);
  if (ingressRate === 0 && egressRate === 0) return undefined;
  const burstFor = (rate: number): number => (rate === 0 ? 0 : burstBits);
  return { ingressRate, ingressBurst: burstFor(ingressRate), egressRate, egressBurst: burstFor(egressRate) };
}

const scales: Readonly<Record<string, number>> = {
  "": 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  ...Object.fromEntries(["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].map((unit, index) => [unit, 1024 ** (index + 1)])),
};

/** A number as Kubernetes writes amounts ("10M", "1Gi", "1e6"); undefined for what is none. */
export function parseQuantity(text: string): number | undefined {
  const [, digits, exponent, unit = ""] =
    /^\+?(\d+\.?\d*|\.\d+)(?:[eE]([+-]?\d{1,3})|([numkMGTPE]|[KMGTPE]i))?$/.exec(text) ?? [];
  const scale = exponent === undefined ? scales[unit] : 10 ** Number(exponent);
  return digits === undefined || scale === undefined ? undefined : Number(digits) * scale;
}
