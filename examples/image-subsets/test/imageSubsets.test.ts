import * as NodeServices from "@effect/platform-node/NodeServices"
import { describe, expect, it, layer } from "@effect/vitest"
import { plan as planOfFile } from "@rocflow/cli/commands/plan"
import { TaskEntry } from "@rocflow/cli/experiment/Experiment"
import * as Task from "@rocflow/core/data/Task"
import * as Auto from "@rocflow/core/engine/Auto"
import * as Learner from "@rocflow/core/learning/Learner"
import { decode } from "@rocflow/core/pipeline/Decode"
import * as Figure from "@rocflow/report/Figure"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { gunzipSync } from "node:zlib"
import { parse } from "yaml"
import { foreignCode, foreignOutput } from "../../support/readme.ts"
import { figures } from "../figures.ts"
import { files, sources } from "../generate.ts"
import * as Main from "../main.ts"

const folder = new URL("../", import.meta.url)
const read = (name: string) => readFileSync(new URL(name, folder))
const readme = read("README.md").toString()
const names = ["pen", "brush", "silhouettes"] as const

describe("generate.ts", () => {
  it.each(names)("made the files of %s", (name) => {
    const { images, labels } = files(name)
    expect(gunzipSync(read(`images/${name}-images.idx.gz`)).equals(images)).toBe(true)
    expect(gunzipSync(read(`images/${name}-labels.idx.gz`)).equals(labels)).toBe(true)
  })

  it.each(names)("draws as many images of %s as the README says, a tenth of each class", (name) => {
    const { images, size } = sources[name]
    expect(readme).toContain(`| \`${name}\` | ${images} | ${size} × ${size} |`)
    const counts = Array.from({ length: 10 }, () => 0)
    for (const label of files(name).labels.subarray(8)) counts[label] += 1
    // A count is binomial: five standard deviations.
    for (const count of counts) expect(Math.abs(count - images / 10)).toBeLessThan(5 * Math.sqrt(0.09 * images))
  })
})

/** What the program found, computed once for all tests. */
class Found extends Context.Service<Found, Main.Found>()("test/Found") {}

/** The tests of other − same and all − same, and the errors, of a learner on a subset of a task. */
const of = (found: Main.Found, task: string, learner: string, subset: string) => {
  const [other, all] = Main.testsOf(found, task, learner, subset)
  const error = (train: string) => Main.errorOf(found, task, learner, subset, train)
  return { other, all, errors: { same: error("same"), other: error("other"), all: error("all") } }
}

layer(Layer.effect(Found, Main.program))("main.ts", (it) => {
  it.effect("prints what the README says", () =>
    Effect.gen(function* () {
      const printed = Main.render(yield* Found)
      expect(foreignOutput(folder, printed)).toEqual([])
      expect((readme.match(/\bP = \d\.\d+/g) ?? []).filter((claim) => !printed.includes(claim))).toEqual([])
    })
  )

  it.effect("finds that other does not work as scanned and for silhouettes, and does when put right", () =>
    Effect.gen(function* () {
      const found = yield* Found
      for (const learner of ["linear", "convolution"]) {
        for (const [task, subsets] of [
          ["as scanned", ["pen", "brush"]],
          ["silhouettes", ["pen", "silhouettes"]]
        ] as const) {
          for (const subset of subsets) {
            const { errors, other } = of(found, task, learner, subset)
            expect(errors.other, `${task}, ${subset}, ${learner}`).toBeGreaterThan(0.75)
            expect(other.significant).toBe(true)
          }
        }
        for (const subset of ["pen", "brush"]) {
          const { errors, all } = of(found, "upright", learner, subset)
          const known = Main.errorOf(found, "upright", "Featureless", subset, "other")
          expect(errors.other).toBeLessThan(known / 2)
          expect(errors.other).toBeGreaterThan(1.5 * errors.same)
          expect(errors.all).toBeLessThan(errors.same)
          expect(all.significant).toBe(false)
        }
      }
    })
  )

  it.effect("finds that the convolution is better on same and all, not on other, upright", () =>
    Effect.gen(function* () {
      const found = yield* Found
      for (const task of ["as scanned", "upright", "silhouettes"]) {
        for (const subset of ["pen", task === "silhouettes" ? "silhouettes" : "brush"]) {
          const [line, network] = ["linear", "convolution"].map((learner) => of(found, task, learner, subset).errors)
          expect(network.same).toBeLessThan(line.same)
          expect(network.all).toBeLessThan(line.all)
          if (task === "upright") expect(network.other).toBeGreaterThan(line.other)
        }
      }
    })
  )

  it.effect("keeps the weights of the epoch with the least loss on held-out rows", () =>
    Effect.gen(function* () {
      const { history, kept } = Main.trainingOf(yield* Found)
      const losses = history.map(({ valid }) => Number(valid["logloss"]))
      expect(kept).toBe(losses.indexOf(Math.min(...losses)) + 1)
      expect(history.length).toBe(kept + 8)
    })
  )
})

describe("the learners", () => {
  it.effect("are the same linear model as a pipeline and as a perceptron", () =>
    Effect.gen(function* () {
      const [task] = yield* Main.tasks
      const rows = Task.take(
        task,
        Array.from({ length: 200 }, (_, i) => 3 * i)
      )
      const predicted = (learner: typeof Main.linear | typeof Main.perceptron) =>
        Effect.flatMap(Learner.train(learner, rows), (trained) => Learner.predict(trained, rows))
      expect(yield* predicted(Main.perceptron)).toEqual(yield* predicted(Main.linear))
    }).pipe(Effect.provide(Auto.layer()))
  )
})

it("is told by code that is in the program", () => {
  expect(foreignCode(folder, "main.ts")).toEqual([])
})

describe("experiment.yaml", () => {
  it.effect("is the experiment of main.ts", () =>
    Effect.gen(function* () {
      const { design } = yield* planOfFile(fileURLToPath(new URL("experiment.yaml", folder)))
      expect(design.hash).toBe((yield* Main.plan).hash)
    }).pipe(Effect.provide([Auto.layer(), NodeServices.layer]))
  )
})

it("is one that the README's own, of MNIST and USPS, is written like", () => {
  const { tasks } = parse(/```yaml\n(.*?)```/s.exec(readme)?.[1] ?? "")
  expect(Result.isSuccess(decode(Schema.Array(TaskEntry), tasks))).toBe(true)
})

describe("figures", () => {
  it.effect("show the images of the tasks, as the report does on white ground", () =>
    Effect.gen(function* () {
      for (const task of yield* Main.tasks) {
        const drawn = yield* Figure.plotTensors(task)
        const file = read(`figures/images-${task.id.replace(" ", "-")}.svg`).toString()
        expect([file.replace(' style="background:#ffffff"', "").trimEnd()]).toEqual(drawn)
      }
    })
  )

  it("are all there, and in the README", () => {
    for (const name of figures) {
      expect(existsSync(new URL(`figures/${name}`, folder))).toBe(true)
      expect(readme).toContain(`(figures/${name})`)
    }
  })
})
