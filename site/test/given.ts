/** What examples of doc comments take for given: a task, learners, a design, and files in the folder. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import {
  Auto,
  Callback,
  Catalogue,
  Column,
  Definitions,
  Engine,
  Ingress,
  Learner,
  Measure,
  Merge,
  Model,
  Nn,
  Optimizer,
  Place,
  Preprocess,
  Registry,
  Saved,
  Schedule,
  Seed,
  SplitProblem,
  Table,
  Task,
  Tensors,
  Units
} from "@rocflow/core"
import * as EarlyStopping from "@rocflow/core/learning/EarlyStopping"
import { decode } from "@rocflow/core/pipeline/Decode"
import * as OptionSchema from "@rocflow/core/OptionSchema"
import { Boosting, Definitions as Learners, Featureless, Forest } from "@rocflow/learners"
import * as Losses from "@rocflow/losses"
import { Design, Executor, Resampling, Run, Tune } from "@rocflow/resampling"
import * as tf from "@tensorflow/tfjs-core"
import "@tensorflow/tfjs-backend-cpu"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { encode } from "fast-png"
import { encode as encodeJpeg } from "jpeg-js"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"

type Values = Readonly<Record<string, unknown>>

await tf.setBackend("cpu")

/** Runs with what examples run with. */
const now = <A>(effect: Effect.Effect<A, unknown, never>): Promise<A> => Effect.runPromise(effect)
const services = Effect.provide([Auto.layer(), NodeServices.layer])

// ---------------------------------------------------------------------------------------------------------------- rows

const rows = 60
const random = Seed.generator(Seed.root(1))
const ill = Array.from({ length: rows }, (_, i) => i % 3 === 0)
const table = await now(
  Table.fromColumns({
    finding: Column.text(ill.map((yes) => (yes ? "ill" : "well"))),
    age: Column.numeric(ill.map((_, i) => 20 + (i % 40))),
    dose: Column.numeric(ill.map((yes) => random.normal() + (yes ? 2 : 0))),
    site: Column.text(ill.map((_, i) => (i % 2 === 0 ? "lake" : "hill")))
  })
)
const roles = { target: "finding", positive: "ill", subset: "site", stratum: ["site", "finding"] } as const
const patients = await now(Task.fromTable(table, { id: "patients", ...roles }))
/** Numbers alone, as networks without preprocessing want them. */
const numbers = await now(
  Task.fromTable(table, { id: "sonar", target: "finding", positive: "ill", features: ["age", "dose"] })
)
const head = Array.from({ length: 40 }, (_, i) => i)
const tail = Array.from({ length: 20 }, (_, i) => 40 + i)

// --------------------------------------------------------------------------------------------------------------- files

const big32 = (value: number) => [0, 0, value >> 8, value & 255]
const idx = (shape: ReadonlyArray<number>, values: ReadonlyArray<number>) =>
  gzipSync(Uint8Array.from([0, 0, 8, shape.length, ...shape.flatMap(big32), ...values]))
