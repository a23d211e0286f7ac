import { readFile } from "node:fs/promises";

const established = "01";

/** Established TCP connections on this machine that lead to these ports: a socket of a client each. */
export async function connectionsTo(ports: ReadonlySet<number>): Promise<number> {
  const tables = await Promise.all(["tcp", "tcp6"].map((name) => readFile(`/proc/net/${name}`, "utf8")));
  return tables.reduce((sum, table) => sum + countIn(table, ports), 0);
}

/** Pure: of the text of /proc/net/tcp (proc_net_tcp(5)); addresses and ports are hexadecimal. */
export function countIn(table: string, ports: ReadonlySet<number>): number {
  return table
    .split("\n")
    .slice(1)
    .filter((line) => {
      const [, , remote = "", state] = line.trim().split(/\s+/);
      return state === established && ports.has(Number.parseInt(remote.split(":")[1] ?? "", 16));
    }).length;
}
