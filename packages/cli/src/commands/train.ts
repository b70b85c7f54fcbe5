/**
 * `rocflow train`: models of all rows, kept for new ones.
 */
import { join } from "node:path"
import * as Note from "@rocflow/core/data/Note"
import type * as Task from "@rocflow/core/data/Task"
import * as TaskSchema from "@rocflow/core/data/TaskSchema"
import * as Auto from "@rocflow/core/engine/Auto"
import * as FileProblem from "@rocflow/core/FileProblem"
import { toJson } from "@rocflow/core/Json"
import * as Events from "@rocflow/core/learning/Events"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Place from "@rocflow/core/learning/Place"
import * as Saved from "@rocflow/core/learning/Saved"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { load, type Loaded } from "../experiment/load.ts"
import { fileName } from "../fileName.ts"
import * as Progress from "../terminal/progress.ts"
import { ModelError } from "./models.ts"

interface Input {
  readonly file: string
  readonly save: string
  readonly learner: Option.Option<string>
  readonly task: Option.Option<string>
  readonly json: boolean
}

/** Those of a name, or all. */
const named = <A extends { readonly id: string }>(
  all: ReadonlyArray<A>,
  name: Option.Option<string>
): ReadonlyArray<A> =>
  Option.match(name, { onNone: () => all, onSome: (wanted) => all.filter(({ id }) => id === wanted) })

/** Each learner on each task, with the folder of its model; no two have one. */
const places = Effect.fnUntraced(function* (
  loaded: Loaded,
  save: string,
  tasks: Loaded["tasks"],
  learners: Loaded["learners"]
) {
  const found = new Map<
    string,
    { readonly task: Loaded["tasks"][number]; readonly learner: Loaded["learners"][number] }
  >()
  for (const task of tasks) {
    for (const learner of learners) {
      const folder = join(save, `${fileName(task.id)}-${fileName(learner.id)}`)
      const other = found.get(folder)
      if (other !== undefined) {
        const message = `"${other.learner.id}" on "${other.task.id}" and "${learner.id}" on "${task.id}" would both be kept in ${folder}; give one another id, or train them apart by --learner and --task`
        return yield* loaded.refuse([{ path: ["learners"], message }])
      }
      found.set(folder, { task, learner })
    }
  }
  return found
})

/** A model that knows the rows that it was trained on, when it is asked about rows. */
const withData = <T extends Pick<Saved.Loaded, "origin" | "task">>(trained: T, task: Task.Task): T => {
  const data = Result.getOrUndefined(Result.map(TaskSchema.rows(trained.task, task), TaskSchema.hashOf))
  return trained.origin === undefined || data === undefined
    ? trained
    : { ...trained, origin: { ...trained.origin, data } }
}

/** Trains every learner on every task, and writes its model into a folder of the directory. */
export const train = Effect.fn("train")(function* ({ file, json, learner: wanted, save, task: about }: Input) {
  const loaded = yield* load(file)
  const fs = yield* FileSystem.FileSystem
  const [tasks, learners] = [named(loaded.tasks, about), named(loaded.learners, wanted)]
  for (const [key, found, name, all] of [
    ["tasks", tasks, about, loaded.tasks],
    ["learners", learners, wanted, loaded.learners]
  ] as const) {
    if (found.length > 0 || Option.isNone(name)) continue
    const ids = all.map(({ id }) => `"${id}"`).join(", ")
    return yield* loaded.refuse([{ path: [key], message: `there is none called "${name.value}"; there are ${ids}` }])
  }
  const folders = yield* places(loaded, save, tasks, learners)
  yield* Effect.mapError(
    fs.makeDirectory(save, { recursive: true }),
    (error) =>
      new ModelError({
        path: save,
        rule: `cannot be made: ${FileProblem.why(error).rule}`,
        advice: "name another one by --save"
      })
  )
  const progress = Progress.make()
  for (const [folder, { learner, task }] of folders) {
    const { notes } = yield* Effect.mapError(Learner.check(learner, task), ({ message }) =>
      loaded.refuse([
        { path: ["learners", loaded.learners.indexOf(learner)], message: `on task "${task.id}": ${message}` }
      ])
    )
    if (!json) yield* progress.step(`training ${learner.id} on ${task.id}`)
    const trained = yield* Learner.train(learner, task, { seed: loaded.experiment.seed }).pipe(
      Effect.provideService(Place.Place, folder),
      Effect.provideService(Events.Sink, progress.listen),
      Effect.provide(Auto.layer()),
      Effect.ensuring(Effect.sync(progress.clear))
    )
    yield* fs.makeDirectory(folder, { recursive: true })
    const model = join(folder, "model.safetensors")
    yield* Saved.write(withData(trained, task), model)
    yield* json
      ? Console.log(toJson({ task: task.id, learner: learner.id, rows: task.rows, model }))
      : Console.log(`${learner.id} on ${task.id}, ${task.rows} rows: ${model}`)
    for (const note of Note.distinct([...notes, ...trained.fitted.notes])) {
      yield* Console.error(`note: ${Note.message(note)}`)
    }
  }
})
