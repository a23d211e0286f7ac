/** One thing that an ADD makes. */
export type Stage = Readonly<{
  make(): Promise<unknown>;
  /** Takes away what `make` made, or what it left when it failed. */
  undo(): Promise<unknown>;
  /** Whether `make`, failing so, left anything. Default: yes. */
  leaves?(error: unknown): boolean;
}>;

/**
 * Makes one after another. When one fails, what it left and what those before it made is taken away, the last first, and
 * its failure thrown. An undo that fails itself ends the undoing: what was made before stays, and `onStuck` is told.
 */
export async function makeStages(stages: readonly Stage[], onStuck: (error: unknown) => void): Promise<void> {
  for (const [index, stage] of stages.entries()) {
    try {
      await stage.make();
    } catch (error) {
      const isLeft = stage.leaves?.(error) ?? true;
      await undoStages(stages.slice(0, isLeft ? index + 1 : index), onStuck);
      throw error;
    }
  }
}

async function undoStages(made: readonly Stage[], onStuck: (error: unknown) => void): Promise<void> {
  try {
    for (const stage of made.toReversed()) await stage.undo();
  } catch (error) {
    onStuck(error);
  }
}
