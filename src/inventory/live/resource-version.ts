/**
 * ResourceVersions of one kind of one API server, as far as they can be compared. Kubernetes promises since 1.35 that
 * they are whole numbers that grow (KEP-5504), and etcd never gave others; of what is not one, nothing is concluded.
 */
export const isComparable = (version: string | undefined): version is string =>
  version !== undefined && /^[1-9][0-9]*$/.test(version);

/** Whether a change in `version` came later than one in `other`; both comparable. */
export const isAfter = (version: string, other: string): boolean =>
  version.length === other.length ? version > other : version.length > other.length;
