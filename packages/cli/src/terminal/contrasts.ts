/**
 * Tested differences as text.
 */
import * as Compare from "@rocflow/resampling/Compare"
import { orNull } from "@rocflow/report/Numbers"
import type { Shown } from "./measures.ts"
import { type Row, textTable } from "./textTable.ts"

const marks: Readonly<Record<Compare.Verdict, string>> = {
  better: "▲ ",
  higher: "▲ ",
  worse: "▼ ",
  lower: "▼ ",
  "no difference shown": "",
  "not testable": ""
}

/** What the marks mean. */
export const legend = "▲ better, ▼ worse: P (Holm) is below 0.05."

/** A difference behind the mark of its verdict. */
export const difference = (test: Compare.Contrast, { direction, numbers }: Shown): string =>
  marks[Compare.verdict(test, direction)] + numbers.difference(orNull(test.meanDiff))

const pText = (p: Compare.Estimate): string => (typeof p === "number" ? Compare.pText(p) : "–")

/** A test of the learner `name`, and the heading that it stands under. */
export interface Named {
  readonly heading: string
  readonly name: string
  readonly test: Compare.Test | Compare.LearnerTest
}

/** A row for each test, under headings that are not repeated. */
export const contrastTable = (tests: ReadonlyArray<Named>, shown: Shown): string => {
  const cells = ({ name, test }: Named): Row => {
    const all = test.pairs + test.unpaired + test.open
    return [
      name,
      difference(test, shown),
      typeof test.lower === "number" ? shown.numbers.interval(test.lower, orNull(test.upper)) : "–",
      pText(test.p),
      pText(test.pHolm),
      test.pairs === all ? String(all) : `${test.pairs} of ${all}`,
      pText(test.pPaired)
    ]
  }
  return textTable(
    [
      { title: "learner" },
      { title: "difference", align: "right" },
      { title: "95 % interval", align: "right" },
      { title: "P", align: "right" },
      { title: "P (Holm)", align: "right" },
      { title: "pairs", align: "right" },
      { title: "naive P", align: "right" }
    ],
    [...Map.groupBy(tests, ({ heading }) => heading)].flatMap(([heading, own]): ReadonlyArray<Row> => [
      heading,
      ...own.map(cells)
    ])
  )
}
