/**
 * Tables that several processes have in memory once: one process writes them into a file (`SharedFile`) as plain arrays, and
 * the others map it.
 *
 * Shared are numbers, truth values, dates, the codes of factors, and of text which of the different texts a row has. Texts
 * and levels themselves are strings of each process. Tables with tensors are not shared: these are in files that are read
 * by parts.
 */
import * as Fs from "node:fs"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Column from "./Column.ts"
import { mapFile } from "./internal/mapFile.ts"
import * as Note from "./Note.ts"
import * as SharedFile from "./SharedFile.ts"
import * as Table from "./Table.ts"

const Header = Schema.fromJsonString(
  Schema.Array(
    Schema.NullOr(
      Schema.Struct({
        notes: Schema.Array(Note.Note),
        columns: Schema.Array(
          Schema.Struct({
            name: Schema.String,
            type: Schema.Literals(["numeric", "integer", "date", "boolean", "factor", "string"]),
            length: Schema.Int,
            /** The byte of the first value, and of the first flag of a missing one. */
            values: Schema.Int,
            missing: Schema.NullOr(Schema.Int),
            /** The levels of a factor, the different texts of text. */
            texts: Schema.Array(Schema.String),
            ordered: Schema.Boolean
          })
        )
      })
    )
  )
)
type Header = typeof Header.Type
type Described = NonNullable<Header[number]>["columns"][number]
type Plain = Exclude<Column.Column, Column.Tensor>

/** Arrays begin at multiples of this, as those of float64 must. */
const alignment = 8

/** So many bytes are written at a time. */
const portion = 2 ** 22

/** Writes arrays one after the other; gives where each begins. */
const appender = (fd: number) => {
  let [position, waiting] = [0, 0]
  let pending: Array<Uint8Array> = []
  const flush = () => {
    Fs.writeFileSync(fd, Buffer.concat(pending))
    pending = []
    waiting = 0
  }
  const append = ({ buffer, byteLength, byteOffset }: ArrayBufferView): number => {
    const begin = position
    const padding = (alignment - (byteLength % alignment)) % alignment
    pending.push(new Uint8Array(buffer, byteOffset, byteLength), new Uint8Array(padding))
    position += byteLength + padding
    waiting += byteLength
    if (waiting >= portion) flush()
    return begin
  }
  return { append, flush }
}

/** Which text of the different ones each row has. */
const coded = (values: ReadonlyArray<string>) => {
  const places = new Map<string, number>()
  const codes = Int32Array.from(values, (value) => {
    const known = places.get(value)
    if (known !== undefined) return known
    places.set(value, places.size)
    return places.size - 1
  })
  return { codes, texts: [...places.keys()] }
}

const writeColumn = (append: (array: ArrayBufferView) => number, name: string, column: Plain): Described => {
  const { codes, texts } =
    column.type === "string"
      ? coded(column.values)
      : { codes: undefined, texts: column.type === "factor" ? column.levels : [] }
  const values = column.type === "factor" ? column.codes : column.type === "string" ? codes! : column.values
  return {
    name,
    type: column.type,
    length: Column.length(column),
    values: append(values),
    missing: column.missing === null ? null : append(column.missing),
    texts,
    ordered: column.type === "factor" && column.ordered
  }
}

const writeAll = (fd: number, tables: ReadonlyArray<Table.Table>): void => {
  const { append, flush } = appender(fd)
  const header = tables.map((table): Header[number] => {
    const columns = [...table.columns]
    if (columns.some(([, { type }]) => type === "tensor")) return null
    return {
      notes: table.notes,
      columns: columns.map(([name, column]) => writeColumn(append, name, column as Plain))
    }
  })
  const start = append(new TextEncoder().encode(Schema.encodeSync(Header)(header)))
  append(Float64Array.of(start))
  flush()
}

const readColumn = (buffer: ArrayBuffer, described: Described): Column.Column => {
  const { length, missing: at, ordered, texts, type, values } = described
  const missing = at === null ? null : new Uint8Array(buffer, at, length)
  switch (type) {
    case "factor":
      return { type, codes: new Int32Array(buffer, values, length), levels: texts, ordered, missing }
    case "string":
      return { type, values: Array.from(new Int32Array(buffer, values, length), (code) => texts[code]!), missing }
    case "boolean":
      return { type, values: new Uint8Array(buffer, values, length), missing }
    default:
      return { type, values: new Float64Array(buffer, values, length), missing }
  }
}

/**
 * Writes tables into a file that other processes have open, too (`SharedFile`).
 *
 * Fails with `SharingFailed` where there is no room for them.
 */
export const write = (fd: number, tables: ReadonlyArray<Table.Table>): Effect.Effect<void, SharedFile.SharingFailed> =>
  SharedFile.attempt(() => {
    try {
      writeAll(fd, tables)
    } catch (cause) {
      // Others need the room.
      Fs.ftruncateSync(fd, 0)
      throw cause
    }
  })

/**
 * Opens the tables of a descriptor that this process inherited: undefined in the place of one that is not shared. Their
 * arrays are those of the file: what is written to them by mistake is seen by this process alone.
 */
export const open = (fd: number): Effect.Effect<ReadonlyArray<Table.Table | undefined>> =>
  Effect.promise(() => mapFile(fd)).pipe(
    Effect.flatMap((buffer) => {
      const [start] = new Float64Array(buffer, buffer.byteLength - alignment, 1)
      const bytes = new Uint8Array(buffer, start, buffer.byteLength - alignment - start!)
      const header = Schema.decodeSync(Header)(new TextDecoder().decode(bytes).replace(/\0+$/, ""))
      return Effect.forEach(header, (table) =>
        table === null
          ? Effect.succeed(undefined)
          : Table.fromEntries(
              table.columns.map((described) => [described.name, readColumn(buffer, described)] as const)
            ).pipe(
              Effect.map((read): Table.Table => ({ ...read, notes: table.notes })),
              Effect.orDie
            )
      )
    })
  )
