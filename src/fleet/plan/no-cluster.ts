import { UsageError } from "../../base/index.ts";

/** There is nothing to show: why, and how to get a cluster. */
export const noCluster = (why: string): UsageError =>
  new UsageError(
    `no cluster is given: ${why}. Name a kubeconfig by --kubeconfig or KUBECONFIG, describe clusters in a file for --config, look at a demo (heddle serve --demo), or start a cluster of your own: npm run kube -- up demo`,
    { code: "HEDDLE_FLEET_EMPTY" },
  );
