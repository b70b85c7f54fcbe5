/** The cross-validated elastic net beside R's glmnet, on the same rows and folds, each on one thread. */
import { spawnSync } from "node:child_process"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { basename, join } from "node:path"
import * as Seed from "@rocflow/core/Seed"
import { type CvElasticNet, cvElasticNet } from "../../learners/src/internal/elasticNet/crossValidated.ts"
import type { ElasticNetProblem } from "../../learners/src/internal/elasticNet/problem.ts"

/** @category models */
export interface Given {
  readonly name: string
  readonly problem: ElasticNetProblem
  readonly folds: Int32Array
}

const folds = 10

const given = (name: string, n: number, p: number, x: Float64Array, y: Float64Array): Given => ({
  name,
  problem: { family: "binomial", n, p, x, y },
  folds: Int32Array.from({ length: n }, (_, i) => i % folds)
})

/** Reads a table whose first column is the class (1 or 0), whose second is left out, and whose others are features. */
const read = (file: string): Given => {
  const [header = "", ...lines] = readFileSync(file, "utf8").trim().split("\n")
  const p = header.split(",").length - 2
  const rows = lines.map((line) => line.split(",").map((cell, c) => (c === 1 ? 0 : Number(cell))))
  const n = rows.length
  const x = Float64Array.from({ length: n * p }, (_, t) => rows[t % n]![2 + Math.floor(t / n)]!)
  return given(
    basename(file),
    n,
    p,
    x,
    Float64Array.from(rows, (row) => row[0]!)
  )
}

/** Makes shares of words in messages: mostly 0, skewed, and every third word tells of the class. */
const make = (): Given => {
  const [n, p] = [4601, 57]
  const { float } = Seed.generator(Seed.derive(Seed.root(1), "words"))
  const y = Float64Array.from({ length: n }, () => (float() < 0.4 ? 1 : 0))
  const x = Float64Array.from({ length: n * p }, (_, t) => {
    const tells = Math.floor(t / n) % 3 === 0 && y[t % n] === 1
    return float() < (tells ? 0.4 : 0.2) ? -Math.log(1 - float()) : 0
  })
  return given("made data", n, p, x, y)
}

/** The table in the file, or made data of the size of spambase where there is none. */
export const data = (file: string): Given => (existsSync(file) ? read(file) : make())

/** Seconds of one cross-validation, and what it found: penalties, the least error and where it is. */
export interface Sample {
  readonly wall: number
  readonly cpu: number
  readonly penalties: number
  readonly least: number
  readonly lambdaMin: number
}

const summary = ({ cvm, fit, indexMin, lambdaMin }: CvElasticNet) => ({
  penalties: fit.lambda.length,
  least: cvm[indexMin]!,
  lambdaMin
})

export const ours = ({ folds, problem }: Given): Sample => {
  const cpuBefore = process.cpuUsage()
  const begun = performance.now()
  const found = cvElasticNet(problem, folds)
  const wall = (performance.now() - begun) / 1000
  const { system, user } = process.cpuUsage(cpuBefore)
  return { wall, cpu: (user + system) / 1e6, ...summary(found) }
}

/** Writes the data where the peer looks for them. */
export const write = (folder: string, { folds, problem }: Given): void => {
  writeFileSync(join(folder, "x.f64"), problem.x)
  writeFileSync(join(folder, "y.f64"), Float64Array.from(problem.y))
  writeFileSync(join(folder, "folds.f64"), Float64Array.from(folds))
}

/** What glmnet did, or why it could not. */
export type Answer = { readonly version: string; readonly sample: Sample } | { readonly absent: string }

export const glmnet = (folder: string, { problem }: Given): Answer => {
  const script = join(import.meta.dirname, "peers", "glmnet.R")
  const { error, status, stderr, stdout } = spawnSync("Rscript", [script, folder, String(problem.n)], {
    encoding: "utf8",
    env: { ...process.env, OMP_NUM_THREADS: "1" }
  })
  if (error !== undefined) return { absent: error.message }
  if (status !== 0) return { absent: stderr.trim().split("\n").at(-1) ?? `exit code ${status}` }
  const [version = "", ...numbers] = stdout.trim().split("\t")
  const [wall = Number.NaN, cpu = Number.NaN, penalties = 0, least = Number.NaN, lambdaMin = Number.NaN] =
    numbers.map(Number)
  return { version, sample: { wall, cpu, penalties, least, lambdaMin } }
}
