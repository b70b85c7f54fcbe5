/**
 * The made-up tables `iid_easy.csv` and `different.csv`: a sine with noise, observed by a large and a small source.
 *
 * `npx node examples/soak/simulate.ts` writes the files again; a test checks that they are the ones committed.
 *
 * Source: the simulation of T. D. Hocking et al., SOAK, Statistical Analysis and Data Mining 2026 (arXiv 2410.08643).
 */
import * as Column from "@rocflow/core/data/Column"
import * as Table from "@rocflow/core/data/Table"
import * as Task from "@rocflow/core/data/Task"
import * as Seed from "@rocflow/core/Seed"
import * as Effect from "effect/Effect"
import { writeFileSync } from "node:fs"

/** The standard deviation of the noise on y: the sine is plain to see, or drowns. */
const noise = { easy: 0.1, hard: 1.7 } as const

interface Source {
  readonly name: "large" | "small"
  readonly rows: number
  readonly noise: keyof typeof noise
}

/** Two sources a table. In `iid_easy` they differ in their size only, in `different` also in their noise. */
export const tables = {
  iid_easy: [
    { name: "large", rows: 80, noise: "easy" },
    { name: "small", rows: 40, noise: "easy" }
  ],
  different: [
    { name: "large", rows: 400, noise: "easy" },
    { name: "small", rows: 200, noise: "hard" }
  ]
} as const satisfies Readonly<Record<string, ReadonlyArray<Source>>>

/** @category models */
export type TableId = keyof typeof tables

/** @category models */
export interface Row {
  readonly x: number
  readonly y: number
  readonly source: Source["name"]
}

/** Numbers as the files have them, so that a table in memory and its file are the same data. */
const rounded = (value: number): number => Number(value.toFixed(4))

/** Draws the rows of a table: x uniform on (−3π, 3π), y = sin x + normal noise, both with four decimals. */
export const rows = (table: TableId, dataSeed: number): ReadonlyArray<Row> =>
  tables[table].flatMap((source) => {
    const random = Seed.generator(Seed.derive(Seed.root(dataSeed), "sine", table, source.name))
    return Array.from({ length: source.rows }, () => {
      const x = 3 * Math.PI * (2 * random.float() - 1)
      return { x: rounded(x), y: rounded(Math.sin(x) + noise[source.noise] * random.normal()), source: source.name }
    })
  })

/** Makes the task of a table: predict `y` from `x`; the subset is the source, which is also the stratum. */
export const task = Effect.fnUntraced(function* (id: TableId, dataSeed: number) {
  const drawn = rows(id, dataSeed)
  const table = yield* Table.fromColumns({
    x: Column.numeric(drawn.map(({ x }) => x)),
    y: Column.numeric(drawn.map(({ y }) => y)),
    source: Column.text(drawn.map(({ source }) => source))
  })
  return yield* Task.fromTable(table, { id, target: "y", subset: "source", stratum: "source" })
})

/** The text of the file of a table. */
export const csv = (table: TableId, dataSeed: number): string =>
  ["x,y,source", ...rows(table, dataSeed).map(({ x, y, source }) => `${x},${y},${source}`), ""].join("\n")

/** The draw that the files hold. */
export const fileSeed = 1

if (import.meta.main) {
  for (const table of ["iid_easy", "different"] as const) {
    writeFileSync(new URL(`${table}.csv`, import.meta.url), csv(table, fileSeed))
  }
}
