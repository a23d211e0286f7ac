/**
 * An object's state in one word with its reason. `word` is kubectl's where kubectl has one ("CrashLoopBackOff",
 * "Ready,SchedulingDisabled"). `reason` is a sentence for people, empty where the word says all. "progressing" is on
 * its way to healthy and needs nobody yet.
 */
export type Status = Readonly<{ word: string; reason: string; healthy: boolean | "progressing" }>;

/** `Status.healthy` as a word. */
export type HealthWord = "healthy" | "progressing" | "unhealthy";

export const healthWord = ({ healthy }: Pick<Status, "healthy">): HealthWord =>
  typeof healthy === "string" ? healthy : healthy ? "healthy" : "unhealthy";
