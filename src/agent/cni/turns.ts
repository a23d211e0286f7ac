/** Who comes after whom: work of one name one after another, of different names side by side, some of it alone. */
export type Turns = Readonly<{
  /** Runs the work when all earlier work of the name, and all that was to run alone, is over. */
  inTurn<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Runs the work when all earlier work is over; later work waits for it. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  /** Names with work that runs or waits. */
  size(): number;
}>;

/** In order of the calls. What one work throws is its caller's alone. */
export function createTurns(): Turns {
  const last = new Map<string, Promise<unknown>>();
  let barrier: Promise<unknown> = Promise.resolve();
  const settled = (work: Promise<unknown>): Promise<void> => work.then(nothing, nothing);
  return {
    inTurn(name, work) {
      const before = last.get(name) ?? barrier;
      const turn = settled(before).then(work);
      const over = settled(turn);
      last.set(name, over);
      void over.then(() => {
        if (last.get(name) === over) last.delete(name);
      });
      return turn;
    },
    alone(work) {
      const turn = settled(Promise.all([barrier, ...last.values()])).then(work);
      barrier = settled(turn);
      // Whoever has waited before keeps their place; a name that comes next waits for this.
      for (const name of last.keys()) {
        const over = barrier;
        last.set(name, over);
        void over.then(() => {
          if (last.get(name) === over) last.delete(name);
        });
      }
      return turn;
    },
    size: () => last.size,
  };
}

const nothing = (): void => {};
