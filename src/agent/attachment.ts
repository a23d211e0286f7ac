/**
 * Which interface of which pod on which network: what a runtime names in every verb, and the unit of what the agent
 * keeps. One container may have several (CNI specification 1.1.0, section 2: "parameters").
 */
export type AttachmentKey = Readonly<{
  /** The network's name in the configuration. */
  network: string;
  /** CNI_CONTAINERID: of the sandbox, not of a container in it. */
  containerId: string;
  /** CNI_IFNAME: the interface inside the pod, "eth0". */
  ifname: string;
}>;

/** "heddle/4f3c…/eth0": equal for equal keys and no others, as none of its parts may hold a slash. */
export const attachmentText = ({ network, containerId, ifname }: AttachmentKey): string =>
  `${network}/${containerId}/${ifname}`;

/** The key that `attachmentText` made a text of; undefined for any other text. */
export function parseAttachmentText(text: string): AttachmentKey | undefined {
  const [network, containerId, ifname, ...more] = text.split("/");
  if (!network || !containerId || !ifname || more.length > 0) return undefined;
  return { network, containerId, ifname };
}
