/**
 * The data of a task in an experiment file: one source, or several one below the other.
 */
import * as Column from "@rocflow/core/data/Column"
import { SchemaError } from "@rocflow/core/data/SchemaError"
import * as Table from "@rocflow/core/data/Table"
import * as Tensors from "@rocflow/core/data/Tensors"
import * as Image from "@rocflow/core/pipeline/Image"
import * as Pipeline from "@rocflow/core/pipeline/Pipeline"
import type * as Registry from "@rocflow/core/pipeline/Registry"
import * as Effect from "effect/Effect"
import * as Path from "effect/Path"
import type { SourceEntry, TaskEntry } from "./Experiment.ts"

type Source = Omit<SourceEntry, "name">

/** Why a source cannot be read, with the place in the entry. */
export interface Refused {
  readonly path: ReadonlyArray<string | number>
  readonly message: string
}

const keyOf = ({ arrays, file, sources }: Source & Pick<TaskEntry, "sources">): string =>
  file !== undefined ? "file" : arrays !== undefined ? "arrays" : sources !== undefined ? "sources" : "folder"

const said =
  (path: Refused["path"]) =>
  (error: SchemaError): Refused => {
    const absent = error.given === "the file" && error.rule === "does not exist"
    const advice = "Check the path, which is relative to the experiment file."
    return { path, message: (absent ? new SchemaError({ ...error, advice }) : error).message }
  }

/** What a table is called that has no other name: its file, or its directory. */
export const nameOf = ({ arrays = {}, file, folder, sources }: Source & Pick<TaskEntry, "sources">): string => {
  const [array] = Object.values(arrays)
  const path =
    file ??
    (typeof folder === "string" ? folder : folder?.directory) ??
    (typeof array === "string" ? array : array?.file) ??
    (sources?.[0] === undefined ? "task" : nameOf(sources[0]))
  const last = path.split(/[/\\]/).findLast((part) => part !== "") ?? path
  return last.replace(/(?<=.)\.[^.]*$/, "")
}

/** An array by what its name says it is. */
const readArray = (file: string, options: Tensors.ArrayOptions) =>
  /\.npy$/i.test(file) ? Tensors.fromNpy(file, options) : Tensors.fromIdx(file, options)

const readArrays = Effect.fnUntraced(function* (arrays: NonNullable<Source["arrays"]>, directory: string) {
  const path = yield* Path.Path
  const columns = yield* Effect.forEach(Object.entries(arrays), ([name, given]) => {
    const { file, ...options } = typeof given === "string" ? { file: given } : given
    return Effect.map(readArray(path.resolve(directory, file), options), (column) => ({ name, column, file }))
  })
  const [first] = columns
  const other = columns.find(({ column }) => Column.length(column) !== Column.length(first!.column))
  if (other !== undefined) {
    return yield* new SchemaError({
      given: `${other.file} with ${Column.length(other.column)} rows`,
      rule: `does not fit ${first!.file} with ${Column.length(first!.column)}`,
      advice: "Give files of the same rows: they may be of different sets, such as training and test."
    })
  }
  return yield* Table.fromEntries(columns.map(({ column, name }) => [name, column] as const))
})

const readFolder = Effect.fnUntraced(function* (folder: NonNullable<Source["folder"]>, directory: string) {
  const path = yield* Path.Path
  const { directory: at, ...options } = typeof folder === "string" ? { directory: folder } : folder
  return yield* Tensors.fromFolder(path.resolve(directory, at), options)
})

/** The paths of images, as a column of a table has them. */
const pathsIn = Effect.fnUntraced(function* (table: Table.Table, images: NonNullable<Source["images"]>) {
  const name = typeof images === "string" ? images : images.column
  const column = table.columns.get(name)
  if (column === undefined) {
    return yield* new SchemaError({
      column: name,
      given: "the column of images",
      rule: "is not in the file",
      advice: `There are ${table.names.slice(0, 8).join(", ")}.`
    })
  }
  return { name, paths: Array.from({ length: table.rows }, (_, row) => Column.toText(column, row)) }
})

type FileSource = Source & { readonly file: string }

/** The words for a missing value: YAML reads null and -999 as values. */
export const missingOf = (na: Source["na"]): ReadonlyArray<string> | undefined =>
  na === undefined ? undefined : [na].flat().map(String)

/** The table of a file, without what is made of its columns. */
const readPlain = Effect.fnUntraced(function* (source: FileSource, directory: string) {
  const path = yield* Path.Path
  const {
    arrays: _,
    change: __,
    file,
    folder: ___,
    images: ____,
    na,
    rename: _____,
    rows: ______,
    tensor: _______,
    ...options
  } = source
  return yield* Table.fromFile(path.resolve(directory, file), { ...options, na: missingOf(na) })
})

