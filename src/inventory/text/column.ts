/** Numbers by row, in one typed array that doubles as rows come; 0 where nothing was set. */
export type Column = Readonly<{ get(row: number): number; set(row: number, value: number): void }>;

const firstLength = 8;

export const uint32Column = (): Column => growingColumn((length) => new Uint32Array(length));
export const float64Column = (): Column => growingColumn((length) => new Float64Array(length));

function growingColumn(make: (length: number) => Uint32Array | Float64Array): Column {
  let values = make(firstLength);
  return {
    get: (row) => values[row] ?? 0,
    set(row, value) {
      if (row >= values.length) {
        const grown = make(Math.max(row + 1, values.length * 2));
        grown.set(values);
        values = grown;
      }
      values[row] = value;
    },
  };
}
