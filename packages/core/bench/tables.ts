/**
 * Times reading, dividing and learning from large tables, beside polars and PyTorch where Python has them.
 *
 *     npm run bench:tables -- [--rounds 3] [--shapes 1000000x20,200x20000] [--python python3] [--json]
 *
 * Each round reads the same made CSV once on either side, in a process of its own, of which the peak of memory is taken:
 * read the file; divide the rows into 5 folds of equal shares of the classes; standardise, and train a logistic regression
 * by minibatches of 1024 for 3 epochs on four folds; predict the fifth. Sides take turns, so that other load falls on both
 * alike. Printed are medians with quartiles, and the ratios of rounds: above 1 the peer took longer, or more.
 */
import { execFileSync } from "node:child_process"
import { createWriteStream, mkdtempSync, rmSync } from "node:fs"
import { once } from "node:events"
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import * as Spread from "../../resampling/bench/spread.ts"

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    shapes: { type: "string", default: "1000000x20,200x20000" },
    python: { type: "string", default: process.env["ROCFLOW_PYTHON"] ?? "python3" },
    json: { type: "boolean", default: false }
  }
})

/** What one process says of one table: seconds, the peak of its memory in MB, and how well it predicts. */
interface Said {
  readonly version: string
  readonly read: number
  readonly split: number
  readonly train: number
  readonly peak: number
  readonly auc: number
}

const figures = ["read", "split", "train", "peak"] as const

/** Writes a table of a class, one in ten rows positive, and columns of six decimals, of which five tell it. */
const make = async (path: string, rows: number, columns: number) => {
  let state = 12345
  const uniform = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32
  const out = createWriteStream(path)
  out.write(`Class,${Array.from({ length: columns - 1 }, (_, i) => `x${i + 1}`).join(",")}\n`)
  for (let row = 0; row < rows; row++) {
    const positive = row % 10 === 0
    const values = Array.from({ length: columns - 1 }, (_, j) =>
      (2 * (uniform() + uniform() + uniform()) - 3 + (positive && j < 5 ? 1 : 0)).toFixed(6)
    )
    if (!out.write(`${positive ? "yes" : "no"},${values.join(",")}\n`)) await once(out, "drain")
  }
  out.end()
  await once(out, "finish")
}

const own = [process.execPath, join(import.meta.dirname, "tablesOwn.ts")] as const
const peer = [options.python, join(import.meta.dirname, "peers/tables.py")] as const

/** Runs one side; undefined where it is not there. */
const run = ([command, program]: readonly [string, string], path: string): Said | undefined => {
  try {
    const text = execFileSync(command, [program, path], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] })
    return JSON.parse(text.trim().split("\n").at(-1)!) as Said
  } catch (cause) {
    const lines = String(cause).trim().split("\n")
    process.stderr.write(
      `${program.split("/").at(-1)} cannot run: ${lines.findLast((line) => /Error/.test(line)) ?? lines.at(-1)}\n`
    )
    return undefined
  }
}

const folder = mkdtempSync(join(tmpdir(), "rocflow-bench-"))
try {
  console.log(`${cpus()[0]?.model}, ${availableParallelism()} processors, load ${loadavg()[0]!.toFixed(1)}\n`)
  for (const shape of options.shapes.split(",")) {
    const [rows, columns] = shape.split("x").map(Number)
    const path = join(folder, `${shape}.csv`)
    await make(path, rows!, columns!)
    const rounds = Array.from({ length: Number(options.rounds) }, (_, round) => {
      const sides = round % 2 === 0 ? ([own, peer] as const) : ([peer, own] as const)
      const said = sides.map((side) => run(side, path))
      return round % 2 === 0 ? said : said.toReversed()
    })
    if (options.json) console.log(JSON.stringify({ shape, rounds }))
    const versions = rounds[0]!.map((said) =>
      said === undefined ? "none" : `${said.version}, AUC ${said.auc.toFixed(3)}`
    )
    const cell = (values: ReadonlyArray<number>, unit: string) =>
      values.length === 0 ? "" : Spread.text(Spread.of(values), 1, unit)
    const lines = figures.map((figure) => {
      const of = (side: number) => rounds.flatMap((said) => said[side]?.[figure] ?? [])
      const ratios = rounds.flatMap(([a, b]) => (a === undefined || b === undefined ? [] : [b[figure] / a[figure]]))
      const unit = figure === "peak" ? "MB" : "s"
      return [figure, cell(of(0), unit), cell(of(1), unit), cell(ratios, "")]
    })
    console.log(`${rows} rows, ${columns} columns, ${rounds.length} rounds\n`)
    console.log(`${Spread.table([["", versions[0]!, versions[1]!, "ratio"], ...lines])}\n`)
    rmSync(path)
  }
} finally {
  rmSync(folder, { recursive: true })
}
