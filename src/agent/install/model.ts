/** Where a container runtime looks for plugins and their configuration. */
export type CniFolders = Readonly<{
  confDir: string;
  binDir: string;
  /** What told it: "k3s", "containerd's /etc/containerd/config.toml", "--cni-bin-dir". */
  because: string;
}>;

/** What should be in the folders while the agent runs on the node. */
export type Desired = Readonly<{
  folders: CniFolders;
  /** The client's executable, to be copied; what it should be by its digest is read from it. */
  client: Readonly<{ path: string; digest: string }>;
  /** What stands beside the client: where the agent's socket and queue are. */
  clientSettings: string;
  /** The whole file: `renderConflist`. */
  conflist: string;
  /** Whether configurations of others that sort before ours are put out of the way. */
  exclusive: boolean;
}>;

/** A file that was found, by what it holds; undefined when there is none. */
export type FoundFile = Readonly<{ digest: string; mode: number }> | undefined;

export type FoundFolders = Readonly<{
  /** Names in the configuration folder. */
  confNames: readonly string[];
  conflist: FoundFile;
  client: FoundFile;
  clientSettings: FoundFile;
  loopback: FoundFile;
}>;

/** What is done to a file, and why, for people. In the order of the plan. */
export type InstallStep = Readonly<{ because: string }> &
  (
    | Readonly<{ do: "write"; path: string; text: string; mode: number }>
    | Readonly<{ do: "copy"; from: string; path: string; mode: number }>
    | Readonly<{ do: "rename"; from: string; path: string }>
    | Readonly<{ do: "remove"; path: string }>
    /** Changes nothing: people are told why. */
    | Readonly<{ do: "leave"; path: string }>
  );

/** Sorts before most: runtimes take the first configuration by name. */
export const conflistName = "05-heddle.conflist";
export const clientName = "heddle-cni";
export const clientSettingsName = "heddle-cni.conf";
export const loopbackName = "loopback";
/** What the name of a configuration that was put out of the way ends with. */
export const asideSuffix = ".heddle-aside";
