/**
 * `Callback.checkpoint`: the state of training in files.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { fs, path } from "../../../internal/node.ts"
import * as OptionSchema from "../../../OptionSchema.ts"
import { CallbackError } from "../../CallbackError.ts"
import * as Checkpoint from "../../Checkpoint.ts"
import * as Place from "../../Place.ts"
import { type Control, define, type Hooks, make } from "../callback.ts"
import * as Files from "./files.ts"

const id = "Callback.checkpoint"

const Options = Schema.Struct({
  directory: OptionSchema.withDefault(
    Schema.NonEmptyString,
    "checkpoints",
    "Where checkpoints are written, within the directory of the job"
  ),
  every: OptionSchema.withDefault(OptionSchema.count(1), 1, "Epochs from one checkpoint to the next"),
  keep: OptionSchema.withDefault(OptionSchema.count(1), 1, "How many checkpoints are kept, the latest ones"),
  best: OptionSchema.withDefault(Schema.Boolean, false, "Whether the best epoch is kept, too"),
  file: OptionSchema.optional(
    Schema.NonEmptyString,
    "The one file that each checkpoint replaces; default: a file for each",
    "training.checkpoint"
  )
})

const Remembered = Schema.Array(Schema.Int)

const bestFile = "best.checkpoint"

const write = Effect.fnUntraced(function* (file: string, control: Control) {
  const bytes = Checkpoint.toBytes(control.checkpoint())
  if (Result.isSuccess(bytes)) return yield* Files.write(id, file, bytes.success)
  return yield* new CallbackError({
    callback: id,
    given: "the state of training",
    rule: `cannot be written (${bytes.failure})`,
    advice: "leave out a measure that is infinite, and see that what callbacks save is plain JSON"
  })
})

/** One file, which each checkpoint replaces. */
const inFile = (file: string, every: number): Hooks<CallbackError> => {
  let written = 0
  const put = Effect.fnUntraced(function* (epoch: number, control: Control) {
    written = epoch
    yield* write(yield* Place.at(file), control)
  })
  return {
    epochEnd: ({ row: { epoch } }, control) => (epoch % every === 0 ? put(epoch, control) : Effect.void),
    end: ({ epoch }, control) => (epoch > written ? put(epoch, control) : Effect.void),
    resume: Effect.fnUntraced(function* (now) {
      const found = yield* Place.at(file)
      return (yield* exists(found)) ? yield* Checkpoint.latest(found, now) : undefined
    }),
    save: () => written,
    load: (saved) => {
      written = Schema.decodeUnknownSync(Schema.Int)(saved)
    }
  }
}

const exists = (file: string): Effect.Effect<boolean> =>
  Effect.promise(() =>
    fs()
      .stat(file)
      .then(
        () => true,
        () => false
      )
  )

/** The names in a directory; none if it is not there. */
const namesIn = (folder: string): Effect.Effect<ReadonlyArray<string>> =>
  Effect.promise(() =>
    fs()
      .readdir(folder)
      .catch((): ReadonlyArray<string> => [])
  )

/** What a kill left of a checkpoint that was being written. */
const isUnfinished = (name: string): boolean => /^(epoch-\d+|best)\.checkpoint\.\d+\.part$/.test(name)

/** A file for each of the last checkpoints, and one for the best. */
const inDirectory = ({ best, directory, every, keep }: typeof Options.Type): Hooks<CallbackError> => {
  /** The epochs whose files are there. */
  let kept: ReadonlyArray<number> = []
  const prune = Effect.fnUntraced(function* (folder: string) {
    const old = kept.slice(0, -keep)
    kept = kept.slice(-keep)
    yield* Effect.forEach(old, (epoch) => Files.remove(id, path().join(folder, Checkpoint.fileOf(epoch))), {
      discard: true
    })
  })
  const put = Effect.fnUntraced(function* (epoch: number, control: Control) {
    const folder = yield* Place.at(directory)
    // Those that are taken away after it are remembered in it: a kill may come between.
    kept = [...kept, epoch]
    yield* write(path().join(folder, Checkpoint.fileOf(epoch)), control)
    yield* prune(folder)
  })
  return {
    begin: Effect.fnUntraced(function* () {
      const folder = yield* Place.at(directory)
      yield* prune(folder)
      yield* Effect.forEach((yield* namesIn(folder)).filter(isUnfinished), (name) =>
        Files.remove(id, path().join(folder, name))
      )
    }),
    epochEnd: Effect.fnUntraced(function* ({ improved, row: { epoch } }, control) {
      if (best && improved) {
        yield* write(path().join(yield* Place.at(directory), bestFile), control)
      }
      if (epoch % every === 0) yield* put(epoch, control)
    }),
    end: ({ epoch }, control) => (epoch > (kept.at(-1) ?? 0) ? put(epoch, control) : Effect.void),
    resume: Effect.fnUntraced(function* (now) {
      const folder = yield* Place.at(directory)
      return (yield* namesIn(folder)).some(Checkpoint.isFileOfEpoch) ? yield* Checkpoint.latest(folder, now) : undefined
    }),
    save: () => kept,
    load: (saved) => {
      kept = Schema.decodeUnknownSync(Remembered)(saved)
    }
  }
}

/** `Callback.checkpoint` as a definition, for registries. @category definitions */
export const checkpointDefinition = define({
  id,
  summary: "Writes the state of training every so many epochs, so that it can be resumed",
  // After all others, whose states it writes.
  weight: 1_000_000,
  observes: true,
  options: Options,
  make: (options) => (options.file === undefined ? inDirectory(options) : inFile(options.file, options.every))
})

/**
 * Writes a checkpoint every `every` epochs (default 1) and after the last one, from which `resume` of `Learner.train` goes
 * on as if training had never stopped.
 *
 * In `directory` (default "checkpoints") each is a file of its own, `epoch-000010.checkpoint`, of which the last `keep`
 * (default 1) stay; with `best` there is also `best.checkpoint`, that of the best epoch by the first validation measure.
 * With `file` there is this one file, which each checkpoint replaces. Relative paths are in `Place`. A file appears whole or
 * not at all; its size is that of the weights, of what the optimizer keeps (twice the weights for Adam), and of the best
 * weights with `restoreBest`.
 *
 * Errors: `CallbackError` where nothing can be written.
 *
 * *Gotcha*: with the same directory two trainings at the same time replace each other's files; in a run of an experiment
 * each job has a place of its own. Checkpoints of another training stay until one of the same epoch replaces them.
 *
 * @example
 * Model.classif({ epochs: 500, callbacks: [Callback.checkpoint({ every: 10, keep: 3, best: true })] })
 * @category callbacks
 */
export const checkpoint = (options: typeof Options.Encoded = {}) => make(checkpointDefinition, options)
