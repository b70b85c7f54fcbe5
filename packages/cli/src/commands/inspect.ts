/**
 * `rocflow inspect`: an experiment, checked and drawn.
 */
import * as Task from "@rocflow/core/data/Task"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Prediction from "@rocflow/core/learning/Prediction"
import * as Pipeline from "@rocflow/core/pipeline/Pipeline"
import * as Registry from "@rocflow/core/pipeline/Registry"
import * as Resampling from "@rocflow/resampling/Resampling"
import type { AnyLearner } from "@rocflow/resampling/Job"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { stageText } from "@rocflow/report/fromRun"
import { toJson } from "@rocflow/core/Json"
import { textTable } from "../terminal/textTable.ts"
import { plan } from "./plan.ts"

interface Input {
  readonly file: string
  readonly format: "text" | "mermaid" | "json"
}

const rolesOf = (task: Task.Task): ReadonlyArray<ReadonlyArray<string>> =>
  Task.columnsByRole(task).map(([role, columns]) => [
    role,
    columns.length > 8 ? `${columns.slice(0, 6).join(", ")}, … (${columns.length} columns)` : columns.join(", ")
  ])

const counts = (task: Task.Task): string =>
  Task.classCounts(task)
    .map(({ count, name }, i) => `${name} ${count}${i === 0 && task.kind === "binary" ? " (positive)" : ""}`)
    .join(", ")

const taskText = (task: Task.Task): string =>
  `task ${task.id}: ${task.kind}, ${task.rows} rows${task.levels.length > 0 ? `; ${counts(task)}` : ""}\n\n${textTable([{ title: "role" }, { title: "columns" }], rolesOf(task))}`

const pipelineOf = (learner: AnyLearner<unknown>, registry: Registry.Registry): Pipeline.Any | undefined =>
  "pipeline" in learner.json ? Result.getOrUndefined(Pipeline.fromJson(learner.json.pipeline, registry)) : undefined

/** Shows tasks, roles and pipelines without training. */
export const inspect = Effect.fn("inspect")(function* ({ file, format }: Input) {
  const { loaded, design } = yield* plan(file)
  const { tasks, learners, measures, registry } = loaded
  if (format === "json") {
    return yield* Console.log(
      toJson(
        {
          name: loaded.name,
          seed: design.seed,
          tasks: tasks.map(({ id, kind, rows, roles, levels, hash }) => ({ id, kind, rows, roles, levels, hash })),
          learners: learners.map((learner) => ({ id: learner.id, hash: Learner.hash(learner), ...learner.json })),
          resamplings: loaded.experiment.resamplings,
          measures: measures.map(({ id }) => id),
          jobs: design.jobs.length
        },
        2
      )
    )
  }
  const [task] = tasks
  const known = {
    features: task?.roles.feature.length,
    outputs: task === undefined ? undefined : Prediction.outputs(task.kind, task.levels)
  }
  if (format === "text") for (const each of tasks) yield* Console.log(`${taskText(each)}\n`)
  for (const learner of learners) {
    const pipeline = pipelineOf(learner, registry)
    // Preprocessing may change the number of columns, so the task's number is shown only where there is none.
    const shapes = pipeline?.stages[0]?.kind === "ingress" ? known : { outputs: known.outputs }
    if (format === "mermaid") {
      if (pipeline !== undefined) yield* Console.log(`%% ${learner.id}\n${Pipeline.toMermaid(pipeline, shapes)}\n`)
    } else {
      const body = pipeline === undefined ? stageText(learner.json) : Pipeline.toText(pipeline, shapes)
      yield* Console.log(`learner ${learner.id}\n\n${body.replace(/^/gm, "  ")}\n`)
    }
  }
  if (format === "text") {
    const resamplings = loaded.experiment.resamplings.map((resampling) => Resampling.toText(resampling)).join("; ")
    yield* Console.log(
      `${resamplings}: ${design.jobs.length} jobs, measures ${measures.map(({ id }) => id).join(", ")}`
    )
    for (const warning of design.warnings) yield* Console.error(`note: ${warning}`)
  }
})
