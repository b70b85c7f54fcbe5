/**
 * `rocflow tune`: what to choose, by all rows of a task.
 */
import { join } from "node:path"
import * as Note from "@rocflow/core/data/Note"
import * as Auto from "@rocflow/core/engine/Auto"
import { toJson } from "@rocflow/core/Json"
import * as Events from "@rocflow/core/learning/Events"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Place from "@rocflow/core/learning/Place"
import * as Definitions from "@rocflow/learners/Definitions"
import * as Tune from "@rocflow/resampling/Tune"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { load } from "../experiment/load.ts"
import { fileName } from "../fileName.ts"
import * as Progress from "../terminal/progress.ts"
import { tuningText } from "../terminal/tuning.ts"

interface Input {
  readonly file: string
  readonly out: Option.Option<string>
  readonly json: boolean
}

const tuners = new Set<unknown>(Tune.definitions.map(({ id }) => id))
const decisions = new Set<unknown>(Definitions.decisions.map(({ id }) => id))

/** Whether a learner tunes itself; a decision or a calibration around it tells what it chose. */
const tunes = (json: unknown): boolean => {
  if (typeof json !== "object" || json === null || !("type" in json)) return false
  return tuners.has(json.type) || (decisions.has(json.type) && "learner" in json && tunes(json.learner))
}

/** Tunes every learner that tunes itself on every task. */
export const tune = Effect.fn("tune")(function* ({ file, json, out }: Input) {
  const loaded = yield* load(file)
  const { experiment, learners, tasks } = loaded
  const tuned = learners.filter(({ json }) => tunes(json))
  if (tuned.length === 0) {
    return yield* loaded.refuse([
      {
        path: ["learners"],
        message:
          "has no learner that tunes itself (members of an ensemble are shown by none); write { type: Tune.random, learner: … } around one, with { tune: log, name: rate, from: 0.001, to: 1 } in the place of a value"
      }
    ])
  }
  const progress = Progress.make()
  for (const task of tasks) {
    for (const learner of tuned) {
      const { notes } = yield* Effect.mapError(Learner.check(learner, task), ({ message }) =>
        loaded.refuse([{ path: ["learners", learners.indexOf(learner)], message: `on task "${task.id}": ${message}` }])
      )
      const title = `${learner.id} on ${task.id}`
      const training = Learner.train(learner, task, {
        seed: experiment.seed,
        ...(Option.isSome(out) && { resume: true })
      })
      if (!json) yield* progress.step(`tuning ${title}`)
      const trained = yield* Option.match(out, {
        onNone: () => training,
        onSome: (directory) =>
          Effect.provideService(
            training,
            Place.Place,
            join(directory, `${fileName(task.id)}-${fileName(learner.id)}-${Learner.hash(learner).slice(0, 8)}`)
          )
      }).pipe(
        Effect.provideService(Events.Sink, progress.listen),
        Effect.provide(Auto.layer()),
        Effect.ensuring(Effect.sync(progress.clear))
      )
      const { tuning } = trained.fitted
      if (tuning === undefined) continue
      if (json) yield* Console.log(toJson({ task: task.id, learner: learner.id, ...tuning }))
      else yield* Console.log(`${title}\n${"─".repeat(title.length)}\n${tuningText(tuning)}\n`)
      if (!json && Option.isNone(out)) yield* Console.error("note: nothing is kept; --out DIR keeps what was tried")
      for (const note of Note.distinct([...notes, ...trained.fitted.notes]))
        yield* Console.error(`note: ${Note.message(note)}`)
    }
  }
})
