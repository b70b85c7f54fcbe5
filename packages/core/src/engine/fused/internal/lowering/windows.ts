/**
 * Places of a plane, row by row.
 */

/** 0 … n − 1. */
export const count = (n: number): ReadonlyArray<number> => Array.from({ length: n }, (_, i) => i)

/** All [i, j] of a grid, row by row. */
export const grid = (rows: number, columns: number): ReadonlyArray<readonly [number, number]> =>
  count(rows).flatMap((i) => count(columns).map((j) => [i, j] as const))
