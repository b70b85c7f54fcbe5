/** What people get wrong in networks of branches, categories and images, and what they are told before anything is trained. */
import { join } from "node:path"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { plan } from "../src/commands/plan.ts"
import { folder, remove, rocflow } from "./support/cli.ts"

const rows = Array.from({ length: 24 }, (_, i) =>
  [
    i % 7,
    (i * 5) % 11,
    `S${i % 4}`,
    i % 5 === 0 ? "" : `D${i % 3}`,
    i % 2,
    9 - (i % 3),
    3,
    i % 4,
    i % 3 === 0 ? "ill" : "well"
  ].join()
)
const csv = ["age,dose,site,device,p0,p1,p2,p3,y", ...rows, ""].join("\n")

const numbers = "{ type: Ingress.numeric, columns: [age, dose] }"
const image = "{ type: Ingress.tensor, column: scan }"
const site = "{ type: Ingress.categorical, columns: [site] }"
const flat = `a: [${numbers}, { type: Nn.linear, units: 4 }]`

interface Parts {
  readonly branches?: string
  readonly merge?: string
  readonly after?: string
  readonly engine?: string
  readonly tensor?: string
}

const experiment = ({
  branches = flat,
  merge = `{ type: Merge.concat, branches: { ${branches} } }`,
  after = "Nn.head",
  engine = "auto",
  tensor = '{ name: scan, columns: { matching: "^p" }, shape: [2, 2, 1] }'
}: Parts): string => `seed: 1
modules: [mine.ts]
tasks: [{ file: d.csv, target: y, positive: ill, tensor: ${tensor} }]
learners:
  - id: net
    pipeline: [${merge}, ${after}, Bce.loss, Optimizer.adam, { type: Model.classif, epochs: 1, engine: ${engine} }]
resamplings: [{ type: cv, folds: 2 }]
measures: [auc]
`

const core = JSON.stringify(import.meta.resolve("@rocflow/core"))
const schema = JSON.stringify(import.meta.resolve("effect/Schema"))
const mine = `import { Nn } from ${core}
import * as Schema from ${schema}
const twice = { id: "Mine.twice", summary: "2x", options: Schema.Struct({}), forward: (_, x, __, { tf }) => tf.mul(x, 2) }
export const definitions = [Nn.define(twice)]
`

/** The message without the place in the file. */
const refusal = async (parts: Parts, name: string): Promise<string> => {
  const written = folder({ "e.yaml": experiment(parts), "d.csv": csv, "mine.ts": mine })
  const exit = await Effect.runPromiseExit(plan(join(written, "e.yaml")).pipe(Effect.provide(NodeServices.layer)))
  remove(written)
  if (exit._tag === "Success") return `${name} is accepted`
  expect(Cause.hasDies(exit.cause)).toBe(false)
  const error = Cause.squash(exit.cause)
  const [first = ""] = (error instanceof Error ? error.message : String(error)).split("\n")
  return first.replace(/^.*e\.yaml:\d+:\d+: /, "").replace('learners[0]: learner "net" on task "d": ', "")
}

const says = (cases: ReadonlyArray<readonly [name: string, parts: Parts, message: string]>) =>
  it.each(cases)("%s", async (name, parts, message) => {
    expect(await refusal(parts, name)).toBe(message)
  })

const place = "learners[0].pipeline[0].branches"

describe("branches", () => {
  says([
    [
      "of different rank",
      { branches: `${flat}, b: [${image}], c: [${site}, { type: Nn.embedding, size: 3 }]` },
      'concat: got rows × 4 in "a" and rows × 2 × 2 × 1 in "b" and rows × 1 × 3 in "c", expected shapes that differ in the last size only; end "b" and "c" with Nn.flatten'
    ],
    [
      "of different width in a sum",
      { merge: `{ type: Merge.sum, branches: { ${flat}, b: [${numbers}] } }` },
      'sum: got rows × 4 in "a" and rows × 2 in "b", expected equal shapes; end the branches with layers of the same shape'
    ],
    [
      "without an ingress",
      { branches: `${flat}, b: [Preprocess.standardise]` },
      `${place}.b: Merge.concat: branch "b" ends after the preprocessing, and what is joined are rows of a network; end it with an ingress or a layer`
    ],
    [
      "without a stage",
      { branches: `${flat}, b: []` },
      `${place}.b: Merge.concat: branch "b" has no stage, and what is joined are rows of a network; end it with an ingress or a layer`
    ],
    [
      "that are no lists",
      { branches: `${flat}, b: Ingress.numeric` },
      `${place}.b: Merge.concat: is no list of stages; write one in brackets: [Ingress.numeric]`
    ],
    [
      "of columns that are named twice",
      { branches: "a: [{ type: Ingress.numeric, columns: [age, dose, age] }]" },
      `${place}.a[0].columns: Ingress.numeric: names "age" twice; name it once`
    ],
    [
      "that are no lists, below the name of the merge",
      { merge: `{ Merge.concat: { ${flat}, b: [{ Merge.sum: { c: [Ingress.numeric], d: 3 } }] } }` },
      "learners[0].pipeline[0].Merge.concat.b[0].Merge.sum.d: Merge.sum: is no list of stages; write one in brackets: [Ingress.numeric]"
    ],
    [
      "without names",
      { merge: "{ type: Merge.concat, branches: [[Ingress.numeric]] }" },
      `${place}: Merge.concat: is no mapping of names to lists of stages; write it as { a: [Ingress.numeric] }`
    ]
  ])
})

