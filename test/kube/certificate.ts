/** Certificates are made alike for real and for simulated API servers. */
export { type Authority, type CertificateOptions, createAuthority } from "../../src/sim/tls/certificate.ts";
