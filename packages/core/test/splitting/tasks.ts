/** Random tasks to split, whose rows are all told by the column x. */
import fc from "fast-check"
import * as Column from "../../src/data/Column.ts"
import * as Task from "../../src/data/Task.ts"
import * as Seed from "../../src/Seed.ts"
import * as Tasks from "../support/tasks.ts"

/** Names that an object looked up by them would confuse with its own. */
const odd = ["constructor", "__proto__", "toString", "p", "q", "r", "s", "t"]

export interface Row {
  readonly class: string
  readonly site: string
  readonly patient: string
}

const row = fc.record<Row>({
  class: fc.constantFrom("a", "b", "constructor"),
  site: fc.constantFrom("n", "__proto__"),
  patient: fc.constantFrom(...odd)
})

/** Rows with at least two classes and four patients. */
export const rows = fc
  .array(row, { minLength: 4, maxLength: 40 })
  .map((more) => [
    { class: "a", site: "n", patient: "p" },
    { class: "b", site: "__proto__", patient: "q" },
    { class: "b", site: "n", patient: "r" },
    { class: "a", site: "n", patient: "constructor" },
    ...more
  ])

export const seed = fc.nat(1000).map(Seed.root)

export const taskOf = (rows: ReadonlyArray<Row>, options: Partial<Task.Options> = {}): Task.Task =>
  Tasks.of(
    {
      class: Column.text(rows.map((row) => row.class)),
      site: Column.text(rows.map((row) => row.site)),
      patient: Column.text(rows.map((row) => row.patient)),
      x: Column.numeric(rows.map((_, i) => i)),
      z: Column.numeric(rows.map((_, i) => -i))
    },
    { target: "class", features: ["x"], kind: "multiclass", levels: ["a", "b", "constructor"], ...options }
  )

/** Roles that a splitter looks at, in all their combinations. */
export const roles = fc.record<Partial<Task.Options>>(
  {
    group: fc.constant("patient"),
    stratum: fc.constantFrom<ReadonlyArray<string>>(["site"], ["class"], ["site", "class"], ["class", "site"])
  },
  { requiredKeys: [] }
)

/** A bootstrap sample of a task, and which of its rows were the same row. */
export const sample = (task: Task.Task, seed: Seed.Seed): Task.Task => {
  const random = Seed.generator(seed)
  return Task.take(
    task,
    Array.from({ length: task.rows }, () => random.below(task.rows))
  )
}

/** The values of x, equal for the copies of a row. */
export const identities = (task: Task.Task): ReadonlyArray<number> =>
  Array.from(Column.asNumbers(task.table.columns.get("x")!)!)

/** The same rows with other features, and the columns in another order. */
export const rearranged = (task: Task.Task): Task.Task => {
  const columns = Object.fromEntries([...task.table.columns].reverse())
  const { group, stratum, target } = task.roles
  return Tasks.of(columns, {
    target,
    features: ["z", "x"],
    kind: "multiclass",
    levels: task.levels,
    ...(group === undefined ? {} : { group }),
    stratum
  })
}

/** Counts by key. */
export const tallyBy = <A>(all: ReadonlyArray<A>, key: (row: A, i: number) => string): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const [i, row] of all.entries()) counts.set(key(row, i), (counts.get(key(row, i)) ?? 0) + 1)
  return counts
}
