/**
 * When a tuning ends before its tuner has nothing left to try.
 */
import { best, type Evaluation } from "@rocflow/core/learning/Tuning"
import { count, nonNegative, optional, positive, required } from "@rocflow/core/OptionSchema"
import * as Schema from "effect/Schema"

/** The schema of what ends a tuning; whatever comes first does. */
export const fields = {
  // What was tried is kept in memory.
  evaluations: optional(
    count(1, 1_000_000, "each is remembered"),
    "Configurations to try; default: that of the tuner",
    20
  ),
  seconds: optional(positive, "Seconds after which no configuration begins; default: any", 600),
  stagnation: optional(
    Schema.Struct({
      evaluations: required(count(1), "Configurations without a gain", 10),
      minDelta: optional(nonNegative, "A gain must exceed this, in units of the measure; default 0", 0)
    }),
    "Ends after so many configurations without a gain; default: never",
    { evaluations: 10 }
  ),
  until: optional(Schema.Finite, "A score that is good enough; default: none", 0.95)
}

/** What ends a tuning; whatever comes first does. @category models */
export interface Ending {
  /** Configurations to try. */
  readonly evaluations?: number
  /** Wall-clock seconds, after which no configuration begins. *Gotcha*: how many are tried depends on the machine then. */
  readonly seconds?: number
  /** So many evaluations without a gain of more than `minDelta` (default 0). */
  readonly stagnation?: { readonly evaluations: number; readonly minDelta?: number }
  /** A score that is good enough. */
  readonly until?: number
}

/** Whether it is over. */
export const ended = (
  { evaluations, seconds, stagnation, until }: Ending,
  tried: ReadonlyArray<Evaluation>,
  direction: "minimise" | "maximise"
): boolean => {
  if (evaluations !== undefined && tried.length >= evaluations) return true
  if (seconds !== undefined && tried.reduce((sum, each) => sum + each.seconds, 0) >= seconds) return true
  const sign = direction === "maximise" ? 1 : -1
  const scoreOf = (among: ReadonlyArray<Evaluation>) => among[best(among, direction)]?.score
  const now = scoreOf(tried)
  if (now === undefined) return false
  if (until !== undefined && sign * (now - until) >= 0) return true
  if (stagnation === undefined || tried.length <= stagnation.evaluations) return false
  const before = scoreOf(tried.slice(0, -stagnation.evaluations))
  return before !== undefined && sign * (now - before) <= (stagnation.minDelta ?? 0)
}