describe("categories", () => {
  says([
    [
      "without an embedding",
      { branches: `${flat}, b: [${site}]` },
      'concat: got codes of categories in "b", expected numbers; put Nn.embedding behind Ingress.categorical'
    ],
    [
      "that are numbers",
      { branches: `${flat}, b: [${numbers}, { type: Nn.embedding, size: 3 }, Nn.flatten]` },
      "b/embedding: got numbers, expected codes of categories; put Ingress.categorical right before it"
    ],
    [
      "of columns that are not named",
      { branches: "b: [{ type: Image.rescale, from: [0, 9] }, Ingress.categorical, { type: Nn.embedding, size: 3 }]" },
      'branch "b": Ingress.categorical: takes categories, but got "scan" (tensor); name the columns that are categories, and take the others by an ingress of their own in another branch of a Merge'
    ]
  ])
})

describe("images", () => {
  says([
    [
      "of an unknown column",
      { branches: `${flat}, b: [{ type: Ingress.tensor, column: scn }, Nn.flatten]` },
      'branch "b": Ingress.tensor: no feature column "scn" reaches this stage; did you mean "scan"?'
    ],
    [
      "of numbers",
      { branches: `${flat}, b: [${numbers}, { type: Nn.conv2d, filters: 2, size: 1 }, Nn.flatten]` },
      "b/conv2d: got rows × 2 (rank 1), expected rows of shape [height, width, channels]; put Nn.reshape([height, width, channels]) before it, or read images by Ingress.tensor"
    ],
    [
      "with groups that do not divide the channels",
      { branches: `b: [${image}, { type: Nn.conv2d, filters: 4, size: 1, groups: 2 }, Nn.flatten]` },
      "b/conv2d: got 1 channels and 4 filters in 2 groups, expected groups that divide both; change groups or filters; one group a channel is groups equal to the channels"
    ],
    [
      "with a size for a third axis",
      { branches: `b: [${image}, { type: Nn.conv2d, filters: 4, size: [1, 1, 1] }, Nn.flatten]` },
      `${place}.b[1].size: Nn.conv2d: Expected 2 numbers, got 3; leave out what is too much`
    ],
    [
      "resized to three sizes",
      { branches: `b: [{ type: Image.resize, size: [3, 3, 1] }, ${image}, Nn.flatten]` },
      `${place}.b[0].size: Image.resize: Expected 2 numbers, got 3; leave out what is too much`
    ],
    [
      "of another size",
      { branches: `b: [${image}, { type: Nn.reshape, shape: [3, 3, 1] }, Nn.flatten]` },
      "b/reshape: got rows × 2 × 2 × 1 (2·2·1 = 4 numbers a row), expected rows of 3·3·1 = 9 numbers, for the shape [3, 3, 1]; give a shape whose sizes have that product, or bring other columns to the network"
    ],
    [
      "scaled as numbers are",
      { branches: `b: [{ type: Preprocess.standardise, columns: [scan] }, ${image}, Nn.flatten]` },
      'branch "b": Preprocess.standardise: cannot scale the tensor column "scan"; scale it by Image.normalise or leave it out'
    ],
    [
      "encoded as categories are",
      { branches: `b: [{ type: Preprocess.oneHot, columns: [scan] }, ${image}, Nn.flatten]` },
      'branch "b": Preprocess.oneHot: cannot encode the tensor column "scan"; leave it out'
    ],
    [
      "of columns that are not as many as pixels",
      { tensor: '{ name: scan, columns: { matching: "^[dp]." }, shape: [2, 2, 1] }' },
      'tasks[0].file: column "device": the type string cannot be part of a tensor. Choose columns of numbers, or declare the column as numeric.'
    ],
    [
      "of another column beside the pixels",
      { tensor: '{ name: scan, columns: { matching: "^p|age" }, shape: [2, 2, 1] }' },
      "tasks[0].file: shape: [2, 2, 1] does not have the 5 numbers of the 5 columns age, p0, p1, p2, p3. Give whole numbers of that product, channels last: [5]."
    ]
  ])
})

describe("a network", () => {
  says([
    [
      "of members without their head",
      { after: "{ type: Nn.members, count: 3 }, Nn.head" },
      "head: got rows × 3 × 4 (rank 2), expected rows of rank 1; put Nn.flatten before it, or take Nn.memberHead behind Nn.members, or Nn.takeToken behind Nn.classToken"
    ],
    [
      "with a block of nothing",
      { after: "{ type: Nn.residual, body: [] }, Nn.head" },
      "learners[0].pipeline[1].body: Nn.residual: the body has no stage, and what is joined are rows of a network; end it with a layer"
    ]
  ])

  it.each([
    [
      "an engine without kernels for a layer",
      { after: "Mine.twice, Nn.head", engine: "fused" },
      /learner "net" on task "d": engine "fused": fused-[\w, -]+: Mine\.twice at "twice" has no kernels; choose another engine/
    ],
    ["an unknown engine", { engine: "cuda" }, /engine "cuda": is not among the engines provided; provided are fused/]
  ])("that asks for %s is not run", async (_, parts, message) => {
    const written = folder({ "e.yaml": experiment(parts), "d.csv": csv, "mine.ts": mine })
    const { code, stderr } = await rocflow(["run", "e.yaml", "--out", "out"], written)
    const status = await rocflow(["status", "out"], written)
    remove(written)
    expect(stderr).toMatch(message)
    expect([code, status.code]).toEqual([1, 1])
  })
})
