/**
 * `rocflow doctor`: what works on this machine.
 */
import { availableParallelism } from "node:os"
import * as Fused from "@rocflow/core/engine/fused/Fused"
import * as Tfjs from "@rocflow/core/engine/tfjs/Tfjs"
import * as ParquetBytes from "@rocflow/core/data/ParquetBytes"
import * as Table from "@rocflow/core/data/Table"
import * as Column from "@rocflow/core/data/Column"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import * as Result from "effect/Result"
import type { Figure } from "@rocflow/report/Figure"
import { toPng, toSvg } from "@rocflow/report/render"
import { toJson } from "@rocflow/core/Json"
import { textTable } from "../terminal/textTable.ts"
import { terminalWidth, width, wrapped } from "../terminal/textWidth.ts"
import { versions } from "../versions.ts"
import { installTfjsNode } from "./installTfjsNode.ts"

interface Check {
  readonly part: string
  readonly works: boolean
  readonly detail: string
}

/** The fused engine in both arithmetics; the first is used. */
const fused: ReadonlyArray<Check> = (["relaxed", "strict"] as const).map((arithmetic) => {
  const name = `fused-${arithmetic}`
  const works = Fused.engine(arithmetic) !== undefined
  const used = Fused.engines()[0]?.name === name
  return {
    part: `engine ${name}`,
    works,
    detail: works
      ? `WebAssembly with vectors (${used ? "used for networks whose layers all have kernels" : "by name"})`
      : "this machine's WebAssembly lacks these vector instructions"
  }
})

/** TensorFlow.js on its backends; the first that works is used. */
const tfjs: Effect.Effect<ReadonlyArray<Check>> = Effect.map(Tfjs.survey, (found) => {
  const used = found.find(({ available }) => available)?.backend
  return found.map(({ backend, available, detail }) => ({
    part: `engine tfjs-${backend}`,
    works: available,
    detail: `${detail}${available || backend !== "node" ? "" : "; `rocflow doctor --install tfjs-node` builds it"}${backend === used ? " (used for all other networks)" : available ? " (a better one is used)" : ""}`
  }))
})

/** Writes a Parquet file and reads it back. */
const dataFiles = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const file = path.join(yield* fs.makeTempDirectoryScoped(), "check.parquet")
  yield* fs.writeFile(file, ParquetBytes.of([["x", Column.numeric([1, 2])]]))
  const table = yield* Table.fromFile(file)
  return `wrote and read ${table.rows} rows of Parquet`
}).pipe(Effect.scoped)

const figure: Figure = {
  kind: "roc",
  task: "check",
  name: "check",
  title: "check",
  caption: "",
  fullNames: new Map(),
  spec: { data: { values: [{ x: 0 }, { x: 1 }] }, mark: "point", encoding: { x: { field: "x", type: "quantitative" } } }
}

const figures = Effect.gen(function* () {
  const svg = yield* toSvg(figure)
  const png = yield* toPng("check", svg)
  return `drew SVG and PNG (${png.length} bytes)`
})

const check = <E extends { readonly message: string }, R>(part: string, effect: Effect.Effect<string, E, R>) =>
  Effect.map(Effect.result(effect), (result): Check =>
    Result.isSuccess(result)
      ? { part, works: true, detail: result.success }
      : { part, works: false, detail: result.failure.message }
  )

interface Input {
  readonly json: boolean
  readonly install: Option.Option<"tfjs-node">
}

/** Says what works on this machine, after installing what is asked for. */
export const doctor = Effect.fn("doctor")(function* ({ install, json }: Input) {
  if (Option.isSome(install)) yield* installTfjsNode
  const checks: ReadonlyArray<Check> = [
    {
      part: "machine",
      works: true,
      detail: `${versions["platform"]}, ${availableParallelism()} cores`
    },
    { part: "Node", works: true, detail: `${versions["node"]} at ${process.execPath}` },
    ...fused,
    ...(yield* tfjs),
    yield* check("data files", dataFiles),
    yield* check("figures", figures)
  ]
  if (json) return yield* Console.log(toJson({ versions, checks }, 2))
  // What the other columns leave.
  const room = Math.max(20, terminalWidth() - Math.max(...checks.map(({ part }) => width(part))) - "works".length - 4)
  yield* Console.log(
    textTable(
      [{ title: "part" }, { title: "works" }, { title: "detail" }],
      checks.flatMap(({ part, works, detail }) => {
        const [first = "", ...others] = wrapped(detail, room).split("\n")
        return [[part, works ? "yes" : "no", first], ...others.map((more) => ["", "", more])]
      })
    )
  )
})
