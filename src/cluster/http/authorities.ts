import { getCACertificates } from "node:tls";
import { type TlsAccess } from "../access.ts";

/** PEM; throws for what holds none. A cluster's own authority replaces the system's for the cluster; a proxy's may be signed by either. */
export function authoritiesOf({ ca }: TlsAccess, own: "instead of the system's" | "and the system's"): string[] {
  if (ca !== undefined && !ca.includes("-----BEGIN")) throw new Error("the certificate authority holds no PEM");
  if (ca !== undefined && own === "instead of the system's") return [ca];
  const system = [...getCACertificates("default"), ...getCACertificates("system")];
  return ca === undefined ? system : [ca, ...system];
}
