/** Numbers by row, in one typed array that grows by half as rows come; 0 where nothing was set. */
export type Column = Readonly<{ get(row: number): number; set(row: number, value: number): void }>;

const firstLength = 8;

type Values = Uint32Array | Float64Array;

/** Most kinds of most clusters have no objects: their columns share one array. */
const noValues: Values = new Uint32Array(0);

export const uint32Column = (): Column => growingColumn((length) => new Uint32Array(length));
export const float64Column = (): Column => growingColumn((length) => new Float64Array(length));

function growingColumn(make: (length: number) => Values): Column {
  let values = noValues;
  return {
    get: (row) => values[row] ?? 0,
    set(row, value) {
      if (row >= values.length) {
        const grown = make(Math.max(row + 1, firstLength, Math.ceil(values.length * 1.5)));
        grown.set(values);
        values = grown;
      }
      values[row] = value;
    },
  };
}
