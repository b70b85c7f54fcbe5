/** Small tasks made of arrays. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Column from "../../src/data/Column.ts"
import * as Table from "../../src/data/Table.ts"
import * as Task from "../../src/data/Task.ts"
import * as TaskSchema from "../../src/data/TaskSchema.ts"
import * as Seed from "../../src/Seed.ts"

/** A task whose columns and roles the compiler does not know, as one read from a file. */
export const of = (columns: Table.GivenColumns, options: Task.Options): Task.Task => {
  const table: Table.Table = Effect.runSync(Table.fromColumns(columns))
  return Effect.runSync(Task.fromTable(table, options))
}

/** The rows of a task, as it read them itself in training. */
export const rows = (task: Task.Task): TaskSchema.Rows => Result.getOrThrow(TaskSchema.rows(TaskSchema.of(task), task))

const normals = (n: number, seed: number): Float64Array => {
  const random = Seed.generator(Seed.root(seed))
  return Float64Array.from({ length: n }, () => random.normal())
}

/** Two features, of which x separates the classes with overlap; every third row is positive. */
export const binary = (n: number, options: Partial<Task.Options> = {}, more: Table.GivenColumns = {}): Task.Task => {
  const noise = normals(2 * n, 7)
  const positive = (i: number) => i % 3 === 0
  return of(
    {
      class: Column.text(Array.from({ length: n }, (_, i) => (positive(i) ? "yes" : "no"))),
      x: Column.numeric(Array.from({ length: n }, (_, i) => noise[i]! + (positive(i) ? 1 : 0))),
      z: Column.numeric(noise.slice(n)),
      ...more
    },
    { target: "class", positive: "yes", features: ["x", "z"], ...options }
  )
}

/** Three classes along x. */
export const multiclass = (n: number): Task.Task => {
  const noise = normals(2 * n, 8)
  return of(
    {
      class: Column.factor(
        Array.from({ length: n }, (_, i) => ["low", "mid", "high"][i % 3] as "low"),
        { levels: ["low", "mid", "high"] }
      ),
      x: Column.numeric(Array.from({ length: n }, (_, i) => noise[i]! / 2 + (i % 3))),
      z: Column.numeric(noise.slice(n))
    },
    { target: "class" }
  )
}

/** y = 2x − z + 1 with a little noise. */
export const regression = (n: number): Task.Task => {
  const noise = normals(3 * n, 9)
  const [x, z, e] = [noise.slice(0, n), noise.slice(n, 2 * n), noise.slice(2 * n)]
  return of(
    { x: Column.numeric(x), z: Column.numeric(z), y: Column.numeric(x.map((v, i) => 2 * v - z[i]! + 1 + e[i]! / 10)) },
    { target: "y" }
  )
}
