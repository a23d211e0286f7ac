import { z } from "zod";
import { isHeddleError } from "../../base/index.ts";
import { type Cidr, type IpAddress, parseAddress, parseAddressInNetwork, parseCidr } from "../../model/index.ts";

/** The values that a request's JSON is made of, each with the words for what it must be. */

const describe = <T extends z.ZodType>(expected: string, make: (error: string) => T): T => make(`expected ${expected}`);

export const flag = z.boolean({ error: "expected true or false" });

export const wholeNumber = (low: number, high: number): z.ZodType<number> =>
  describe(`a whole number from ${low} to ${high}`, (error) =>
    z.number({ error }).int({ error }).min(low, { error }).max(high, { error }));

export const textOf = (expected: string, isRight: (text: string) => boolean): z.ZodType<string> =>
  describe(expected, (error) => z.string({ error }).refine(isRight, { error }));

const addressWords = "an address, such as 10.244.1.10 or fd00::a";

export const address: z.ZodType<IpAddress> = describe(addressWords, (error) =>
  z.string({ error }).transform((text, context) => parseAddress(text) ?? refuse(context, error)),
);

/** "10.244.1.10" or "10.244.1.10/24": the network's length is the configuration's to say, and not looked at. */
export const addressWithNetwork: z.ZodType<IpAddress> = describe(`${addressWords}, with or without /length`, (error) =>
  z.string({ error }).transform((text, context) => {
    if (!text.includes("/")) return parseAddress(text) ?? refuse(context, error);
    try {
      return parseAddressInNetwork(text).address;
    } catch {
      return refuse(context, error);
    }
  }));

/** A block without host bits; what is wrong with one, the model says. */
export const cidr: z.ZodType<Cidr> = describe("a block of addresses, such as 10.244.0.0/16", (error) =>
  z.string({ error }).transform((text, context) => {
    try {
      return parseCidr(text);
    } catch (fault) {
      return refuse(context, isHeddleError(fault) ? fault.message : error);
    }
  }));

function refuse(context: z.RefinementCtx, message: string): never {
  context.addIssue({ code: "custom", message });
  return z.NEVER;
}

/** An Ethernet address that one interface can have: not all zeros and of no group. Answers it in lower case. */
export const mac: z.ZodType<string> = describe("the MAC of one interface, such as c2:11:22:33:44:55", (error) =>
  z
    .string({ error })
    .refine((text) => /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(text) && isUnicast(text), { error })
    .transform((text) => text.toLowerCase()));

const isUnicast = (text: string): boolean =>
  (Number.parseInt(text.slice(0, 2), 16) & 1) === 0 && !/^(00:){5}00$/.test(text);

/** What Linux takes as an interface's name (dev_valid_name). */
export const isInterfaceName = (name: string): boolean =>
  name.length > 0 && Buffer.byteLength(name) <= 15 && name !== "." && name !== ".." && !/[/:\s]/.test(name);

/** What the specification takes as a container's or a network's name. */
export const isCniName = (name: string): boolean => /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name) && name.length <= 255;

/**
 * An object whose keys may be written in any case: Go's decoder does not mind it, and containerd writes "HostPort" where
 * the convention says "hostPort".
 */
export const inAnyCase = <T extends z.ZodObject>(shape: T): z.ZodType<z.output<T>> =>
  z.preprocess((value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    const names = new Map(Object.keys(shape.shape).map((name) => [name.toLowerCase(), name]));
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [names.get(key.toLowerCase()) ?? key, one]));
  }, shape);
