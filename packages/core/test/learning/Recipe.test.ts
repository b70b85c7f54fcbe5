import { assert, describe, it } from "@effect/vitest"
import * as Bce from "@rocflow/losses/Bce"
import * as Aum from "@rocflow/losses/Aum"
import * as CrossEntropy from "@rocflow/losses/CrossEntropy"
import * as Mse from "@rocflow/losses/Mse"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { expect } from "vitest"
import * as Column from "../../src/data/Column.ts"
import type * as Task from "../../src/data/Task.ts"
import * as Learner from "../../src/learning/Learner.ts"
import * as Measure from "../../src/learning/Measure.ts"
import * as Recipe from "../../src/learning/Recipe.ts"
import * as Validation from "../../src/learning/Validation.ts"
import { withDefault, count } from "../../src/OptionSchema.ts"
import * as Features from "../../src/pipeline/Features.ts"
import * as Ingress from "../../src/pipeline/Ingress.ts"
import * as Nn from "../../src/pipeline/Nn.ts"
import * as Optimizer from "../../src/pipeline/Optimizer.ts"
import * as Pipeline from "../../src/pipeline/Pipeline.ts"
import * as Preprocess from "../../src/pipeline/Preprocess.ts"
import * as Registry from "../../src/pipeline/Registry.ts"
import { cpu, on } from "../support/engines.ts"
import { issuesOf } from "../support/pipelines.ts"
import * as Tasks from "../support/tasks.ts"

const recipe = Recipe.define({
  id: "Mine",
  summary: "Whatever numbers there are, through one hidden layer",
  versions: [1, 2],
  options: { units: withDefault(count(1), 4, "Units of the hidden layer"), note: Schema.optionalKey(Schema.String) },
  training: { epochs: 7, batchSize: "auto", holdout: 0.25, patience: 3 },
  network: ({ units, version }, { numbers }) =>
    numbers.length === 0
      ? Features.fail("Mine", "there are no numbers; give it some")
      : Result.succeed(
          Preprocess.select(numbers).pipe(
            Preprocess.standardise(),
            Ingress.numeric(),
            Nn.linear(units),
            version === 1 ? Nn.tanh() : Nn.relu(),
            Nn.head()
          )
        ),
  optimizer: () => Optimizer.adam({ learningRate: 0.05 })
})

const known = [recipe.classifDefinition, recipe.regrDefinition, Bce.definition, CrossEntropy.definition, Aum.definition]
const registry = Result.getOrThrow(
  Registry.make([...known, Mse.definition, Optimizer.sgdDefinition, ...Measure.definitions])
)
const read = (json: unknown, from = registry) => Learner.fromJson(json, from)

type AnyLearner = Learner.Learner<Task.Kind, string, never, unknown>
const stagesOf = (learner: AnyLearner, task: Task.Task) =>
  Pipeline.toJson(Result.getOrThrow(learner.plan!(task))).map(({ type, ...options }) => [type, options] as const)
const optionsOf = (learner: AnyLearner, task: Task.Task, id: string) =>
  stagesOf(learner, task).find(([type]) => type === id)?.[1]
const messageOf = (result: Result.Result<unknown, { readonly message: string }>) =>
  Result.isFailure(result) ? result.failure.message : "it succeeded"

