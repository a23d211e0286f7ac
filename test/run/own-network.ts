import { spawnSync } from "node:child_process";

/**
 * Tests that need a network in which nothing else happens. A browser gives up what it is loading when an address of the
 * machine comes or goes (ERR_NETWORK_CHANGED), and other tests make and delete addresses all the time.
 */
export const needsOwnNetwork = (file: string): boolean => file.startsWith("test/console/");

const enter = ["unshare", "--net", "--", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"] as const;

/** The command that runs another in a network of its own with nothing but loopback; none where that cannot be had. */
export function ownNetwork(): readonly string[] {
  const [file, ...args] = enter;
  return spawnSync(file, [...args, "true"]).status === 0 ? enter : [];
}
