import { type Attachment } from "../addresses/model.ts";
import { type AttachmentKey } from "../attachment.ts";
import { type Batch, type KernelState } from "../kernel/model.ts";
import { type PodFacts } from "../node/model.ts";
import { type LeftOver } from "./sweep.ts";

/** What is, as three see it: the book, the kernel, the API server. */
export type Found = Readonly<{
  attachments: readonly Attachment[];
  kernel: Pick<KernelState, "links" | "addresses" | "neighbours" | "forwarding" | "table">;
  /** Paths of namespaces of attachments that are still there. */
  namespaces: ReadonlySet<string>;
  /** Empty while nothing was heard. */
  pods: readonly PodFacts[];
}>;

/** What brings the three together again, and why, for people. */
export type RecoveryStep = Readonly<{ because: string }> &
  (
    | Readonly<{ do: "release"; key: AttachmentKey }>
    | Readonly<{ do: "detach"; attachment: Attachment }>
    | Readonly<{ do: "reattach"; attachment: Attachment }>
    | Readonly<{ do: "adopt"; attachment: Attachment }>
    | Readonly<{ do: "mend"; key: AttachmentKey; batch: Batch }>
    | Readonly<{ do: "remove"; link: string }>
    | Readonly<{ do: "sweep"; leftOver: readonly LeftOver[] }>
  );