describe("a recipe", () => {
  it("from a file has the loss, the measure and the model of the kind of the target", () => {
    const classes = Result.getOrThrow(read("Mine.classif"))
    const numbers = Result.getOrThrow(read("Mine.regr"))
    assert.deepStrictEqual(classes.accepts, ["binary", "multiclass"])
    assert.deepStrictEqual(numbers.accepts, ["regression"])
    const validation = (measure: string) => ({ holdout: 0.25, measures: [measure], patience: 3, restoreBest: true })
    for (const [learner, task, loss, model, measure] of [
      [classes, Tasks.binary(20), "Bce.loss", "Model.classif", "auc"],
      [classes, Tasks.multiclass(20), "CrossEntropy.loss", "Model.classif", "logloss"],
      [numbers, Tasks.regression(20), "Mse.loss", "Model.regr", "rmse"]
    ] as const) {
      assert.deepStrictEqual(optionsOf(learner, task, loss), {})
      const expected = { epochs: 7, batchSize: 32, validation: validation(measure) }
      assert.deepStrictEqual(optionsOf(learner, task, model), expected)
    }
  })

  it("says its version, whether it is given or not, and writes what that version wrote", () => {
    const newest = recipe.classif({ loss: Bce.loss() })
    const older = recipe.classif({ loss: Bce.loss(), version: 1 })
    assert.deepStrictEqual(newest.json, { type: "Mine.classif", version: 2, loss: { type: "Bce.loss" } })
    assert.include(JSON.stringify(stagesOf(newest, Tasks.binary(20))), "Nn.relu")
    assert.include(JSON.stringify(stagesOf(older, Tasks.binary(20))), "Nn.tanh")
    assert.notStrictEqual(Learner.hash(newest), Learner.hash(older))
    assert.strictEqual(Learner.hash(newest), Learner.hash(recipe.classif({ loss: Bce.loss(), version: 2, units: 4 })))
    expect(issuesOf(read({ type: "Mine.classif", version: 3 }))).toEqual([
      ["version", expect.stringMatching(/^Mine.classif: Expected 1 \| 2/)]
    ])
  })

  it("takes in code the losses, measures, optimizer and batches that it is given", () => {
    const learner = recipe.classif({
      loss: { binary: Aum.loss({ denominator: "count" }), multiclass: CrossEntropy.loss() },
      optimizer: Optimizer.sgd({ learningRate: 1 }),
      batchSize: "all",
      evalFreq: 2,
      predictType: "response",
      validation: Validation.holdout(0.5, { measures: [Measure.auc, Measure.error], patience: 9 })
    })
    assert.deepStrictEqual(stagesOf(learner, Tasks.binary(20)).slice(-3), [
      ["Aum.loss", { denominator: "count" }],
      ["Optimizer.sgd", { learningRate: 1 }],
      [
        "Model.classif",
        {
          epochs: 7,
          batchSize: "all",
          evalFreq: 2,
          predictType: "response",
          validation: { holdout: 0.5, measures: ["auc", "error"], patience: 9 }
        }
      ]
    ])
    assert.strictEqual(learner.predictType, "response")
    const back = Result.getOrThrow(read(JSON.parse(JSON.stringify(learner.json))))
    assert.deepStrictEqual(back.json, learner.json)
    assert.strictEqual(Learner.hash(back), Learner.hash(learner))
  })

  it("holds out no rows where it is told so", () => {
    const plain = recipe.classif({ loss: Bce.loss(), validation: "none" })
    assert.notProperty(optionsOf(plain, Tasks.binary(20), "Model.classif"), "validation")
    const back = Result.getOrThrow(read(JSON.parse(JSON.stringify(plain.json))))
    assert.notProperty(optionsOf(back, Tasks.binary(20), "Model.classif"), "validation")
  })

  it("chooses batches by the number of rows", () => {
    const learner = recipe.regr({ loss: Mse.loss(), validation: "none" })
    const sizes = [20, 2799, 2800, 6400].map((rows) => optionsOf(learner, Tasks.regression(rows), "Model.regr"))
    assert.deepStrictEqual(
      sizes.map((model) => model?.["batchSize"]),
      [32, 32, 64, 256]
    )
  })

  it("is for the targets of its loss, and says what lacks one", () => {
    assert.deepStrictEqual(recipe.classif({ loss: Bce.loss() }).accepts, ["binary"])
    const bare = Result.getOrThrow(Registry.make([...known.slice(0, 2), ...Measure.definitions]))
    const learner = Result.getOrThrow(read("Mine.classif", bare))
    assert.match(
      messageOf(learner.plan!(Tasks.binary(20))),
      /^Mine.classif: has no loss for binary targets; give one as loss, such as Bce.loss/
    )
    const swapped = Result.getOrThrow(read({ type: "Mine.classif", loss: { binary: "CrossEntropy.loss" } }))
    assert.match(
      messageOf(swapped.plan!(Tasks.binary(20))),
      /has the loss CrossEntropy.loss for binary targets, which is for multiclass ones; give another one/
    )
    assert.match(messageOf(swapped.plan!(Tasks.multiclass(20))), /for multiclass targets, only for binary ones/)
  })

  it("refuses options that it has not, and those that break a rule, with their paths", () => {
    expect(issuesOf(read({ type: "Mine.classif", unit: 3 }))).toEqual([
      ["unit", expect.stringMatching(/did you mean "units"/)]
    ])
    expect(issuesOf(read({ type: "Mine.classif", loss: "Bce.los" }))).toEqual([
      ["loss", expect.stringMatching(/"Bce.los" is not a known loss; did you mean "Bce.loss"/)]
    ])
    expect(issuesOf(read({ type: "Mine.classif", validation: { holdout: 2, measures: ["auc"] } }))[0]![0]).toBe(
      "validation.holdout"
    )
  })

  it.effect("says in training, and in the check before it, what its network says", () =>
    Effect.gen(function* () {
      const task = Tasks.of(
        { a: Column.text([..."ababab"]), y: Column.text([..."xyxyxy"]) },
        { target: "y", positive: "x" }
      )
      const learner = recipe.classif({ loss: Bce.loss() })
      const error = yield* Effect.flip(Learner.train(learner, task))
      assert.match(error.message, /^Mine: there are no numbers; give it some/)
      assert.deepStrictEqual(yield* Effect.flip(Learner.check(learner, task)), error)
    }).pipe(on(cpu))
  )

  it.effect("keeps its pipeline with what it learned, and loads no other one", () =>
    Effect.gen(function* () {
      const task = Tasks.binary(40)
      const learner = recipe.classif({ loss: Bce.loss() })
      const { fitted, task: schema } = yield* Learner.train(learner, task)
      const state = JSON.parse(JSON.stringify(fitted.state())) as {
        readonly version: number
        readonly pipeline: ReadonlyArray<object>
      }
      assert.strictEqual(state.version, 2)
      assert.deepStrictEqual(
        state.pipeline.map((stage) => JSON.stringify(stage)),
        Pipeline.toJson(Result.getOrThrow(learner.plan!(task))).map((stage) => JSON.stringify(stage))
      )
      assert.isTrue(Result.isSuccess(learner.load(schema, state)))
      const older = recipe.classif({ loss: Bce.loss(), version: 1 })
      assert.match(messageOf(older.load(schema, state)), /Mine.classif wrote another pipeline .* as version 2/)
    }).pipe(on(cpu))
  )
})

