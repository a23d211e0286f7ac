import fc from "fast-check";

/** Six usable addresses of IPv4, one of them the gateway's: a pool that is soon used up. */
export const subnet = "10.244.1.0/29";
/** What it gives out. */
export const usable = ["10.244.1.2", "10.244.1.3", "10.244.1.4", "10.244.1.5", "10.244.1.6"] as const;
/** Attachments at most. */
export const capacity = usable.length;
/** The gateway's, the broadcast, and one of another network. */
const neverGiven = ["10.244.1.1", "10.244.1.7", "10.244.1.9"] as const;
/** The node's ranges. */
export const subnets = [subnet, "fd00:10:244:1::/64"] as const;
/** Four containers, of which each can be in a namespace of its own. */
export const pods = [0, 1, 2, 3] as const;
/** Two interfaces of each. */
export const ifnames = ["eth0", "eth1"] as const;

/** Whose container it is, by number. */
export type Pod = (typeof pods)[number];
/** An attachment. */
export type Key = Readonly<{ pod: Pod; ifname: (typeof ifnames)[number] }>;
/** What a runtime, the machine or a person may do next. */
export type Step =
  | Readonly<{ do: "ADD" | "DEL" | "CHECK"; key: Key }>
  /** An ADD that asks for its address. */
  | Readonly<{ do: "ask"; key: Key; address: string }>
  | Readonly<{ do: "GC"; valid: readonly Key[] }>
  | Readonly<{ do: "STATUS" | "restart" }>
  | Readonly<{ do: "vanish" | "appear"; pod: Pod }>
  /** At the same time: what is attached is deleted, what is not is added. */
  | Readonly<{ do: "toggle"; keys: readonly Key[] }>
  /** The same, and the agent is killed amid it. */
  | Readonly<{ do: "kill"; keys: readonly Key[]; afterMs: number }>;

const keys: fc.Arbitrary<Key> = fc.record({ pod: fc.constantFrom(...pods), ifname: fc.constantFrom(...ifnames) });
const someKeys = fc.uniqueArray(keys, { minLength: 2, maxLength: 8, selector: textOf });
const onPod = (verb: "vanish" | "appear") => fc.constantFrom(...pods).map((pod): Step => ({ do: verb, pod }));

/** Any sequence of them. */
export const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: keys.map((key): Step => ({ do: "ADD", key })) },
    {
      weight: 3,
      arbitrary: fc
        .record({ key: keys, address: fc.constantFrom(...usable, ...neverGiven) })
        .map((asked): Step => ({ do: "ask", ...asked })),
    },
    { weight: 4, arbitrary: keys.map((key): Step => ({ do: "DEL", key })) },
    { weight: 2, arbitrary: keys.map((key): Step => ({ do: "CHECK", key })) },
    { weight: 2, arbitrary: fc.array(keys, { maxLength: 4 }).map((valid): Step => ({ do: "GC", valid })) },
    { weight: 1, arbitrary: fc.constantFrom<Step>({ do: "STATUS" }, { do: "restart" }) },
    { weight: 2, arbitrary: onPod("vanish") },
    { weight: 2, arbitrary: onPod("appear") },
    { weight: 2, arbitrary: someKeys.map((some): Step => ({ do: "toggle", keys: some })) },
    {
      weight: 1,
      arbitrary: fc
        .record({ keys: someKeys, afterMs: fc.nat({ max: 10 }) })
        .map((killed): Step => ({ do: "kill", ...killed })),
    },
  ),
  { minLength: 10, maxLength: 30 },
);

/** "pod-1/eth0" */
export function textOf({ pod, ifname }: Key): string {
  return `pod-${pod}/${ifname}`;
}
