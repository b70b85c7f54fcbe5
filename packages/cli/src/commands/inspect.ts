/**
 * `rocflow inspect`: an experiment, checked and drawn.
 */
import * as Column from "@rocflow/core/data/Column"
import * as Table from "@rocflow/core/data/Table"
import * as Tensors from "@rocflow/core/data/Tensors"
import * as Task from "@rocflow/core/data/Task"
import * as Auto from "@rocflow/core/engine/Auto"
import * as Engine from "@rocflow/core/engine/Engine"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Prediction from "@rocflow/core/learning/Prediction"
import * as Graph from "@rocflow/core/network/Graph"
import * as Pipeline from "@rocflow/core/pipeline/Pipeline"
import * as Registry from "@rocflow/core/pipeline/Registry"
import * as Resampling from "@rocflow/resampling/Resampling"
import type { AnyLearner } from "@rocflow/resampling/Job"
import * as Excerpt from "@rocflow/core/Excerpt"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { stageText } from "@rocflow/report/fromRun"
import { toJson } from "@rocflow/core/Json"
import * as Tune from "@rocflow/resampling/Tune"
import { counted } from "../terminal/counted.ts"
import { spaceLines } from "../terminal/space.ts"
import { scheduleLines } from "../terminal/schedules.ts"
import { textTable } from "../terminal/textTable.ts"
import { plan } from "./plan.ts"

interface Input {
  readonly file: string
  readonly format: "text" | "mermaid"
  readonly json: boolean
}

/** So many columns are listed; of the others only the number is said. */
const listed = 30

const percent = (count: number, rows: number): string =>
  count === 0 ? "" : `${((100 * count) / rows).toPrecision(2)} %`

/** The shape of a tensor's rows, or how many there are. */
const shapeText = (column: Column.Tensor): string => {
  const shapes = Result.getOrElse(Tensors.shapes(column), () => [])
  return shapes.length === 1 ? shapes[0]!.shape.join(" × ") : `of ${shapes.length} shapes`
}

/** The value of a row; of a tensor the name of its file without the directories. */
const exampleOf = (column: Column.Column, row: number): string => {
  const text = Column.toText(column, row) ?? ""
  return column.type === "tensor" ? text.replace(/^.*[/\\]/, "") : text
}

/** Every column with its role, type, number of values, missing share and an example. */
const columnsOf = (task: Task.Task): string => {
  const roles = new Map<string, Array<string>>()
  for (const [role, columns] of Task.columnsByRole(task)) {
    for (const name of columns) roles.set(name, [...(roles.get(name) ?? []), role])
  }
  const summary = Table.summary(task.table)
  const rows = summary.slice(0, listed).map(({ distinct, missing, name, type }) => {
    const column = task.table.columns.get(name)!
    const first = column.missing === null ? 0 : column.missing.indexOf(0)
    return [
      name,
      roles.get(name)?.join(", ") ?? "–",
      column.type === "tensor" ? `tensor ${shapeText(column)}` : type,
      String(distinct),
      percent(missing, task.rows),
      first < 0 ? "" : shorten(exampleOf(column, first), 20)
    ]
  })
  const titles = [
    { title: "column" },
    { title: "role" },
    { title: "type" },
    { title: "values", align: "right" as const },
    { title: "missing", align: "right" as const },
    { title: "the first" }
  ]
  const more = summary.length > listed ? `\n… and ${summary.length - listed} more columns` : ""
  return textTable(titles, rows) + more
}

const shorten = (text: string, length: number): string => {
  const characters = Array.from(text.replaceAll(/\s+/g, " "))
  return characters.length <= length ? characters.join("") : `${characters.slice(0, length - 1).join("")}…`
}

const counts = (task: Task.Task): string =>
  Task.classCounts(task)
    .map(({ count, name }, i) => `${name} ${count}${i === 0 && task.kind === "binary" ? " (positive)" : ""}`)
    .join(", ")

const taskText = (task: Task.Task): string =>
  `task ${Excerpt.visible(task.id)}: ${task.kind}, ${task.rows} rows${task.levels.length > 0 ? `; ${counts(task)}` : ""}\n\n${columnsOf(task)}`

/** The pipeline that a learner is, or that a recipe writes for a task. */
const pipelineOf = (
  learner: AnyLearner<unknown>,
  registry: Registry.Registry,
  task: Task.Task | undefined
): Pipeline.Any | undefined =>
  "pipeline" in learner.json
    ? Result.getOrUndefined(Pipeline.fromJson(learner.json.pipeline, registry))
    : task === undefined || learner.plan === undefined
      ? undefined
      : Result.getOrUndefined(learner.plan(task))

