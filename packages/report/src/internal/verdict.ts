/**
 * What a test shows, in words, signs and colours.
 */
import { type Numbers, pValue } from "../Numbers.ts"
import type { ComparisonRow, LearnerComparisonRow } from "../ReportModel.ts"

type Tested = ComparisonRow | LearnerComparisonRow

/** The sign of a verdict, said more often the stronger it is: P (Holm) below 0.05, 0.01, 0.001. */
export const sign = ({ pHolm, verdict }: Pick<Tested, "pHolm" | "verdict">): string => {
  const strength = pHolm === null ? 0 : pHolm < 0.001 ? 3 : pHolm < 0.01 ? 2 : 1
  switch (verdict) {
    case "better":
    case "higher":
      return "▲".repeat(strength)
    case "worse":
    case "lower":
      return "▼".repeat(strength)
    case "no difference shown":
      return "○"
    case "not testable":
      return "–"
  }
}

/** Whether a verdict is good, bad or neither. */
export const tone = ({ verdict }: Pick<Tested, "verdict">): "better" | "worse" | "quiet" =>
  verdict === "better" || verdict === "worse" ? verdict : "quiet"

/** A P with its sign: "= 0.1234", "< 0.0001". */
export const pText = (p: number | null): string => pValue(p).replace(/^(?=\d)/, "= ")

/** The difference, how sure it is, and the sign: "−0.23, P < 0.0001 ▼▼▼". */
export const verdictText = (row: Tested, numbers: Numbers) => ({
  text:
    row.verdict === "not testable"
      ? "– not testable"
      : `${sign(row)} ${numbers.difference(row.meanDiff)}, P ${pText(row.pHolm)}`,
  tone: tone(row)
})
