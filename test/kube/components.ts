import { join } from "node:path";
import { buildGo } from "./go-binary.ts";

export const kubernetesVersion = "v1.34.4";

const components = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy", "kubelet", "kubectl"];

// Without these, clients cannot parse the server's version.
const versionFlags = [
  `-X k8s.io/component-base/version.gitVersion=${kubernetesVersion}`,
  "-X k8s.io/component-base/version.gitMajor=1",
  "-X k8s.io/component-base/version.gitMinor=34",
].join(" ");

/** The folder with every Kubernetes component under its own name; built when this is the first call on the machine. */
export const kubernetesBinaries = (onProgress?: (what: string) => void): Promise<string> =>
  buildGo(
    {
      name: `kubernetes-${kubernetesVersion}`,
      module: join(import.meta.dirname, "components"),
      packages: { ".": "kube" },
      links: { kube: components },
      args: ["-ldflags", `-s -w ${versionFlags}`],
      takes: "about 5 minutes",
    },
    onProgress,
  );