describe("what is seen of a task", () => {
  it("are its columns by what they are, without those that never vary", () => {
    const seen: Array<Recipe.Seen> = []
    const looking = Recipe.define({
      id: "Looking",
      summary: "Looks",
      versions: [1],
      options: {},
      training: { epochs: 1, batchSize: 8, holdout: 0.5, patience: 0 },
      network: (_, sight) => {
        seen.push(sight)
        return Features.fail("Looking", "saw it; that is all")
      },
      optimizer: () => Optimizer.adam()
    })
    const n = 12
    const every = <A>(f: (i: number) => A) => Array.from({ length: n }, (_, i) => f(i))
    const columns = {
      whole: Result.getOrThrow(Column.integer(every((i) => i))),
      gaps: Column.numeric(every((i) => (i === 3 ? null : i / 2))),
      half: Column.numeric(every((i) => (i < 6 ? null : 1))),
      same: Column.numeric(every(() => 7)),
      none: Column.numeric(every(() => null)),
      flag: Column.boolean(every((i) => i % 2 === 0)),
      day: Column.date(every((i) => i * 86_400_000)),
      kind: Column.factor(
        every((i) => (["a", "b"] as const)[i % 2]!),
        { levels: ["a", "b", "c"] }
      ),
      name: Column.text(every((i) => (i === 0 ? null : `n${i}`))),
      one: Column.text(every(() => "x")),
      y: Column.numeric(every((i) => i))
    }
    looking.regr({ loss: Mse.loss() }).plan!(Tasks.of(columns, { target: "y" }))
    assert.deepStrictEqual(seen, [
      {
        rows: n,
        numbers: ["whole", "gaps", "half"],
        booleans: ["flag"],
        dates: ["day"],
        categories: [
          { column: "kind", levels: 2 },
          { column: "name", levels: 11 }
        ],
        incomplete: ["gaps", "half", "name"],
        tensors: [],
        kind: "regression",
        levels: []
      }
    ])
  })
})
