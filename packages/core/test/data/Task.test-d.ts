import type * as Effect from "effect/Effect"
import type * as Result from "effect/Result"
import { describe, expectTypeOf, it } from "vitest"
import * as Column from "../../src/data/Column.ts"
import type { RoleError } from "../../src/data/RoleError.ts"
import type { SchemaError } from "../../src/data/SchemaError.ts"
import * as Table from "../../src/data/Table.ts"
import * as Task from "../../src/data/Task.ts"

const columns = {
  Class: Column.factor(["M", "R", "M"], { levels: ["M", "R"] }),
  Wave: Column.factor(["1", "2", "3"], { levels: ["1", "2", "3"] }),
  V1: Column.numeric([0.1, 0.2, 0.3]),
  V2: Column.numeric([1, 2, 3]),
  count: Column.integer([1, 2, 3]),
  site: Column.text(["a", "b", "a"]),
  ok: Column.boolean([true, false, true])
}
type Columns = Table.Made<typeof columns>
declare const table: Table.Table<Columns>
declare const untyped: Table.Table
declare const dynamic: Task.Options

type Made<E> = E extends Effect.Effect<infer A, infer _E, infer _R> ? A : never
type KindOf<E> = Made<E> extends Task.Task<infer K, infer _R, infer _N> ? K : never
type RolesOf<E> = Made<E> extends Task.Task<infer _K, infer R, infer _N> ? R : never
type NamesOf<E> = Made<E> extends Task.Task<infer _K, infer _R, infer N> ? N : never

describe("Column and Table", () => {
  it("keep levels, names and column types", () => {
    expectTypeOf(columns.Class).toEqualTypeOf<Result.Result<Column.Factor<readonly ["M", "R"]>, SchemaError>>()
    expectTypeOf(Column.asFactor(Column.text(["a", null]))).toEqualTypeOf<Column.Factor>()
    // @ts-expect-error "X" is not among the levels
    Column.factor(["X"], { levels: ["M", "R"] })
    expectTypeOf(Table.column(table, "V1")).toEqualTypeOf<Column.Numeric>()
    expectTypeOf(Table.column(untyped, "V1")).toEqualTypeOf<Column.Column | undefined>()
    // @ts-expect-error no such column
    Table.column(table, "V9")
    expectTypeOf<Made<ReturnType<typeof Table.fromColumns<typeof columns>>>>().toExtend<Table.Table<Columns>>()
    const selected = Table.select(table, ["Class", "V1"])
    expectTypeOf<Made<typeof selected>>().toEqualTypeOf<Table.Table<Readonly<Pick<Columns, "Class" | "V1">>>>()
    const dropped = Table.drop(table, ["Class", "Wave", "count", "site", "ok"])
    expectTypeOf<Made<typeof dropped>>().toEqualTypeOf<Table.Table<Readonly<Pick<Columns, "V1" | "V2">>>>()
    const more = Table.withColumn(table, "V3", Column.numeric([1, 2, 3]))
    expectTypeOf<keyof (Made<typeof more> extends Table.Table<infer C> ? C : never)>().toEqualTypeOf<
      keyof Columns | "V3"
    >()
  })
  it("a typed table is a table", () => {
    expectTypeOf<Table.Table<Columns>>().toExtend<Table.Table>()
    expectTypeOf<Table.Table>().not.toExtend<Table.Table<Columns>>()
  })
})

describe("features", () => {
  it("are those that are left", () => {
    const ignored = Task.fromTable(table, { target: "Class", ignore: ["Wave", "count"] })
    expectTypeOf<NamesOf<typeof ignored>>().toEqualTypeOf<"V1" | "V2" | "site" | "ok">()
    const except = Task.fromTable(table, { target: "Class", features: { except: ["V1", "V2"] }, group: "site" })
    expectTypeOf<NamesOf<typeof except>>().toEqualTypeOf<"Wave" | "count" | "ok">()
    const selected = Task.fromTable(table, { target: "Class", features: { type: "numeric" } })
    expectTypeOf<NamesOf<typeof selected>>().toEqualTypeOf<string>()
    // @ts-expect-error no such column
    Task.fromTable(table, { target: "Class", ignore: "V9" })
  })
})

