import { z } from "zod";
import { parseAddressInNetwork } from "../../model/index.ts";
import { type CniDns, type CniResult, type CniVersion, cniVersions } from "./model.ts";
import { invalidConfig } from "./problems.ts";
import { textOf } from "./values.ts";

/**
 * Results in the versions' shapes. 0.3.1 and 0.4.0 say of each address whether it is of IPv4 or IPv6; 1.0.0 left that
 * out; 1.1.0 added MTUs, sockets, PCI devices and all of a route but its two ends.
 */

const object = { error: "expected an object" };
const list = { error: "expected a list" };
const text = z.string({ error: "expected text" });
const count = z.number({ error: "expected a whole number" }).int({ error: "expected a whole number" });
const network = textOf("an address with its network's length, such as 10.244.1.10/24", (value) => {
  try {
    parseAddressInNetwork(value);
    return true;
  } catch {
    return false;
  }
});

/** Other plugins of a chain write results too: what is not known here is let through, and left out. */
const resultSchema = z.object(
  {
    cniVersion: text.nullish(),
    interfaces: z
      .array(
        z.object(
          {
            name: text,
            mac: text.nullish(),
            mtu: count.nullish(),
            sandbox: text.nullish(),
            socketPath: text.nullish(),
            pciID: text.nullish(),
          },
          object,
        ),
        list,
      )
      .nullish(),
    ips: z
      .array(z.object({ address: network, gateway: text.nullish(), interface: count.min(0).nullish() }, object), list)
      .nullish(),
    routes: z
      .array(
        z.object(
          {
            dst: network,
            gw: text.nullish(),
            mtu: count.nullish(),
            advmss: count.nullish(),
            priority: count.nullish(),
            table: count.nullish(),
            scope: count.nullish(),
          },
          object,
        ),
        list,
      )
      .nullish(),
    dns: z
      .object(
        {
          nameservers: z.array(text, list).nullish(),
          domain: text.nullish(),
          search: z.array(text, list).nullish(),
          options: z.array(text, list).nullish(),
        },
        object,
      )
      .nullish(),
  },
  object,
);

const isVersion = (version: string): version is CniVersion => cniVersions.some((known) => known === version);

/** Reads a result of any of the versions, as `prevResult` holds one. Throws a CniError with code 7 and the path. */
export function parseResult(value: unknown): CniResult {
  const parsed = resultSchema.safeParse(value);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => ({ path: ["prevResult", ...path], message }));
    throw invalidConfig(problems, { prevResult: value });
  }
  const { cniVersion, interfaces, ips, routes, dns } = parsed.data;
  if (cniVersion && !isVersion(cniVersion)) {
    const message = `expected a result of version ${cniVersions.join(", ")}`;
    throw invalidConfig([{ path: ["prevResult", "cniVersion"], message }], { prevResult: value });
  }
  const stray = (ips ?? []).findIndex(({ interface: index }) => index != null && index >= (interfaces?.length ?? 0));
  if (stray >= 0)
    throw invalidConfig([{ path: ["prevResult", "ips", stray, "interface"], message: "is no place in interfaces" }], {
      prevResult: value,
    });
  return {
    interfaces: (interfaces ?? []).map(withoutEmpty),
    ips: (ips ?? []).map(withoutEmpty),
    routes: (routes ?? []).map(withoutEmpty),
    dns: withoutEmpty(dns ?? {}),
  };
}

type Filled<T> = { [K in keyof T]: Exclude<T[K], null> };

/** Go writes what is empty as null, "" or not at all: here it is not there. */
const withoutEmpty = <T extends object>(value: T): Filled<T> =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one != null && one !== "")) as Filled<T>;

/** The result's text in a version. What the version has no word for is left out. */
export const resultJson = (result: CniResult, cniVersion: CniVersion): string =>
  JSON.stringify({ cniVersion, ...shapes[cniVersion](result) });

type Shape = (result: CniResult) => object;

const shape11: Shape = ({ interfaces, ips, routes, dns }) => ({
  interfaces: interfaces.map(withoutEmpty),
  ips: ips.map(withoutEmpty),
  routes: routes.map(withoutEmpty),
  ...(isEmpty(dns) ? {} : { dns: withoutEmpty(dns) }),
});

const shape10: Shape = ({ interfaces, ips, routes, dns }) =>
  shape11({
    interfaces: interfaces.map(({ name, mac, sandbox }) => ({ name, mac, sandbox })),
    ips,
    routes: routes.map(({ dst, gw }) => ({ dst, gw })),
    dns,
  });

const shape04: Shape = (result) => ({
  ...shape10(result),
  ips: result.ips.map((ip) => ({ version: ip.address.includes(":") ? "6" : "4", ...withoutEmpty(ip) })),
});

const shapes: Readonly<Record<CniVersion, Shape>> = {
  "0.3.1": shape04,
  "0.4.0": shape04,
  "1.0.0": shape10,
  "1.1.0": shape11,
};

const isEmpty = ({ nameservers = [], domain = "", search = [], options = [] }: CniDns): boolean =>
  nameservers.length + domain.length + search.length + options.length === 0;

/** What a plugin in a chain answers: what came before it, then its own (1.1.0, section 5: "ADD Success"). */
export function joinResults(before: CniResult | undefined, own: CniResult): CniResult {
  if (before === undefined) return own;
  const moved = own.ips.map((ip) =>
    ip.interface === undefined ? ip : { ...ip, interface: ip.interface + before.interfaces.length },
  );
  return {
    interfaces: [...before.interfaces, ...own.interfaces],
    ips: [...before.ips, ...moved],
    routes: [...before.routes, ...own.routes],
    dns: isEmpty(own.dns) ? before.dns : own.dns,
  };
}
