/**
 * What a long pipeline costs the type checker, in instantiations, which no machine changes, and roughly in time.
 */
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"

const root = join(dirname(fileURLToPath(import.meta.url)), "../../..")
const compiler = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc")

const imports = `
import * as Learner from "@rocflow/core/learning/Learner"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Model from "@rocflow/core/learning/Model"
import * as Validation from "@rocflow/core/learning/Validation"
import * as Ingress from "@rocflow/core/pipeline/Ingress"
import * as Nn from "@rocflow/core/pipeline/Nn"
import * as Optimizer from "@rocflow/core/pipeline/Optimizer"
import * as Preprocess from "@rocflow/core/pipeline/Preprocess"
import type * as Task from "@rocflow/core/data/Task"
import * as Bce from "@rocflow/losses/Bce"

export const used = [Learner, Measure, Model, Validation, Ingress, Nn, Optimizer, Preprocess, Bce]
export declare const task: Task.Task<"binary", "target" | "feature", "age" | "dose">
`

/** Thirty stages, from preprocessing to a model that is trained. */
const pipeline = `
export const learner = Preprocess.impute({ method: "median" })
  .pipe(
    Preprocess.oneHot(), Preprocess.dropConstants(), Preprocess.standardise(), Ingress.numeric(["age", "dose"]),
    Nn.linear(32), Nn.relu(), Nn.dropout(0.1), Nn.linear(32), Nn.relu(), Nn.dropout(0.1),
    Nn.residual((block) => block.pipe(Nn.linear(32), Nn.gelu())),
    Nn.linear(32), Nn.relu(), Nn.dropout(0.1), Nn.linear(32), Nn.relu(), Nn.dropout(0.1)
  )
  .pipe(
    Nn.linear(16), Nn.tanh(), Nn.dropout(0.1), Nn.linear(16), Nn.tanh(), Nn.linear(8), Nn.sigmoid(), Nn.linear(4),
    Nn.head(), Bce.loss(), Optimizer.adam(),
    Model.classif({
      epochs: 1, measures: [Measure.error],
      validation: Validation.holdout(0.3, { measures: [Measure.auc], patience: 5 })
    })
  )
export const trained = Learner.train(learner, task)
`

describe("the type checker", () => {
  let folder = ""

  /** Compiles a program and reads a number from the compiler's diagnostics. */
  const compile = (code: string) => {
    writeFileSync(join(folder, "program.ts"), code)
    const text = execFileSync(process.execPath, [compiler, "-p", folder, "--extendedDiagnostics"], { encoding: "utf8" })
    const number = (name: string) => Number(new RegExp(`^${name}:\\s+([\\d.]+)`, "m").exec(text)?.[1])
    return { instantiations: number("Instantiations"), seconds: number("Check time") }
  }

  beforeAll(() => {
    const cache = join(root, "node_modules/.cache")
    mkdirSync(cache, { recursive: true })
    folder = mkdtempSync(join(cache, "type-budget-"))
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({
        extends: join(root, "tsconfig.base.json"),
        compilerOptions: {
          noEmit: true,
          composite: false,
          incremental: false,
          declaration: false,
          rewriteRelativeImportExtensions: false,
          allowImportingTsExtensions: true
        },
        files: ["program.ts"]
      })
    )
  })

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it("makes a few hundred instantiations a stage of a pipeline of thirty", () => {
    const empty = compile(imports)
    const full = compile(imports + pipeline)
    const own = full.instantiations - empty.instantiations
    expect(own).toBeGreaterThan(1000)
    expect(own).toBeLessThan(30_000)
    // Ten times what it takes on a slow machine: only a type that explodes takes longer.
    expect(full.seconds).toBeLessThan(10)
  })
})