describe("kind", () => {
  it("comes from the target's column", () => {
    const binary = Task.fromTable(table, { target: "Class" })
    expectTypeOf<KindOf<typeof binary>>().toEqualTypeOf<"binary">()
    const multiclass = Task.fromTable(table, { target: "Wave" })
    expectTypeOf<KindOf<typeof multiclass>>().toEqualTypeOf<"multiclass">()
    const regression = Task.fromTable(table, { target: "V1" })
    expectTypeOf<KindOf<typeof regression>>().toEqualTypeOf<"regression">()
    const truth = Task.fromTable(table, { target: "ok" })
    expectTypeOf<KindOf<typeof truth>>().toEqualTypeOf<"binary">()
    const text = Task.fromTable(table, { target: "site" })
    expectTypeOf<KindOf<typeof text>>().toEqualTypeOf<"binary" | "multiclass">()
    const whole = Task.fromTable(table, { target: "count" })
    expectTypeOf<KindOf<typeof whole>>().toEqualTypeOf<Task.Kind>()
  })
  it("comes from the options first", () => {
    const positive = Task.fromTable(table, { target: "count", positive: 1 })
    expectTypeOf<KindOf<typeof positive>>().toEqualTypeOf<"binary">()
    const kind = Task.fromTable(table, { target: "count", kind: "regression" })
    expectTypeOf<KindOf<typeof kind>>().toEqualTypeOf<"regression">()
    const levels = Task.fromTable(table, { target: "count", levels: ["1", "2", "3"] })
    expectTypeOf<KindOf<typeof levels>>().toEqualTypeOf<"multiclass">()
    const file = Task.fromFile("a.csv", { target: "y", positive: "M" })
    expectTypeOf<KindOf<typeof file>>().toEqualTypeOf<"binary">()
  })
  it("is open where only the data know", () => {
    const file = Task.fromFile("a.csv", { target: "y" })
    expectTypeOf<KindOf<typeof file>>().toEqualTypeOf<Task.Kind>()
    const some = Task.fromFile("a.csv", dynamic)
    expectTypeOf<KindOf<typeof some>>().toEqualTypeOf<Task.Kind>()
  })
})

describe("roles and names", () => {
  it("are those that are given", () => {
    const task = Task.fromTable(table, { target: "Class", subset: "site", stratum: ["Class", "site"], weight: "V2" })
    expectTypeOf<RolesOf<typeof task>>().toEqualTypeOf<"target" | "feature" | "subset" | "stratum" | "weight">()
    expectTypeOf<NamesOf<typeof task>>().toEqualTypeOf<"Wave" | "V1" | "count" | "ok">()
    const some = Task.fromTable(table, { target: "Class", features: ["V1", "V2"] })
    expectTypeOf<RolesOf<typeof some>>().toEqualTypeOf<"target" | "feature">()
    expectTypeOf<NamesOf<typeof some>>().toEqualTypeOf<"V1" | "V2">()
  })
  it("are known of a file as far as they are written down", () => {
    const task = Task.fromFile("a.csv", { target: "y", subset: "s" })
    expectTypeOf(task).toEqualTypeOf<
      Effect.Effect<Task.Task<Task.Kind, "target" | "feature" | "subset">, RoleError | SchemaError>
    >()
    const some = Task.fromFile("a.csv", dynamic)
    expectTypeOf<RolesOf<typeof some>>().toEqualTypeOf<"target" | "feature">()
    expectTypeOf<NamesOf<typeof some>>().toEqualTypeOf<string>()
  })
  it("make agrees with fromTable", () => {
    const task = Task.make({ id: "a", table, target: "Class", subset: "site", features: ["V1"] })
    expectTypeOf(task).toEqualTypeOf<
      Effect.Effect<Task.Task<"binary", "target" | "feature" | "subset", "V1">, RoleError>
    >()
  })
  it("can be proved of a task that the compiler does not know", () => {
    const task = null as unknown as Task.Task<Task.Kind, "target" | "feature">
    const proved = Task.requireRole(task, "subset")
    expectTypeOf<RolesOf<typeof proved>>().toEqualTypeOf<"target" | "feature" | "subset">()
    const binary = Task.requireKind(task, "binary")
    expectTypeOf<KindOf<typeof binary>>().toEqualTypeOf<"binary">()
  })
})

describe("what does not compile", () => {
  it("a role that names no column of a typed table", () => {
    // @ts-expect-error Type '"Clas"' is not assignable to type '"Class" | …'
    Task.fromTable(table, { target: "Clas" })
    // @ts-expect-error no such column
    Task.fromTable(table, { target: "Class", subset: "sites" })
    // @ts-expect-error no such column
    Task.fromTable(table, { target: "Class", features: ["V1", "V9"] })
    // @ts-expect-error no such column
    Task.make({ table, target: "Class", stratum: ["V9"] })
    Task.fromTable(untyped, { target: "anything" })
  })
  it("a misspelt option, a missing target, an unknown kind", () => {
    // @ts-expect-error Unknown option: stratums
    Task.fromTable(table, { target: "Class", stratums: ["Class"] })
    // @ts-expect-error Unknown option: stratums
    Task.make({ table, target: "Class", stratums: ["Class"] })
    // @ts-expect-error Unknown option: subsets
    Task.fromFile("a.csv", { target: "Class", subsets: "Class" })
    // @ts-expect-error target is missing
    Task.fromTable(table, { subset: "site" })
    // @ts-expect-error not a kind
    Task.fromTable(table, { target: "Class", kind: "classif" })
  })
  it("a task of another kind where one is needed", () => {
    const needsBinary = (task: Task.Task<"binary">) => task.levels
    const regression = null as unknown as Task.Task<"regression">
    // @ts-expect-error a regression has no positive class
    needsBinary(regression)
  })
})
