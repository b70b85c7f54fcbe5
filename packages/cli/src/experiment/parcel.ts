/**
 * An experiment as it is sent to machines that share no files with this one: its data, and its text, in which they have other
 * paths.
 */
import type { Parcel, Source } from "@rocflow/resampling/executor/Queued"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import { stringify } from "yaml"
import type { SourceEntry, TaskEntry } from "./Experiment.ts"
import type { Loaded } from "./load.ts"
import { imagesOf } from "./readTable.ts"

/** Bytes of data that are sent at most. */
const most = 256e6

/** Packs an experiment whose data were read. Modules are not packed: code is not sent. */
export const parcelOf = Effect.fnUntraced(function* ({ experiment, file }: Pick<Loaded, "experiment" | "file">) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const home = path.dirname(path.resolve(file))
  const data = new Map<string, Source>()
  const folders = new Map<string, string>()
  let bytes = 0
  let outside: string | undefined

  const add = Effect.fnUntraced(function* (place: string, at: string) {
    if (data.has(place)) return
    data.set(place, { path: place, file: at })
    bytes += Number((yield* fs.stat(at)).size)
  })
  /** The folder of the parcel for a file or directory, which keeps its name there: tasks may be called by it. */
  const folderOf = (at: string): string => {
    const known = folders.get(at) ?? `data/${folders.size}`
    folders.set(at, known)
    return known
  }
  const addFile = Effect.fnUntraced(function* (name: string) {
    const at = path.resolve(home, name)
    const place = `${folderOf(at)}/${path.basename(at)}`
    yield* add(place, at)
    return place
  })
  const addDirectory = Effect.fnUntraced(function* (name: string) {
    const at = path.resolve(home, name)
    const place = `${folderOf(at)}/${path.basename(at)}`
    for (const inner of yield* fs.readDirectory(at, { recursive: true })) {
      const one = path.join(at, inner)
      if ((yield* fs.stat(one)).type === "File") yield* add(`${place}/${inner.replaceAll("\\", "/")}`, one)
    }
    return place
  })
  /** Images stand beside the file that names them, where they stand below it. */
  const addImages = Effect.fnUntraced(function* (source: SourceEntry & { readonly file: string }) {
    const table = path.resolve(home, source.file)
    for (const name of yield* imagesOf(source, home)) {
      const at = path.resolve(path.dirname(table), name)
      const inner = path.relative(path.dirname(table), at)
      if (path.isAbsolute(name) || inner.startsWith("..")) outside = name
      else yield* add(`${folderOf(table)}/${inner.replaceAll("\\", "/")}`, at)
    }
  })

  const pack = Effect.fnUntraced(function* <A extends SourceEntry>(source: A) {
    const { arrays, file: name, folder } = source
    if (name !== undefined) {
      yield* addImages({ ...source, file: name })
      return { ...source, file: yield* addFile(name) }
    }
    if (folder !== undefined) {
      const packed =
        typeof folder === "string"
          ? yield* addDirectory(folder)
          : { ...folder, directory: yield* addDirectory(folder.directory) }
      return { ...source, folder: packed }
    }
    const packed: Record<string, NonNullable<SourceEntry["arrays"]>[string]> = {}
    for (const [column, array] of Object.entries(arrays ?? {})) {
      packed[column] =
        typeof array === "string" ? yield* addFile(array) : { ...array, file: yield* addFile(array.file) }
    }
    return { ...source, arrays: packed }
  })

  const tasks: Array<TaskEntry> = []
  for (const task of experiment.tasks) {
    tasks.push(
      task.sources === undefined ? yield* pack(task) : { ...task, sources: yield* Effect.forEach(task.sources, pack) }
    )
  }
  const { executor: _, ...rest } = experiment
  const megabytes = Math.ceil(bytes / 1e6)
  const parcel: Parcel = {
    experiment: stringify({ ...rest, tasks }, { aliasDuplicateObjects: false }),
    data: [...data.values()],
    modules: experiment.modules ?? [],
    withheld:
      outside !== undefined
        ? `the image ${outside} is outside of the folder of its table`
        : bytes > most
          ? `its data have ${megabytes} MB, more than the ${most / 1e6} MB that are sent`
          : ""
  }
  return parcel
})