/** The paths of the images of a source, relative to its data file; none where it has no such column. */
export const imagesOf = Effect.fnUntraced(function* (source: FileSource, directory: string) {
  if (source.images === undefined) return []
  const { paths } = yield* pathsIn(yield* readPlain(source, directory), source.images)
  return [...new Set(paths.filter((text) => text !== null))]
})

const readFile = Effect.fnUntraced(function* (source: FileSource, directory: string) {
  const path = yield* Path.Path
  const { file, images, tensor } = source
  let table = yield* readPlain(source, directory)
  if (images !== undefined) {
    const { name, paths } = yield* pathsIn(table, images)
    const place = path.dirname(path.resolve(directory, file))
    const range = typeof images === "string" ? undefined : images.range
    const at = paths.map((text) => (text === null ? null : path.resolve(place, text)))
    table = yield* Table.withColumn(table, name, yield* Tensors.fromImages(at, { range }))
  }
  return tensor === undefined ? table : yield* Tensors.fromColumns(table, tensor)
})

/** Columns under new names, in their places; notes go with them. */
const renamed = Effect.fnUntraced(function* (table: Table.Table, names: Readonly<Record<string, string>>) {
  const known = new Map(Object.entries(names))
  const unknown = [...known.keys()].find((name) => !table.columns.has(name))
  if (unknown !== undefined) {
    return yield* new SchemaError({
      column: unknown,
      given: "the column to be renamed",
      rule: "is not in the file",
      advice: `There are ${table.names.slice(0, 8).join(", ")}.`
    })
  }
  const next = yield* Table.fromEntries([...table.columns].map(([name, column]) => [known.get(name) ?? name, column]))
  const notes = table.notes.map((note) =>
    note.column === undefined ? note : { ...note, column: known.get(note.column) ?? note.column }
  )
  return { ...next, notes }
})

/** Stages of this source alone; what they refuse is said of the data. */
const changed = (table: Table.Table, stages: NonNullable<Source["change"]>, registry: Registry.Registry) =>
  Effect.fromResult(Pipeline.fromJson(stages, registry)).pipe(
    Effect.flatMap((pipeline) => Image.change(table, pipeline)),
    Effect.mapError(({ issues }): Refused => {
      const [first] = issues
      const path = ["change", ...(first?.path ?? [])]
      return { path, message: first?.message ?? "cannot be applied; correct the stages" }
    })
  )

const readSource = Effect.fnUntraced(function* (source: Source, directory: string, registry: Registry.Registry) {
  const { arrays, change, file, folder, rename, rows } = source
  const read =
    file !== undefined
      ? readFile({ ...source, file }, directory)
      : arrays !== undefined
        ? readArrays(arrays, directory)
        : readFolder(folder ?? "", directory)
  const ofData = <A, R>(effect: Effect.Effect<A, SchemaError, R>) => Effect.mapError(effect, said([keyOf(source)]))
  const whole = yield* ofData(read)
  const named = rename === undefined ? whole : yield* ofData(renamed(whole, rename))
  const table = change === undefined ? named : yield* changed(named, change, registry)
  return rows === undefined ? table : Table.head(table, rows)
})

/** The column that says from which source a row comes. */
const sourceColumn = "source"

/** Reads the table of a task. */
export const readTable = Effect.fnUntraced(function* (
  entry: Source & Pick<TaskEntry, "sources">,
  directory: string,
  registry: Registry.Registry
): Effect.fn.Return<Table.Table, Refused, Path.Path> {
  const { sources, ...single } = entry
  if (sources === undefined) return yield* readSource(single, directory, registry)
  const labels = sources.map(({ name, ...source }) => name ?? nameOf(source))
  const tables = yield* Effect.forEach(sources, ({ name, ...source }, i) =>
    Effect.gen(function* () {
      const within = ({ message, path }: Refused): Refused => ({ path: ["sources", i, ...path], message })
      const table = yield* Effect.mapError(readSource(source, directory, registry), within)
      if (table.columns.has(sourceColumn)) {
        const message = `has a column "${sourceColumn}", which is the name of the column that says where a row comes from; give it another: rename: { ${sourceColumn}: origin }`
        return yield* Effect.fail<Refused>({ path: ["sources", i], message })
      }
      const label = labels[i]!
      if (name === undefined && labels.indexOf(label) !== labels.lastIndexOf(label)) {
        const message = `is called "${label}" by its file, as another source is; give each a name`
        return yield* Effect.fail<Refused>({ path: ["sources", i], message })
      }
      const column = Column.asFactor(Column.text(Array.from({ length: table.rows }, () => label)))
      return yield* Effect.mapError(Table.withColumn(table, sourceColumn, column), said(["sources", i]))
    })
  )
  return yield* Effect.mapError(Table.concat(tables), said(["sources"]))
})
