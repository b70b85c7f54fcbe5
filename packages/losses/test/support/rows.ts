import * as fc from "fast-check"

export const mean = (values: ReadonlyArray<number>): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** Rows of both classes, their scores in quarters, so that many tie. */
export const binaryRows = fc
  .array(fc.tuple(fc.nat(1), fc.integer({ min: -12, max: 12 })), { minLength: 2, maxLength: 30 })
  .map((rows) => {
    const targets = rows.map(([target], i) => (i < 2 ? i : target))
    const scores = rows.map(([, quarters]) => quarters / 4)
    const of = (wanted: number) => scores.filter((_, i) => targets[i] === wanted)
    return { targets, scores, negatives: of(0), positives: of(1) }
  })
