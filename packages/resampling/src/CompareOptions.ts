/**
 * What a comparison is told, and why it may refuse.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Score from "./Score.ts"
import type { ScoreRow } from "./Score.ts"

/** Says why scores cannot be compared: what was given, which rule it breaks, what to do. */
export class CompareError extends Schema.TaggedError<CompareError>()("CompareError", {
  reason: Schema.Literals([
    "NoScores",
    "UnknownMeasure",
    "SeveralMeasures",
    "NothingToCompare",
    "NotDownsampled",
    "InvalidOption"
  ]),
  given: Schema.String,
  rule: Schema.String,
  advice: Schema.String
}) {
  override get message() {
    return `${this.given} ${this.rule}. ${this.advice}`
  }
}

/** How to compare. */
export interface Options {
  /** The measure; may be left out when the table has one. */
  readonly measure?: string
  /** An adjusted p-value below it is significant, and intervals have the level 1 − alpha; 0.05 by default. */
  readonly alpha?: number
  /** Decimals of labels; 4 by default. */
  readonly digits?: number
  /**
   * Learners that ignore the features and are there to be beaten. Their tests are families of their own, so that they cost the
   * others no power. By default the one that is called Featureless; `Compare.baselines` finds those of a run.
   */
  readonly baselines?: ReadonlyArray<string>
}

/** Checked options. */
export interface Settings {
  readonly measure: string
  readonly alpha: number
  readonly digits: number
  readonly baselines: ReadonlySet<string>
}

/**
 * Whether learners can be compared by a measure of a run: not by one in units of their scores, as AUM is.
 *
 * ```ts
 * manifest.measures.filter(Compare.comparesLearners).map(({ id }) => id) // of [aum, auc] => ["auc"]
 * ```
 */
export const comparesLearners = ({ unit }: { readonly unit?: "score" }): boolean => unit === undefined

/** Says that learners are not compared by some of the measures of a run, and why; nothing where they are by all. */
export const unitRemark = (
  measures: ReadonlyArray<{ readonly label: string; readonly unit?: "score" }>
): ReadonlyArray<string> =>
  measures
    .filter((measure) => !comparesLearners(measure))
    .map(
      ({ label }) =>
        `${label} is in units of the scores of each learner, and 0 where all are equal: it compares training sets of one learner, and learners are not compared by it.`
    )

/** What the learner that ignores the features calls itself. */
export const usualBaselines: ReadonlyArray<string> = ["Featureless"]

/** The learners of a run that ignore the features, whatever they are called. */
export const baselines = ({
  learners
}: {
  readonly learners: ReadonlyArray<{ readonly id: string; readonly json: unknown }>
}): ReadonlyArray<string> =>
  learners
    .filter(({ json }) => typeof json === "object" && json !== null && "type" in json && json.type === "Featureless")
    .map(({ id }) => id)

/** Refuses a comparison. */
export const refuse = (reason: CompareError["reason"], given: string, rule: string, advice: string) =>
  Effect.fail(new CompareError({ reason, given, rule, advice }))

/** Checks options against a score table. */
export const settings = Effect.fnUntraced(function* (
  rows: ReadonlyArray<ScoreRow>,
  { alpha = 0.05, baselines = usualBaselines, digits = 4, measure }: Options
): Effect.fn.Return<Settings, CompareError> {
  if (rows.length === 0) {
    return yield* refuse("NoScores", "a score table without rows", "has nothing to compare", "Run some jobs first.")
  }
  if (!Number.isInteger(digits) || digits < 0 || digits > 20) {
    return yield* refuse("InvalidOption", `digits = ${digits}`, "is not a number of decimals", "Use 0 to 20.")
  }
  if (!(alpha > 0 && alpha < 1)) {
    return yield* refuse("InvalidOption", `alpha = ${alpha}`, "is not between 0 and 1", "Use 0.05, for example.")
  }
  const checked = { alpha, digits, baselines: new Set(baselines) }
  const known = Score.measures(rows)
  const list = known.join(", ")
  if (measure === undefined) {
    const [only] = known
    if (only !== undefined && known.length === 1) return { ...checked, measure: only }
    return yield* refuse(
      "SeveralMeasures",
      `measures ${list}`,
      "are more or less than one",
      "Name the measure to compare."
    )
  }
  if (!known.includes(measure)) {
    return yield* refuse("UnknownMeasure", `measure "${measure}"`, "is not in the score table", `Use one of: ${list}.`)
  }
  return { ...checked, measure }
})
