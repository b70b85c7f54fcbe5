/**
 * Same/Other/All on images: may a model of one set of images be trained on another?
 *
 * Run it by `npx node examples/image-subsets/main.ts`; README.md tells the story.
 */
import {
  Auto,
  Column,
  Graph,
  Image,
  Ingress,
  Learner,
  Measure,
  Model,
  Nn,
  Optimizer,
  Pipeline,
  Table,
  Task,
  Tensors,
  Validation
} from "@rocflow/core"
import { Featureless, Mlp } from "@rocflow/learners"
import { CrossEntropy } from "@rocflow/losses"
import { Compare, Design, Job, Resampling, Score } from "@rocflow/resampling"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { fileURLToPath } from "node:url"
import { fixed, table } from "../support/text.ts"
import { type SourceName, sources } from "./generate.ts"

// ------------------------------------------------------------------------------------------------------------- data

const file = (name: string): string => fileURLToPath(new URL(`images/${name}.idx.gz`, import.meta.url))

/** Reads the images and labels of a source. */
const read = Effect.fnUntraced(function* (source: SourceName) {
  const { images, size } = sources[source]
  return yield* Table.fromColumns({
    image: yield* Tensors.fromIdx(file(`${source}-images`), { shape: [size, size, 1], range: [0, 255] }),
    digit: yield* Tensors.fromIdx(file(`${source}-labels`)),
    source: Column.asFactor(Column.text(Array.from({ length: images }, () => source)))
  })
})

const taskOf = Effect.fnUntraced(function* (id: string, tables: ReadonlyArray<Table.Table>) {
  return yield* Task.fromTable(yield* Table.concat(tables), {
    id,
    target: "digit",
    kind: "multiclass",
    features: ["image"],
    subset: "source",
    stratum: ["source", "digit"]
  })
})

/** The three questions: pen and brush as they came, pen and brush put right, pen and silhouettes. */
export const tasks = Effect.gen(function* () {
  const [pen, brush, silhouettes] = [yield* read("pen"), yield* read("brush"), yield* read("silhouettes")]
  return [
    yield* taskOf("as scanned", [pen, brush]),
    yield* taskOf("upright", [pen, yield* Image.change(brush, Image.transpose())]),
    yield* taskOf("silhouettes", [pen, silhouettes])
  ] as const
})

// --------------------------------------------------------------------------------------------------------- learners

const training = {
  batchSize: 32,
  measures: [Measure.logloss],
  validation: Validation.holdout(0.2, { measures: [Measure.logloss], patience: 8, restoreBest: true })
}

const linearNetwork = Image.resize([16, 16]).pipe(Ingress.tensor("image"), Nn.flatten(), Nn.head())

/** The linear model as a pipeline. */
export const linear = linearNetwork.pipe(
  CrossEntropy.loss(),
  Optimizer.adam({ learningRate: 0.01 }),
  Model.classif({ epochs: 60, ...training })
)

/** The same as a perceptron without hidden layers. */
export const perceptron = Learner.preprocessed(
  Image.resize([16, 16]),
  Mlp.classif({
    column: "image",
    hidden: [],
    loss: CrossEntropy.loss(),
    learningRate: 0.01,
    epochs: 60,
    ...training
  })
)

const convolutionNetwork = Image.resize([16, 16]).pipe(
  Ingress.tensor("image"),
  Nn.conv2d({ filters: 8, size: 5 }),
  Nn.relu(),
  Nn.maxPool2d({ size: 2 }),
  Nn.conv2d({ filters: 16, size: 3 }),
  Nn.relu(),
  Nn.maxPool2d({ size: 2 }),
  Nn.flatten(),
  Nn.head()
)

const convolution = convolutionNetwork.pipe(
  CrossEntropy.loss(),
  Optimizer.adam({ learningRate: 0.01 }),
  Model.classif({ epochs: 30, ...training })
)

/** How many numbers a network learns, for images of a size and ten classes. */
export const parameters = (network: Pipeline.Any, size: number): number => {
  const shapes = new Map([["tensor", [size, size, 1]]])
  const { parameters } = Result.getOrThrow(Graph.make(network.stages, shapes, 10))
  return parameters.reduce((sum, { shape }) => sum + shape.reduce((product, n) => product * n, 1), 0)
}

// ------------------------------------------------------------------------------------------------------- experiment

