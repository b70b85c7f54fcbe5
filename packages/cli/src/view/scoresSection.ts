/**
 * Scores as they come: of one run as `rocflow scores --average splits` has them, of two runs side by side.
 */
import { absent, integer, orNull } from "@rocflow/report/Numbers"
import * as Score from "@rocflow/resampling/Score"
import { meanAndSd } from "../terminal/averages.ts"
import { shown as measureShown } from "../terminal/measures.ts"
import { type Html, html, table } from "./Html.ts"
import type * as Tally from "./Tally.ts"
import type { Known, Snapshot } from "./Watched.ts"

interface Key {
  readonly title: string
  readonly of: (cell: Score.Cell) => string
}

/** What a cell is about. */
const keys: ReadonlyArray<Key> = [
  { title: "task", of: ({ task }) => task },
  { title: "learner", of: ({ learner }) => learner },
  { title: "resampling", of: ({ resampling }) => resampling },
  { title: "test subset", of: ({ testSubset }) => testSubset },
  {
    title: "trained on",
    of: ({ groups, nTrainGroups, trainSubsets }) => trainSubsets + (nTrainGroups === groups ? "" : ` (${nTrainGroups})`)
  }
]

/** Those that tell the cells of designs apart; the learner in any case. */
const telling = (plan: ReadonlyArray<Score.Cell>): ReadonlyArray<Key> =>
  keys.filter(({ of, title }) => title === "learner" || new Set(plan.map(of)).size > 1)

const none = html`<p class="quiet">There are no scores yet.</p>`

/** The scores of one run, a row a cell, a column a measure. */
export const scores = ({ manifest, tally }: Known): Html => {
  const cells = tally.cells()
  if (cells.length === 0) return none
  const about = telling(tally.plan)
  const measures = manifest.measures.map(
    (measure) =>
      [
        measure.id,
        measureShown(
          measure,
          cells.map(({ aggregate }) => aggregate)
        )
      ] as const
  )
  const columns = [
    ...about,
    { title: "splits", numeric: true },
    ...measures.map(([, { title }]) => ({ title, numeric: true }))
  ]
  const rows = cells.map(({ aggregate, members, planned }) => [
    ...about.map(({ of }) => of(aggregate)),
    members.length === planned ? integer(planned) : `${integer(members.length)} of ${integer(planned)}`,
    ...measures.map(([id, measure]) => meanAndSd(aggregate.measures[id]!, measure))
  ])
  return html`<p class="quiet">Mean ± sd over the splits that are finished, every split counting the same.</p>
    ${table({ id: "scores-table", caption: "Scores", columns, keys: about.length }, rows)}`
}

/** Whether two runs divide the rows of a task alike, as far as their designs tell: which are the same, and how many. */
const sameRows = (first: Known, second: Known, task: string): boolean => {
  const [a, b] = [first, second].map(({ manifest }) => {
    const found = manifest.tasks.find(({ id }) => id === task)
    return JSON.stringify([manifest.seed, found?.rows, found?.levels, found?.subsets])
  })
  return a === b
}

/** What tells the splits of a cell apart. */
const splitKey = ({ job }: Tally.Brief): string =>
  JSON.stringify([job.iteration, job.testFold, job.repetition, job.seed, job.trainRows, job.testRows])

/** The difference of two cells in a measure. */
export interface Difference {
  readonly mean: Score.Value
  readonly sd: Score.Value
  /** Of how many splits that both have; undefined where they have none in common, so that means are subtracted. */
  readonly pairs: number | undefined
}

/** Subtracts the first cell from the second: on the splits that both have finished, where the same rows are divided. */
export const difference = (first: Tally.Cell, second: Tally.Cell, measure: string, same: boolean): Difference => {
  const own = new Map(first.members.map((member) => [splitKey(member), member.scores[measure]]))
  const differences = second.members.flatMap((member) => {
    const [a, b] = [own.get(splitKey(member)), member.scores[measure]]
    return same && typeof a === "number" && typeof b === "number" ? [b - a] : []
  })
  const means = [first, second].flatMap(({ aggregate }) => orNull(aggregate.measures[measure]?.mean) ?? [])
  const paired = differences.length > 0
  const { mean, sd } = Score.summarise(paired ? differences : means.length === 2 ? [means[1]! - means[0]!] : [])
  return { mean, sd, pairs: paired ? differences.length : undefined }
}

const compared = (first: Known, second: Known, measure: Known["manifest"]["measures"][number]): Html => {
  const [own, others] = [first.tally.cells(), second.tally.cells()]
  // Other sizes of whole training sets are no other question.
  const byKeys = (cells: ReadonlyArray<Tally.Cell>) =>
    new Map(cells.map((cell) => [keys.map(({ of }) => of(cell.aggregate)).join("\0"), cell]))
  const [as, bs] = [byKeys(own), byKeys(others)]
  const about = telling([...first.tally.plan, ...second.tally.plan])
  const shown = measureShown(
    measure,
    [...own, ...others].map(({ aggregate }) => aggregate)
  )
  const text = (cell: Tally.Cell | undefined) => {
    const summary = cell?.aggregate.measures[measure.id]
    return summary === undefined ? absent : `${meanAndSd(summary, shown)}, ${summary.n}`
  }
  const rows = [...new Set([...as.keys(), ...bs.keys()])].map((key) => {
    const [a, b] = [as.get(key), bs.get(key)]
    const { aggregate } = (a ?? b)!
    const found = a && b && difference(a, b, measure.id, sameRows(first, second, aggregate.task))
    const value = typeof found?.mean === "number" ? found.mean : null
    const sd = typeof found?.sd === "number" ? ` ± ${shown.numbers.value(found.sd)}` : ""
    return [
      ...about.map(({ of }) => of(aggregate)),
      text(a),
      text(b),
      shown.numbers.difference(value) + sd,
      value === null ? "" : found?.pairs === undefined ? "of means" : `${integer(found.pairs)} splits`
    ]
  })
  const columns = [...about, ...["A", "B", "B − A", "over"].map((title) => ({ title, numeric: true }))]
  return html`<h3>${shown.title}</h3>
    ${table({ id: `scores-table-${measure.id}`, caption: shown.title, columns, keys: about.length }, rows)}`
}

/** The scores of two runs next to each other, a table for each measure that both have; the first one open. */
export const sideBySide = (first: Known, second: Known): Html => {
  if (first.tally.finished() + second.tally.finished() === 0) return none
  const theirs = new Set(second.manifest.measures.map(({ id }) => id))
  const [main, ...others] = first.manifest.measures.filter(({ id }) => theirs.has(id))
  if (main === undefined) return html`<p>The two runs have no measure in common.</p>`
  const rest = others.map((measure) => compared(first, second, measure))
  return html`<p>
      Each is mean ± sd over the splits, and how many they are. Differences are paired by split on the splits that both
      have finished; where the runs have no splits in common, means are subtracted. No difference is tested here.
    </p>
    ${compared(first, second, main)}
    ${
      rest.length === 0
        ? undefined
        : html`<details id="other-measures">
            <summary>Other measures</summary>
            ${rest}
          </details>`
    }`
}

/** The scores of what is watched. */
export const section = (snapshots: ReadonlyArray<Snapshot>): Html => {
  const known = snapshots.flatMap((snapshot) => snapshot.known ?? [])
  const [first, second] = known
  if (first === undefined) return none
  return snapshots.length === 1 || second === undefined ? scores(first) : sideBySide(first, second)
}
