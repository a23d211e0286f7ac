/** The annotation by which a change is known when it is heard: "when it was sent in milliseconds since the epoch-number". */
export const markedBy = "bench.heddle.example/mark";

/** A change by its mark, and the milliseconds since the epoch at which it was in a subscriber's hands. */
export type HeardChange = readonly [mark: string, atMs: number];

/** Milliseconds since the epoch, finer than Date.now(). */
export const epochMs = (): number => performance.timeOrigin + performance.now();

export const markOf = (sentMs: number, index: number): string => `${sentMs.toFixed(3)}-${index}`;

/** When the change with this mark was sent. */
export const sentMsOf = (mark: string): number => Number.parseFloat(mark);