/** Plans 5-fold Same/Other/All of the three learners on the three tasks. */
export const plan = Effect.gen(function* () {
  return yield* Design.grid({
    tasks: yield* tasks,
    learners: [Featureless.make(), Learner.named(linear, "linear"), Learner.named(convolution, "convolution")],
    resamplings: [Resampling.sameOther({ folds: 5 })],
    measures: [Measure.error],
    seed: 1
  })
})

/** Trains and measures every job. The strict kernels give the numbers of the README on every processor. */
export const program = Effect.gen(function* () {
  const { jobs } = yield* plan
  const results = (yield* Effect.forEach(jobs, Job.execute)).map(({ result }) => result)
  return { results, scores: Score.table(results), tests: yield* Compare.pvalues(Score.table(results)) }
}).pipe(Effect.provide(Auto.layer({ arithmetic: "strict" })))

/** What the program found. @category models */
export type Found = Effect.Success<typeof program>

// ------------------------------------------------------------------------------------------------------------- text

const sizes = (): string =>
  table(
    ["numbers to learn", "28 × 28", "16 × 16"],
    (
      [
        ["linear", linearNetwork],
        ["convolution", convolutionNetwork]
      ] as const
    ).map(([name, network]) => [name, String(parameters(network, 28)), String(parameters(network, 16))])
  )

const number = (value: unknown): number => (typeof value === "number" ? value : Number.NaN)

const signed = (value: number): string => `${value < 0 ? "−" : "+"}${fixed(Math.abs(value))}`

/** The mean error of a cell of the table. */
export const errorOf = ({ scores }: Found, task: string, learner: string, testSubset: string, trainSubsets: string) =>
  number(
    Score.aggregate(scores).find(
      (row) =>
        row.task === task &&
        row.learner === learner &&
        row.testSubset === testSubset &&
        row.trainSubsets === trainSubsets
    )?.measures["error"]?.mean
  )

/** The tests of a learner, tested on a subset: other − same and all − same. */
export const testsOf = ({ tests }: Found, task: string, learner: string, testSubset: string) =>
  (["other", "all"] as const).map((compare) =>
    tests.find(
      (row) => row.task === task && row.learner === learner && row.testSubset === testSubset && row.compare === compare
    )!
  )

const places = [
  ["as scanned", "pen"],
  ["as scanned", "brush"],
  ["upright", "pen"],
  ["upright", "brush"],
  ["silhouettes", "pen"],
  ["silhouettes", "silhouettes"]
] as const

const answers = (found: Found): string =>
  table(
    ["tested on", "learner", "same", "other", "all", "other − same", "", "all − same", ""],
    places.flatMap(([task, testSubset]) =>
      ["Featureless", "linear", "convolution"].map((learner) => [
        `${task}, ${testSubset}`,
        learner,
        ...["same", "other", "all"].map((train) => fixed(errorOf(found, task, learner, testSubset, train))),
        ...testsOf(found, task, learner, testSubset).flatMap(({ label, meanDiff }) => [signed(number(meanDiff)), label])
      ])
    )
  )

/** How the convolution was trained on all upright images but those of the first fold, tested on pen. */
export const trainingOf = ({ results }: Found) =>
  results.find(
    ({ job }) =>
      job.task === "upright" &&
      job.learner === "convolution" &&
      job.testSubset === "pen" &&
      job.trainSubsets === "all" &&
      job.testFold === 0
  )!.training!

const curve = (found: Found): string => {
  const { history, kept } = trainingOf(found)
  return table(
    ["epoch", "train", "valid", ""],
    history
      .filter(({ epoch }) => epoch === 1 || epoch % 4 === 0 || epoch === kept || epoch === history.length)
      .map(({ epoch, train, valid }) => [
        String(epoch),
        fixed(number(train["logloss"])),
        fixed(number(valid["logloss"])),
        epoch === kept ? "kept" : ""
      ])
  )
}

/** The sizes of the networks, the errors with their tests, one learning curve. */
export const render = (found: Found): string =>
  [
    sizes(),
    "Mean error rate over 5 folds, and corrected t-tests, P by Holm's method",
    answers(found),
    "Log loss of the convolution, upright, all",
    curve(found)
  ].join("\n\n")

if (import.meta.main) await Effect.runPromise(program.pipe(Effect.map(render), Effect.flatMap(Console.log)))
