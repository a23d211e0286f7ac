import { formatAddress } from "../../model/index.ts";
import { type Attachment } from "../addresses/model.ts";
import { attachmentText } from "../attachment.ts";
import { cniCodes, CniError } from "../cni/errors.ts";
import { type CheckRequest, type CniResult } from "../cni/model.ts";
import { type Kernel } from "../kernel/model.ts";
import { compareAttachment, describeDifference, whatToCompare } from "../links/compare.ts";
import { compareAsked, whatWasAsked } from "./compare-asked.ts";
import { podLinkOf } from "./describe.ts";

/**
 * CHECK: what the runtime was answered, what the book says and what the kernel has are the same. Fails with code 103,
 * every difference in its details.
 */
export async function checkAttachment(
  { kernel, attachment }: Readonly<{ kernel: Kernel; attachment: Attachment | undefined }>,
  { key, netns, prevResult }: CheckRequest,
  signal: AbortSignal,
): Promise<void> {
  if (attachment === undefined) throw failed(`${attachmentText(key)} is not attached`, []);
  const answered = answeredDifferences(attachment, prevResult);
  if (answered.length > 0) throw failed("the result of ADD is not what is attached", answered);
  // The runtime knows where the namespace is now.
  const link = podLinkOf({ ...attachment, link: { ...attachment.link, netns } });
  if (link === undefined) return;
  const what = whatToCompare(link);
  const [pod, node, asked] = await Promise.all([
    kernel.observe(what.pod, signal),
    kernel.observe(what.node, signal),
    kernel.observe(whatWasAsked(attachment), signal),
  ]);
  const differences = [...compareAttachment(link, { pod, node }), ...compareAsked(attachment, asked)].map(
    describeDifference,
  );
  if (differences.length > 0) throw failed(differences[0] ?? "", differences);
}

const failed = (message: string, differences: readonly string[]): CniError =>
  new CniError(message, { cniCode: cniCodes.checkFailed, details: differences.join("; ") });

/** Of the pod's interface in the result: its addresses are those that are held, each by its own gateway. */
function answeredDifferences({ key, addresses }: Attachment, { interfaces, ips }: CniResult): readonly string[] {
  const place = interfaces.findIndex(({ name, sandbox }) => name === key.ifname && sandbox !== undefined);
  if (place < 0) return [`the result has no interface ${key.ifname} of the pod`];
  const told = ips.filter((ip) => ip.interface === place).map(({ address }) => address.split("/")[0] ?? "");
  const held = addresses.map(({ address }) => formatAddress(address));
  return [
    ...held.filter((address) => !told.includes(address)).map((address) => `the result lacks ${address}`),
    ...told
      .filter((address) => !held.includes(address))
      .map((address) => `the result has ${address}, which is not held`),
  ];
}
