import assert from "node:assert/strict";
import { it } from "node:test";
import { heddleConfig } from "../../cni/testing/calls.ts";
import { cannotBuildClient, type Installed } from "./client.ts";

/** The configuration that a runtime hands to the executable. */
export const configOf = (cniVersion: string): string => JSON.stringify(heddleConfig({ cniVersion }));

/** The environment in which a runtime calls the executable. */
export const environmentOf = (
  command: string,
  changes: Readonly<Record<string, string>> = {},
): Record<string, string> => ({
  CNI_COMMAND: command,
  CNI_CONTAINERID: "4f3c",
  CNI_NETNS: "/run/netns/cni-1",
  CNI_IFNAME: "eth0",
  CNI_ARGS: "IgnoreUnknown=1",
  CNI_PATH: "/opt/cni/bin",
  ...changes,
});

/** How the protocol tells a failure. */
export type ToldFailure = Readonly<{ cniVersion: string; code: number; msg: string; details: string }>;

/** What the executable tells of a call that has to fail. */
export async function failureOf(client: Installed, command: string, cniVersion = "1.0.0"): Promise<ToldFailure> {
  const { status, output } = await client.call(environmentOf(command), configOf(cniVersion));
  assert.equal(status, 1);
  const told: ToldFailure = JSON.parse(output);
  return told;
}

let whyNot: Promise<string | undefined> | undefined;

/** A test of the compiled executable, skipped with the reason why where that cannot be built. */
export function itWithClient(name: string, run: () => Promise<void>): void {
  void it(name, async (t) => {
    const why = await (whyNot ??= cannotBuildClient());
    return why === undefined ? run() : t.skip(why);
  });
}
