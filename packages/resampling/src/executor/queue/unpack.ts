/**
 * A run as its workers have it: the design and the experiment out of the queue, in a temporary directory.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Result from "effect/Result"
import * as Checked from "../../Checked.ts"
import * as Manifest from "../../Manifest.ts"
import * as Packs from "../../Packs.ts"
import { RunError } from "../../RunDirectory.ts"
import * as Segments from "../../Segments.ts"
import { staysInside } from "./outputs.ts"
import type * as Queue from "./Queue.ts"

/** An experiment that is on the machine of a worker. @category models */
export interface Own<E, R> {
  readonly file: string
  /** Fails unless the experiment and its data are those of the run. */
  readonly check: (design: string, files: ReadonlyArray<Queue.File>) => Effect.Effect<void, E, R>
}

/**
 * Makes the directory of a run, which goes with the scope, and the experiment beside it, unless the machine has its own. Gives
 * both, and the jobs of the design by their ids.
 */
export const unpack = Effect.fnUntraced(function* <E, R>(
  queue: Queue.Queue,
  run: Queue.Run,
  own: Own<E, R> | undefined
) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const refuse = (given: string, rule: string) =>
    new RunError({ directory: run.directory, given, rule, advice: "start `rocflow run` again" })
  const home = yield* fs.makeTempDirectoryScoped({ prefix: "rocflow-worker-" })
  const directory = path.join(home, "run")
  for (const name of [Segments.folder, Packs.folder]) {
    yield* fs.makeDirectory(path.join(directory, name), { recursive: true })
  }
  const files = yield* queue.files(run.id)
  const write = Effect.fnUntraced(function* (file: (typeof files)[number], place: string) {
    const bytes = yield* queue.fileContent(run.id, file)
    if (Checked.digest(bytes) !== file.hash || !staysInside(file.path)) {
      return yield* refuse(`the file ${file.path} in the queue`, "is not the one that was sent")
    }
    yield* fs.makeDirectory(path.dirname(place), { recursive: true })
    yield* fs.writeFile(place, bytes)
    return bytes
  })

  const first = files.find((file) => file.path === "design.json")
  const text = first === undefined ? undefined : yield* write(first, path.join(directory, "design.json"))
  const manifest = Manifest.fromText(text?.toString("utf8") ?? "")
  if (Result.isFailure(manifest)) return yield* refuse("the design in the queue", `cannot be read: ${manifest.failure}`)
  const others = files.filter((file) => file !== first)
  if (own === undefined) {
    for (const file of others) yield* write(file, path.join(home, "experiment", file.path))
  } else yield* own.check(manifest.success.hash, others)
  return {
    directory,
    experiment: own?.file ?? path.join(home, "experiment", "experiment.yaml"),
    jobs: new Map(manifest.success.jobs.map(({ id, job }) => [id, job]))
  }
})