const npy = (shape: string, values: ReadonlyArray<number>) => {
  const header = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape}), }`.padEnd(117) + "\n"
  return Buffer.concat([Buffer.from("\x93NUMPY\x01\x00v\x00", "latin1"), Buffer.from(header), Uint8Array.from(values)])
}
const digits = Array.from({ length: 20 }, (_, i) => i % 10)
const pixels = digits.flatMap((digit) => Array.from({ length: 784 }, (_, i) => (i % 28 === digit ? 255 : 0)))

writeFileSync("t10k-images-idx3-ubyte.gz", idx([20, 28, 28], pixels))
writeFileSync("t10k-labels-idx1-ubyte.gz", idx([20], digits))
writeFileSync("images.npy", npy("20, 28, 28, 1", pixels))
writeFileSync("labels.npy", npy("20,", digits))
const png = encode({ width: 2, height: 2, data: new Uint8Array(4), channels: 1 })
const jpeg = encodeJpeg({ width: 2, height: 2, data: new Uint8Array(16) }, 90).data
writeFileSync("a.png", encode({ width: 2, height: 2, data: new Uint8Array(12), channels: 3 }))
writeFileSync("b.jpg", jpeg)
for (const kind of ["oak", "elm"]) {
  mkdirSync(join("leaves", kind), { recursive: true })
  for (const name of ["1.png", "2.png"]) writeFileSync(join("leaves", kind, name), png)
}
const columns = Array.from({ length: 784 }, (_, i) => `x${i}`)
writeFileSync("digits.csv", `${columns.join(",")}\n${columns.map(() => 0).join(",")}\n`)
writeFileSync("new.csv", "age,dose,site\n30,1.5,lake\n41,-0.2,hill\n")

const images = await now(
  Effect.gen(function* () {
    const mnist = yield* Table.fromColumns({
      image: yield* Tensors.fromIdx("t10k-images-idx3-ubyte.gz", { range: [0, 255], shape: [28, 28, 1] }),
      digit: yield* Tensors.fromIdx("t10k-labels-idx1-ubyte.gz"),
      source: Column.text(digits.map((_, i) => (i < 10 ? "pen" : "brush")))
    })
    return { mnist, task: yield* Task.fromTable(mnist, { target: "digit", kind: "multiclass", subset: "source" }) }
  })
)

// ------------------------------------------------------------------------------------------------------------ learners

const net = Ingress.numeric(["age", "dose"]).pipe(Nn.linear(4), Nn.relu(), Nn.head())
const closing = [Losses.Aum.loss(), Optimizer.sgd({ learningRate: 0.1 })] as const
const aum = net.pipe(...closing, Model.classif({ epochs: 3, batchSize: "all" }))
const linear = Ingress.numeric(["age", "dose"]).pipe(
  Nn.head(),
  Losses.Bce.loss(),
  Optimizer.adam(),
  Model.classif({ epochs: 3 })
)
const open = Tune.over(
  { how: Tune.choice(["sgd", "adam"]), rate: Tune.log(1e-3, 1), units: Tune.integer(2, 64) },
  ({ rate, units }) =>
    Ingress.numeric().pipe(
      Nn.linear(units),
      Nn.head(),
      Losses.Aum.loss(),
      Optimizer.sgd({ learningRate: rate }),
      Model.classif({ epochs: 400 })
    )
)
const registry = Result.getOrThrow(Registry.make([...Definitions.all, ...Losses.Definitions.all, ...Learners.all]))

const made = (await now(
  Effect.gen(function* () {
    const trained = yield* Learner.train(Boosting.classif({ iterations: 5 }), patients)
    const network = yield* Learner.train(aum, numbers)
    yield* Saved.write(network, "sonar.safetensors")
    const checkpointed = net.pipe(
      ...closing,
      Model.classif({ epochs: 10, batchSize: "all", callbacks: [Callback.checkpoint({ every: 10 })] })
    )
    yield* Effect.provideService(Learner.train(checkpointed, numbers), Place.Place, ".")
    const design = yield* Design.grid({
      tasks: [patients],
      learners: [Featureless.make(), Boosting.classif({ iterations: 5 })],
      resamplings: [Resampling.cv({ folds: 2 })],
      measures: [Measure.auc],
      seed: 1
    })
    for (const run of ["runs/clinics", "rocflow-runs/main"]) {
      yield* Effect.provide(Run.start(design, run, { models: true }), Executor.inProcess)
    }
    return { trained, network, design, engines: yield* Engine.Engines }
  }).pipe(services) as Effect.Effect<never>
)) as unknown as {
  readonly trained: Learner.Trained
  readonly network: Learner.Trained
  readonly design: Design.Design
  readonly engines: ReadonlyArray<Engine.Engine>
}

const tokens = Merge.tokens({
  kinds: Ingress.categorical(["site"]).pipe(Nn.embedding(8)),
  measured: Preprocess.standardise().pipe(Ingress.numeric(["age", "dose"]), Nn.featureTokens(8))
})

/** For all examples, by name. */
export const given: Values = {
  aum,
  design: made.design,
  digits: images.task,
  directory: "runs/again",
  engines: made.engines,
  first: linear,
  join,
  learner: linear,
  learners: [linear],
  linear,
  Losses,
  mnist: images.mnist,
  net,
  newRows: patients,
  one: made.network,
  open,
  OptionSchema,
  other: made.network,
  pipeline: Ingress.numeric(),
  planned: made.design,
  registry,
  resamplings: [Resampling.cv({ folds: 2 })],
  second: aum,
  sonar: numbers,
  task: patients,
  tasks: [patients],
  test: tail,
  tf,
  tokens,
  train: head,
  trained: made.trained,
  unseen: patients,
  units: Result.getOrThrow(Units.make(patients)),
  writeFileSync
}

const entry = Result.getOrThrow(Catalogue.find(Catalogue.builtin, "sonar"))
const predicted = await now(Learner.predict(made.trained, patients).pipe(services) as Effect.Effect<never>)

const schedule = Result.getOrThrow(
  decode(Schedule.value(Schema.Finite), Schedule.linear({ from: 1 }), Registry.lookup(registry))
)

/** Examples that are not run, and what they would need. */
export const left: Readonly<Record<string, string>> = {
  "Dataset.get": "a network",
  "Engine.explain": "a layer of somebody's own without kernels"
}

/** For one example, by its own name. */
export const special: Readonly<Record<string, Values>> = {
  "Dataset.downloads": { sonar: entry },
  "Dataset.task": { sonar: { directory: "data", entry, files: [] } },
  "Auto.layer": { task: numbers },
  "EarlyStopping.step": EarlyStopping,
  Events: { program: Learner.train(linear, numbers) },
  "Learner.predict": { trained: made.network },
  "Learner.train": { net: net.pipe(...closing) },
  Measure: { prediction: predicted },
  Place: { task: numbers },
  "Saved.fromBytes": { url: `data:application/octet-stream;base64,${readFileSync("sonar.safetensors", "base64")}` },
  "Schedule.preview": { bound: schedule },
  "SplitProblem.SplitProblem": SplitProblem,
  PreprocessCache: { task: numbers },
  "Tree.nodes": { task: numbers },
  "ElasticNet.coefficients": { task: numbers },
  "Tree.importance": { task: numbers },
  Forest: { task: numbers, Forest },
  Importance: { task: numbers },
  "Preprocess.bind": { train: numbers, test: numbers },
  "Figure.plotTensors": { task: images.task },
  "Onnx.write": { trained: made.network }
}
