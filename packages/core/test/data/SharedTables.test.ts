import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { fstatSync, readdirSync } from "node:fs"
import { tmpdir } from "node:os"
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as Column from "../../src/data/Column.ts"
import * as Note from "../../src/data/Note.ts"
import * as SharedFile from "../../src/data/SharedFile.ts"
import * as SharedTables from "../../src/data/SharedTables.ts"
import * as Table from "../../src/data/Table.ts"
import * as Tensors from "../../src/data/Tensors.ts"

const maybe = <A>(value: fc.Arbitrary<A>) => fc.option(value, { freq: 5 })
const column = (rows: number): fc.Arbitrary<Table.Given> => {
  const of = <A>(value: fc.Arbitrary<A>) => fc.array(maybe(value), { minLength: rows, maxLength: rows })
  return fc.oneof(
    of(fc.double({ noNaN: true })).map(Column.numeric),
    of(fc.maxSafeInteger()).map(Column.integer),
    of(fc.boolean()).map(Column.boolean),
    of(fc.integer({ min: -1e12, max: 1e12 })).map(Column.date),
    of(fc.string({ unit: "binary", maxLength: 5 })).map(Column.text),
    fc
      .tuple(of(fc.constantFrom("b", "a", "é")), fc.boolean())
      .map(([values, ordered]) => Column.factor(values, { levels: ["b", "a", "é", "none"], ordered }))
  )
}
const table = fc
  .integer({ min: 1, max: 9 })
  .chain((rows) => fc.dictionary(fc.string({ minLength: 1 }), column(rows), { minKeys: 1, maxKeys: 6 }))

/** The descriptor of a file with tables. */
const share = (tables: ReadonlyArray<Table.Table>) =>
  Effect.tap(SharedFile.make, (fd) => SharedTables.write(fd, tables))

const shared = (tables: ReadonlyArray<Table.Table>) => Effect.scoped(Effect.flatMap(share(tables), SharedTables.open))

it.effect("opens the tables that were shared: columns, values, levels, notes", () =>
  Effect.promise(() =>
    fc.assert(
      fc.asyncProperty(fc.array(table, { minLength: 1, maxLength: 8 }), fc.array(fc.nat()), (given, draws) =>
        Effect.runPromise(
          Effect.gen(function* () {
            const note = Note.make({ code: "odd", finding: "is odd", advice: "Look." })
            const tables = yield* Effect.forEach(given, (columns) => Table.fromEntries(Object.entries(columns)))
            const views = tables.map((whole) =>
              Table.take({ ...whole, notes: [note] }, [0, ...draws.map((draw) => draw % whole.rows)])
            )
            const opened = yield* shared([...tables, ...views])
            for (const [i, own] of [...tables, ...views].entries()) {
              expect(opened[i]!.notes).toEqual(own.notes)
              expect([...opened[i]!.columns]).toEqual([...own.columns])
            }
          })
        )
      ),
      { numRuns: 10 }
    )
  )
)

it.effect("leaves out tables with tensors, and keeps the places of the others", () =>
  Effect.gen(function* () {
    const plain = yield* Table.fromColumns({ a: Column.numeric([1, 2]), b: Column.numeric([3, 4]) })
    const tensor = yield* Tensors.fromColumns(plain, { columns: ["a", "b"], shape: [2], name: "x" } as never)
    const [first, second] = yield* shared([tensor, plain])
    expect([first, Table.contentHash(second!)]).toEqual([undefined, Table.contentHash(plain)])
  })
)

const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith("rocflow-tables-"))

const withoutMapping = process.allowedNodeEnvironmentFlags.has("--experimental-ffi") ? ["--no-experimental-ffi"] : []

it.live.each([{ flags: SharedFile.nodeFlags }, { flags: withoutMapping }])(
  "gives the same to processes that are started with $flags, also when the file is gone",
  ({ flags }) =>
    Effect.gen(function* () {
      const before = folders()
      const values = Float64Array.from({ length: 1e5 }, (_, i) => Math.sin(i))
      const texts = Column.text(Array.from(values, (value) => (value > 0 ? "up" : "down")))
      const own = yield* Table.fromColumns({ x: Column.numeric(values), s: texts })
      const fd = yield* share([own])
      if (process.platform !== "win32") expect(folders()).toEqual(before)
      const child: ChildProcess = fork(new URL("../support/sharedTables.ts", import.meta.url), ["4"], {
        stdio: ["ignore", "inherit", "inherit", "ipc", fd],
        execArgv: [...flags]
      })
      const [said] = yield* Effect.promise(() => once(child, "message"))
      const mapped = flags.includes("--experimental-ffi") && process.platform === "linux"
      expect(said).toEqual({ hashes: [Table.contentHash(own)], mapped })
    }).pipe(Effect.scoped)
)

it.effect("gives back the room of tables that cannot be written whole", () =>
  Effect.gen(function* () {
    const large = Column.numeric(new Float64Array(2 ** 20))
    const given = yield* Table.fromColumns({ x: large })
    // The first columns are in the file when this one fails.
    const broken = { ...given, columns: new Map([...given.columns, ["y", { ...large, values: undefined } as never]]) }
    const fd = yield* SharedFile.make
    const error = yield* Effect.flip(SharedTables.write(fd, [broken]))
    expect([error._tag, fstatSync(fd).size]).toEqual(["SharingFailed", 0])
  }).pipe(Effect.scoped)
)

it.effect("says that there is no room for it", () =>
  Effect.gen(function* () {
    const own = yield* Table.fromColumns({ x: Column.numeric([1]) })
    const before = process.env["TMPDIR"]
    process.env["TMPDIR"] = "/nowhere/at/all"
    const error = yield* Effect.flip(Effect.scoped(share([own]))).pipe(
      Effect.ensuring(
        Effect.sync(() => (before === undefined ? delete process.env["TMPDIR"] : (process.env["TMPDIR"] = before)))
      )
    )
    expect(error.message).toContain("each worker reads them for itself")
  })
)
