/**
 * The schedules of a pipeline, drawn small: what the numbers that follow them will be over the epochs.
 */
import * as Pipeline from "@rocflow/core/pipeline/Pipeline"
import * as Registry from "@rocflow/core/pipeline/Registry"
import * as Schedule from "@rocflow/core/pipeline/Schedule"
import * as Result from "effect/Result"

/** Columns of a drawing. */
const columns = 40

const blocks = "▁▂▃▄▅▆▇█"

/** A number in few digits: 0.005, 1e-5. */
const short = (value: number): string => String(Number(value.toPrecision(3)))

/** Draws values between 0 and the highest of them, each as a block. */
export const sparkline = (values: ReadonlyArray<number>): string => {
  const highest = Math.max(...values)
  return values.map((value) => blocks[highest > 0 ? Math.round(((blocks.length - 1) * value) / highest) : 0]).join("")
}

const isSchedule = (value: object): value is Schedule.Json =>
  "type" in value && typeof value.type === "string" && value.type.includes(".")

/** The schedules among options, each with the path of its option; stages among them stand behind their names. */
const found = (
  options: unknown,
  find: ReturnType<typeof Registry.lookup>,
  path: string
): ReadonlyArray<readonly [string, Schedule.Bound]> => {
  if (typeof options !== "object" || options === null) return []
  if (isSchedule(options) && Result.isSuccess(find(options.type, "schedule"))) {
    const bound = Schedule.bind(options, find)
    return Result.isSuccess(bound) ? [[path, bound.success]] : []
  }
  const own = "type" in options && typeof options.type === "string" ? options.type : undefined
  return Object.entries(options).flatMap(([key, inner]) =>
    found(inner, find, own === undefined ? (path === "" ? key : `${path}.${key}`) : `${own}.${key}`)
  )
}

/** How many epochs schedules run over: as the closing stage says. */
const epochsOf = (pipeline: Pipeline.Any): number => {
  const json = pipeline.stages.at(-1)?.json
  const epochs = json?.["scheduleEpochs"] ?? json?.["epochs"]
  return typeof epochs === "number" ? epochs : 0
}

const drawn = (bound: Schedule.Bound, epochs: number): string => {
  const { type } = bound.json
  if (bound.adapts !== undefined) {
    return `${type}, begins with ${short(bound.at(0, bound.adapts.initial))}, and answers to validation`
  }
  const [values, quarters] = [Schedule.preview(bound, columns - 1), Schedule.preview(bound, 4)]
  return `${type} over ${epochs} epochs  ${sparkline(values)}  ${quarters.map(short).join(", ")} at each quarter`
}

/** A line for each schedule of a pipeline, with all options that follow it; those of layers behind the name of the layer. */
export const scheduleLines = (pipeline: Pipeline.Any, registry: Registry.Registry): ReadonlyArray<string> => {
  const find = Registry.lookup(registry)
  const epochs = epochsOf(pipeline)
  const lines = pipeline.stages.flatMap(({ json: { type, ...options }, kind }) =>
    found(options, find, kind === "optimizer" ? "" : type).map(([path, bound]) => ({
      path,
      line: drawn(bound, epochs)
    }))
  )
  return Array.from(
    Map.groupBy(lines, ({ line }) => line),
    ([line, same]) => `${[...new Set(same.map(({ path }) => path))].join(", ")}: ${line}`
  )
}
