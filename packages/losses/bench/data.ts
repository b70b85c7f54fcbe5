import * as Seed from "@rocflow/core/Seed"

/** Rows of an unbalanced binary problem: labels 1 = positive, 0 = negative. */
export interface Data {
  readonly rows: number
  readonly scores: Float64Array
  readonly labels: Float64Array
}

/** 10², 10^2.5, 10³, … up to a limit. */
export const sizes = (limit: number): ReadonlyArray<number> =>
  Array.from({ length: 9 }, (_, k) => Math.round(10 ** (2 + k / 2))).filter((rows) => rows <= limit)

/**
 * Draws labels, one in ten positive in random order (a loop must not be able to guess the next one), and scores: normal,
 * those of the positives one standard deviation higher (AUC 0.76), practically without ties.
 */
export const make = (rows: number): Data => {
  const random = Seed.generator(Seed.derive(Seed.root(1), "bench:losses", rows))
  const labels = new Float64Array(rows).fill(1, 0, Math.round(rows / 10))
  random.shuffle(labels)
  return { rows, labels, scores: labels.map((label) => random.normal() + label) }
}
