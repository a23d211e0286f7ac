import { type FlagSpec } from "./command.ts";

/** Understood before and after every command. */
export const globalFlags: readonly FlagSpec[] = [
  { syntax: "--config <file>", description: "Heddle's configuration" },
  { syntax: "--kubeconfig <file>", description: "clusters of this kubeconfig instead of KUBECONFIG or ~/.kube/config" },
  {
    syntax: "--context <names>",
    description: "only these contexts of the kubeconfig (comma or repeat)",
    repeated: true,
  },
  { syntax: "--server <address>", description: "the Heddle server to ask (default HEDDLE_SERVER, 127.0.0.1:7433)" },
  {
    syntax: "--clusters <choice>",
    description: "only these clusters: ids or names, or env=…, region=… (comma or repeat)",
    repeated: true,
  },
  { syntax: "-n, --namespace <name>", description: "the namespace to look in" },
  { syntax: "--request-timeout <duration>", description: "give up on one request after this long: 5s, 2m; 0 is never" },
  { syntax: "-v, --verbose", description: "tell on stderr what is asked of which API server" },
];