/** A preprocessing stage with the number of columns behind it, and of training rows if it changes that. */
const stageWidth = ({ columns, path, rows }: Learner.Checked["stages"][number]): string =>
  `${path} ${columns}${rows === undefined ? "" : ` (${rows} rows)`}`

/** The number of feature columns behind each preprocessing stage, and what it chose; nothing if there is none. */
const widthsOf = ({ roles, id }: Task.Task, stages: Learner.Checked["stages"]): ReadonlyArray<string> =>
  stages.length === 0
    ? []
    : [
        `  columns on ${id}: ${[roles.feature.length, ...stages.map(stageWidth)].join(" → ")}`,
        ...stages.flatMap(({ chose = [], path }) => chose.map((what) => `  ${path} on ${id}: ${what}`))
      ]

/** How many numbers a network learns, the engine that computes it on a task, and what keeps it off those before it; nothing for other learners. */
const engineOf = (
  engines: ReadonlyArray<Engine.Engine>,
  { computes, task }: { readonly task: string; readonly computes?: Learner.Checked["computes"] }
): ReadonlyArray<string> =>
  computes === undefined
    ? []
    : [
        `  parameters on ${task}: ${Graph.size(computes.program.network)}`,
        `  engine on ${task}: ${Result.match(Engine.explain(engines, computes.program, computes.engine), {
          onSuccess: (text) => text,
          onFailure: ({ message }) => message
        })}`
      ]

/** Shows tasks, roles and pipelines without training. */
export const inspect = Effect.fn("inspect")(function* (input: Input) {
  return yield* Effect.provide(show(input), Auto.layer())
})

const show = Effect.fnUntraced(function* ({ file, format, json }: Input) {
  const { loaded, design } = yield* plan(file)
  const engines = yield* Engine.Engines
  const { tasks, learners, measures, pooled, registry } = loaded
  const measured = [...measures.map(({ id }) => id), ...pooled.map(({ id }) => `${id} (pooled)`)]
  if (json) {
    return yield* Console.log(
      toJson(
        {
          name: loaded.name,
          seed: design.seed,
          tasks: tasks.map(({ id, kind, rows, roles, levels, hash }) => ({ id, kind, rows, roles, levels, hash })),
          learners: learners.map((learner) => ({ id: learner.id, hash: Learner.hash(learner), ...learner.json })),
          resamplings: loaded.experiment.resamplings,
          measures: measured,
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
    const pipeline = pipelineOf(learner, registry, task)
    const checked = design.checked.filter((seen) => seen.learner === learner.id)
    const { computes, stages } = checked.find((seen) => seen.task === task?.id) ?? { stages: [] }
    const shapes = {
      ...known,
      columns: new Map(stages.map(({ columns, path }) => [path, columns])),
      inputs: new Map(computes?.program.network.inputs.map(({ path, shape }) => [path, shape]))
    }
    if (format === "mermaid") {
      if (pipeline !== undefined) yield* Console.log(`%% ${learner.id}\n${Pipeline.toMermaid(pipeline, shapes)}\n`)
    } else {
      const body = pipeline === undefined ? stageText(learner.json) : Pipeline.toText(pipeline, shapes)
      const schedules = pipeline === undefined ? [] : scheduleLines(pipeline, registry)
      const lines = [
        ...spaceLines(Tune.spaceOf(learner.json)).map((line) => `  ${line}`),
        ...schedules.map((line) => `  ${line}`),
        ...checked.flatMap((seen) => [
          ...widthsOf(
            tasks.find(({ id }) => id === seen.task)!,
            seen.stages
          ),
          ...engineOf(engines, seen)
        ])
      ]
      const below = lines.length === 0 ? "" : `\n${lines.join("\n")}\n`
      yield* Console.log(`learner ${Excerpt.visible(learner.id)}\n\n${body.replace(/^/gm, "  ")}\n${below}`)
    }
  }
  if (format === "text") {
    const resamplings = loaded.experiment.resamplings.map((resampling) => Resampling.toText(resampling)).join("; ")
    yield* Console.log(`${resamplings}: ${counted(design.jobs.length, "job")}, measures ${measured.join(", ")}`)
    for (const warning of design.warnings) yield* Console.error(`note: ${warning}`)
  }
})
