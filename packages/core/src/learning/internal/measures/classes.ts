/**
 * AUC of several classes: each against the rest, or each against each other one.
 *
 * Ferri, Hernández-Orallo and Salido (2003), Volume under the ROC surface for multi-class problems, ECML; Hand and Till
 * (2001), A simple generalisation of the area under the ROC curve for multiple class classification problems, Machine
 * Learning 45; Kleiman and Page (2019), AUCμ: a performance metric for multi-class machine learning models, ICML.
 */
import type { Labelled } from "../../Prediction.ts"
import { rankAuc } from "../rankAuc.ts"
import { define, type Measured, undefinedBecause, withProb } from "./define.ts"

/** The AUC of scores of the rows of one class against those of others; both have rows. */
const aucOf = (score: (row: number) => number, positives: ReadonlyArray<number>, negatives: ReadonlyArray<number>) => {
  const rows = [...positives, ...negatives]
  return rankAuc(
    rows.map(score),
    rows.map((_, i) => (i < positives.length ? 1 : 0))
  )!
}

/** What is asked of every class, all of which must have rows. */
interface Asked {
  readonly rowsOf: ReadonlyArray<ReadonlyArray<number>>
  readonly share: (row: number, level: number) => number
}

const ofClasses = (p: Labelled, name: string, of: (asked: Asked) => number): Measured =>
  withProb(p, name, (prob) => {
    const k = p.levels.length
    const rowsOf = p.levels.map((): Array<number> => [])
    p.truth.forEach((code, row) => rowsOf[code]!.push(row))
    const missing = p.levels.find((_, level) => rowsOf[level]!.length === 0)
    return missing === undefined
      ? of({ rowsOf, share: (row, level) => prob[row * k + level]! })
      : undefinedBecause(`${name} needs rows of every class, and "${missing}" has none`)
  })

const mean = (values: ReadonlyArray<number>): number => values.reduce((sum, value) => sum + value, 0) / values.length

const weighted = (values: ReadonlyArray<number>, weights: ReadonlyArray<number>): number =>
  values.reduce((sum, value, i) => sum + value * weights[i]!, 0) / weights.reduce((sum, weight) => sum + weight, 0)

/** The AUC of each class against the rest, by its probability. */
const againstRest = ({ rowsOf, share }: Asked): ReadonlyArray<number> =>
  rowsOf.map((own, level) =>
    aucOf(
      (row) => share(row, level),
      own,
      rowsOf.flatMap((rows, other) => (other === level ? [] : rows))
    )
  )

/** All pairs of different classes, in both orders. */
const pairs = (classes: number): ReadonlyArray<readonly [number, number]> =>
  Array.from({ length: classes }, (_, i) => i).flatMap((i) =>
    Array.from({ length: classes }, (_, j) => [i, j] as const).filter(([a, b]) => a !== b)
  )

/** The AUC of each class against each other one, by its own probability, in the order of `pairs`. */
const againstEach = ({ rowsOf, share }: Asked): ReadonlyArray<number> =>
  pairs(rowsOf.length).map(([i, j]) => aucOf((row) => share(row, i), rowsOf[i]!, rowsOf[j]!))

const defined = (id: string, label: string, summary: string, of: (asked: Asked) => number) =>
  define({
    id,
    label,
    summary,
    direction: "maximise",
    range: [0, 1],
    accepts: ["multiclass"],
    needs: "prob",
    ranks: true,
    evaluate: (p) => ofClasses(p, label, of)
  })

/** The mean of each class's AUC against the rest; scikit-learn's `multi_class="ovr"`. @category measures */
export const aunu = defined("aunu", "AUC (class against rest)", "Mean AUC of each class against the rest", (asked) =>
  mean(againstRest(asked))
)

/** The same, each class weighed by its rows; `average="weighted"` there. @category measures */
export const aunp = defined(
  "aunp",
  "AUC (class against rest, weighted)",
  "Mean AUC of each class against the rest, by rows",
  (asked) =>
    weighted(
      againstRest(asked),
      asked.rowsOf.map(({ length }) => length)
    )
)

/** The mean of each class's AUC against each other one (Hand and Till); scikit-learn's `multi_class="ovo"`. @category measures */
export const au1u = defined(
  "au1u",
  "AUC (class against class)",
  "Mean AUC of each class against each other one",
  (asked) => mean(againstEach(asked))
)

/** The same, each pair weighed by the rows of its first class. @category measures */
export const au1p = defined(
  "au1p",
  "AUC (class against class, weighted)",
  "Mean AUC of each class against each other one, by rows",
  (asked) =>
    weighted(
      againstEach(asked),
      pairs(asked.rowsOf.length).map(([i]) => asked.rowsOf[i]!.length)
    )
)

/**
 * AUCμ: the mean over pairs of classes of the AUC by the difference of their two probabilities, so that it is the chance that
 * two rows of different classes are told apart. @category measures
 */
export const mu = defined("mu", "AUCμ", "Chance that rows of two classes are told apart", ({ rowsOf, share }) =>
  mean(
    pairs(rowsOf.length)
      .filter(([i, j]) => i < j)
      .map(([i, j]) => aucOf((row) => share(row, i) - share(row, j), rowsOf[i]!, rowsOf[j]!))
  )
)

/** The measures of this file, for registries. */
export const definitions = [aunu, aunp, au1u, au1p, mu]
