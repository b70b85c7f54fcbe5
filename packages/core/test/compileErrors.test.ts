/**
 * What a user reads when a program is wrong: the printed errors of the compiler, end to end.
 *
 * The type tests say what does not compile; this says that the message that stands in the terminal is the sentence.
 */
import { execFile } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"

const root = join(dirname(fileURLToPath(import.meta.url)), "../../..")
const compiler = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc")

const imports = `
import * as Featureless from "@rocflow/learners/Featureless"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Model from "@rocflow/core/learning/Model"
import * as Ingress from "@rocflow/core/pipeline/Ingress"
import * as Nn from "@rocflow/core/pipeline/Nn"
import * as Optimizer from "@rocflow/core/pipeline/Optimizer"
import * as Preprocess from "@rocflow/core/pipeline/Preprocess"
import type * as Task from "@rocflow/core/data/Task"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Aum from "@rocflow/losses/Aum"
import * as CrossEntropy from "@rocflow/losses/CrossEntropy"
import * as Effect from "effect/Effect"

export const used = [CrossEntropy, Effect, Featureless, Learner, Measure, Model, Ingress, Nn, Optimizer, Preprocess, Aum]
export declare const task: Task.Task<"multiclass", "target" | "feature", "age">
`

const programs: Readonly<Record<string, { readonly code: string; readonly says: ReadonlyArray<string> }>> = {
  "missing.ts": {
    code: `export const learner = Ingress.numeric().pipe(Nn.linear(20), Nn.head(), Optimizer.adam())`,
    says: ["Stage not set: loss"]
  },
  "order.ts": {
    code: `export const learner = Ingress.numeric().pipe(Nn.head(), Nn.linear(20))`,
    says: ["Nn.linear cannot come after the head"]
  },
  "images.ts": {
    code: `
      export const numbers = Ingress.numeric().pipe(Nn.conv2d({ filters: 8, size: 3 }))
      const image = Ingress.numeric().pipe(Nn.reshape([28, 28, 1]), Nn.conv2d({ filters: 8, size: 3 }), Nn.relu())
      export const sequence = image.pipe(Nn.conv1d({ filters: 8, size: 3 }))
      export const open = image.pipe(Nn.linear(10))
      export const block = image.pipe(Nn.block(2, (body) => body.pipe(Nn.reshape([26, 26, 8]))))
      export const grown = Ingress.numeric(["a"]).pipe(Nn.block(2, (body) => body.pipe(Nn.linear(2))))
    `,
    says: [
      "Nn.conv2d takes rows of shape [height, width, channels], these have rank 1: put Nn.reshape([height, width, channels]) or Ingress.tensor before it",
      "Nn.conv1d takes rows of shape [length, channels], these have rank 3: put Nn.reshape([length, channels]) or Ingress.tensor before it",
      "Nn.linear takes rows of rank 1, these have rank 3: put Nn.flatten() before it",
      "The body of a repeated block must keep the shape"
    ]
  },
  "fit.ts": {
    code: `
      const pipeline = Preprocess.standardise().pipe(Ingress.numeric(), Nn.head(), Aum.loss(), Optimizer.adam())
      export const regression = pipeline.pipe(Model.regr({ epochs: 1 }))
      export const training = Learner.train(pipeline.pipe(Model.classif({ epochs: 1 })), task)
      export const early = pipeline.pipe(Model.classif({ epochs: 1, patience: 3 }))
    `,
    says: [
      "The loss is for binary targets, Model.regr for regression targets",
      "The learner is for binary targets, the task is multiclass",
      "Early stopping needs a validation split: Validation.holdout(ratio, { measures, patience })"
    ]
  },
  "incomplete.ts": {
    code: `
      const pipeline = Ingress.numeric().pipe(Nn.head(), Aum.loss())
      export const open = Learner.train(pipeline, task)
      export const unclosed = Learner.train(pipeline.pipe(Optimizer.adam()), task)
    `,
    says: ["Stage not set: optimizer", "Stage not set: model; end the pipeline with Model.classif or Model.regr"]
  },
  "engine.ts": {
    code: `
      const learner = Ingress.numeric().pipe(Nn.head(), CrossEntropy.loss(), Optimizer.adam(), Model.classif({ epochs: 1 }))
      export const ran = Effect.runPromise(Learner.train(learner, task))
    `,
    says: ["No engine is provided: add Effect.provide(Auto.layer())"]
  },
  "measure.ts": {
    code: `
      const pipeline = Ingress.numeric().pipe(Nn.head(), Aum.loss(), Optimizer.adam())
      export const learner = pipeline.pipe(Model.classif({ epochs: 1, measures: [Measure.rmse] }))
    `,
    says: ['Measure<"regression">']
  },
  "right.ts": {
    code: `
      const pipeline = Preprocess.impute({ method: "median" }).pipe(
        Preprocess.oneHot(), Preprocess.standardise(), Ingress.numeric(),
        Nn.linear(20), Nn.relu(), Nn.dropout(0.1), Nn.head(), Aum.loss(), Optimizer.sgd({ learningRate: 0.1 })
      )
      export const learner = pipeline.pipe(Model.classif({ epochs: 1 }))
      export const generic = <R>(learner: Learner.Learner<"multiclass", never, never, R>) => Learner.train(learner, task)
    `,
    says: []
  }
}

describe("the compiler's messages", () => {
  let folder = ""
  let output = ""

  beforeAll(async () => {
    const cache = join(root, "node_modules/.cache")
    mkdirSync(cache, { recursive: true })
    folder = mkdtempSync(join(cache, "compile-errors-"))
    for (const [name, { code }] of Object.entries(programs)) writeFileSync(join(folder, name), `${imports}${code}\n`)
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({
        extends: join(root, "tsconfig.base.json"),
        compilerOptions: {
          noEmit: true,
          composite: false,
          incremental: false,
          declaration: false,
          declarationMap: false
        },
        files: Object.keys(programs)
      })
    )
    output = await new Promise((resolve) => {
      execFile(process.execPath, [compiler, "-p", folder, "--pretty", "false"], (_, out, err) => resolve(out + err))
    })
  }, 20_000)

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const messagesOf = (name: string): ReadonlyArray<string> => {
    const blocks = output.split(/^(?=\S)/m)
    return blocks.filter((block) => block.includes(`${name}(`))
  }

  it.each(Object.keys(programs))("say in %s what is wrong, and nothing else", (name) => {
    const messages = messagesOf(name)
    const { says } = programs[name]!
    expect(messages).toHaveLength(says.length)
    says.forEach((sentence, i) => {
      expect(messages[i]).toContain(sentence)
      expect(messages[i]!.trimEnd().split("\n").length).toBeLessThan(10)
    })
  })
})
