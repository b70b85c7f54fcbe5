/**
 * The network of a pipeline, lowered: nodes in the order in which they are computed, each with its shape, the paths of
 * its arrays and the nodes that it reads. Engines compute graphs and know no pipelines.
 */
import * as Result from "effect/Result"
import * as Seed from "../Seed.ts"
import * as Shape from "../pipeline/Shape.ts"
import type { Join, Layer, Parameter, Stage } from "../pipeline/Stage.ts"
import * as Traverse from "../pipeline/Traverse.ts"

/** A node: rows that come in, a layer, or branches that come together. @category models */
export type Node = Input | Computed | Joined

interface Common {
  /** The path of the stage: see `Traverse`. */
  readonly path: string
  /** The shape of one row after the node. */
  readonly shape: Shape.Shape
}

/** Rows that an ingress gives; `input` is its place among the inputs. @category models */
export interface Input extends Common {
  readonly _tag: "Input"
  readonly input: number
  /** How many levels each entry has, if they are codes and no numbers: see `FittedIngress`. */
  readonly cardinalities: ReadonlyArray<number> | undefined
}

/** A layer that reads the node `from`. Its arrays stand among those of the network from `firstParameter` on. @category models */
export interface Computed extends Common {
  readonly _tag: "Layer"
  readonly id: string
  readonly layer: Layer
  /** The options of the layer, with every default, as JSON. */
  readonly options: unknown
  readonly from: number
  /** Those of the input, for a layer that reads codes. */
  readonly cardinalities: ReadonlyArray<number> | undefined
  readonly firstParameter: number
  readonly parameters: number
  readonly firstBuffer: number
  readonly buffers: number
}

/** Nodes side by side, or entry by entry. @category models */
export interface Joined extends Common {
  readonly _tag: "Join"
  readonly join: Join
  readonly from: ReadonlyArray<number>
}

/** An array of the network: a parameter or a buffer, at its path `"linear#2.bias"`. @category models */
export interface Slot {
  readonly path: string
  readonly shape: Shape.Shape
  readonly initialise: Parameter["initialise"]
}

/** A network from its inputs to its outputs. @category models */
export interface Network {
  readonly nodes: ReadonlyArray<Node>
  readonly inputs: ReadonlyArray<Input>
  /** The node that gives the scores. */
  readonly output: number
  /** Numbers a row of the scores. */
  readonly outputs: number
  readonly parameters: ReadonlyArray<Slot>
  readonly buffers: ReadonlyArray<Slot>
}

/** An array with its path, as plain data. @category models */
export interface NamedArray {
  readonly path: string
  readonly shape: Shape.Shape
  readonly values: Float32Array
}

/** How many numbers a network learns: the sizes of its parameters, added up. */
export const size = ({ parameters }: Pick<Network, "parameters">): number =>
  parameters.reduce((sum, { shape }) => sum + Shape.size(shape), 0)

/** Numbers that a network may learn: 1 GB of weights. */
const mostWeights = 2 ** 28

/** Numbers that a row may have between two layers: 64 MB. */
const mostNumbers = 2 ** 24

const isSize = (n: number): boolean => Number.isInteger(n) && n >= 1

const refuse = (stage: string, problem: Shape.Problem) => Result.fail(new Shape.ShapeError({ stage, ...problem }))

/** How many levels each entry of a row has, where a node gives codes. */
const codesOf = (node: Node | undefined): ReadonlyArray<number> | undefined =>
  node?._tag === "Input" ? node.cardinalities : undefined

const numbers: Shape.Problem = {
  given: "numbers",
  expected: "codes of categories",
  advice: "put Ingress.categorical right before it"
}
const codes: Shape.Problem = {
  given: "codes of categories",
  expected: "numbers",
  advice: "put Nn.embedding behind Ingress.categorical"
}

/** A node that comes into a join, with the name of its branch. */
interface End {
  readonly name: string
  readonly node: Node
}

/** Says what the shapes of branches would have to be, and the advice that brings them there. */
const unequal = (ends: ReadonlyArray<End>, how: Join): Shape.Problem => {
  const flat = ends.filter(({ node }) => node.shape.length === 1)
  const deep = ends.filter(({ node }) => node.shape.length > 1).map(({ name }) => `"${name}"`)
  if (how === "tokens" && flat.length > 0) {
    return {
      given: flat.map(({ name, node }) => `${Shape.toText(node.shape)} in "${name}"`).join(" and "),
      expected: "rows of tokens, [tokens, size]",
      advice: `end ${flat.map(({ name }) => `"${name}"`).join(" and ")} with Nn.featureTokens or Nn.embedding, or take Merge.concat`
    }
  }
  const alike = ends.every(({ node }) => node.shape.length > 1 && node.shape.at(-1) === ends[0]?.node.shape.at(-1))
  return {
    given: ends.map(({ name, node }) => `${Shape.toText(node.shape)} in "${name}"`).join(" and "),
    expected: differing[how],
    advice:
      flat.length > 0 && deep.length > 0
        ? `end ${deep.join(" and ")} with Nn.flatten${how === "concat" ? "" : " and a layer of that width"}`
        : how === "concat" && alike
          ? "take Merge.tokens, which puts tokens of one size into one row"
          : "end the branches with layers of the same shape"
  }
}

/** How shapes may differ that come together. */
const differing: Readonly<Record<Join, string>> = {
  concat: "shapes that differ in the last size only",
  tokens: "shapes that differ in the first size only",
  sum: "equal shapes",
  product: "equal shapes"
}

/** The same of a block that adds what it made of the rows to the rows. */
const changing = (ends: ReadonlyArray<End>): Shape.Problem => ({
  given: ends.map(({ node }) => Shape.toText(node.shape)).join(" and "),
  expected: "equal shapes",
  advice: "let the body keep the shape"
})

const join = (
  ends: ReadonlyArray<End>,
  how: Join,
  problem: (ends: ReadonlyArray<End>, how: Join) => Shape.Problem
): Result.Result<Shape.Shape, Shape.Problem> => {
  const [first = [], ...rest] = ends.map(({ node }) => node.shape)
  const comparable = (shape: Shape.Shape) =>
    how === "concat" ? shape.slice(0, -1) : how === "tokens" ? shape.slice(1) : shape
  const odd = rest.some((shape) => shape.length !== first.length || !Shape.equals(comparable(shape), comparable(first)))
  if (odd || (how === "tokens" && first.length < 2)) return Result.fail(problem(ends, how))
  const total = (axis: number) => ends.reduce((sum, { node }) => sum + node.shape.at(axis)!, 0)
  if (how === "concat") return Result.succeed([...first.slice(0, -1), total(-1)])
  return Result.succeed(how === "tokens" ? [total(0), ...first.slice(1)] : first)
}

type Built = Result.Result<number, Shape.ShapeError>

/**
 * Lowers the network of a pipeline, from its ingresses to its head.
 *
 * `inputs` are the shapes of one row at each ingress, by path, in the order in which a walk finds them; `outputs` is how
 * many the task needs; `cardinalities` belong to the inputs that are codes. Errors: `ShapeError` for shapes that do not fit and for
 * networks that do not fit into memory, with the path of the stage.
 */
export const make = (
  stages: ReadonlyArray<Stage>,
  inputs: ReadonlyMap<string, Shape.Shape>,
  outputs: number,
  cardinalities: ReadonlyMap<string, ReadonlyArray<number>> = new Map()
): Result.Result<Network, Shape.ShapeError> => {
  const nodes: Array<Node> = []
  const parameters: Array<Slot> = []
  const buffers: Array<Slot> = []
  let weights = 0
  const push = (node: Node): Built => Result.succeed(nodes.push(node) - 1)

  const addInput = (path: string): Built => {
    const shape = inputs.get(path) ?? []
    if (shape.length > 0 && shape.every(isSize)) {
      const input = nodes.filter(({ _tag }) => _tag === "Input").length
      return push({ _tag: "Input", path, shape, input, cardinalities: cardinalities.get(path) })
    }
    return refuse(path, {
      given: "0 feature columns",
      expected: "at least one",
      advice: "give the task a feature, or drop fewer columns in preprocessing"
    })
  }

  const addLayer = (from: number, path: string, id: string, layer: Layer, options: unknown): Built => {
    const before = nodes[from]!.shape
    const levels = codesOf(nodes[from])
    if ((levels !== undefined) !== (layer.codes ?? false)) return refuse(path, levels === undefined ? numbers : codes)
    const shape = layer.shape(before, outputs)
    if (Result.isFailure(shape)) return refuse(path, shape.failure)
    const after = shape.success
    if (!after.every(isSize)) {
      return refuse(path, {
        given: `the shape [${after.join(", ")}]`,
        expected: "whole numbers of at least 1",
        advice: "correct the shape function of this layer"
      })
    }
    const own = (arrays: ReadonlyArray<Parameter>): ReadonlyArray<Slot> =>
      arrays.map(({ initialise, name, shape }) => ({ path: `${path}.${name}`, shape, initialise }))
    if (Shape.size(after) > mostNumbers) {
      return refuse(path, {
        given: `rows of ${Shape.size(after)} numbers`,
        expected: `at most ${mostNumbers}, as batches have several`,
        advice: "make this layer smaller, or the images"
      })
    }
    const ownParameters = own(layer.parameters(before, after, levels))
    const ownBuffers = own(layer.buffers(before, after))
    weights += size({ parameters: ownParameters }) + size({ parameters: ownBuffers })
    if (weights > mostWeights) {
      return refuse(path, {
        given: `${weights} weights with those of the layers before`,
        expected: `at most ${mostWeights}, 1 GB, of which training needs several`,
        advice: "make the layers smaller"
      })
    }
    const node: Computed = {
      _tag: "Layer",
      path,
      id,
      layer,
      options,
      from,
      cardinalities: levels,
      shape: after,
      firstParameter: parameters.length,
      parameters: ownParameters.length,
      firstBuffer: buffers.length,
      buffers: ownBuffers.length
    }
    parameters.push(...ownParameters)
    buffers.push(...ownBuffers)
    return push(node)
  }

  const addJoin = (
    from: ReadonlyArray<readonly [name: string, node: number]>,
    path: string,
    how: Join,
    problem: (ends: ReadonlyArray<End>, how: Join) => Shape.Problem
  ): Built => {
    const coded = from.find(([, node]) => codesOf(nodes[node]) !== undefined)
    if (coded !== undefined) return refuse(path, { ...codes, given: `${codes.given} in "${coded[0]}"` })
    const ends = from.map(([name, node]) => ({ name, node: nodes[node]! }))
    return Result.match(join(ends, how, problem), {
      onFailure: (refused) => refuse(path, refused),
      onSuccess: (shape) => push({ _tag: "Join", path, shape, join: how, from: from.map(([, node]) => node) })
    })
  }

  /** The end of the last repetition; another one could not follow where the body changes the shape. */
  const repeated = (from: number, end: number, path: string, count: number): Built => {
    const [before, after] = [nodes[from]!.shape, nodes[end]!.shape]
    if (count === 1 || Shape.equals(before, after)) return Result.succeed(end)
    return refuse(path, {
      given: `${Shape.toText(after)} after ${count} repetitions on ${Shape.toText(before)}`,
      expected: "the same shape before and after",
      advice: "let the body keep the shape, and put a layer that changes it before the block"
    })
  }

  const walk = Traverse.fold<Built>(stages, Result.succeed(-1), {
    stage: (sofar, { path, stage: { bound, id } }) =>
      Result.flatMap(sofar, (from): Built => {
        const { encoded, part } = Result.isSuccess(bound) ? bound.success : {}
        if (part?.kind === "ingress") return addInput(path)
        return part?.kind === "layer" || part?.kind === "head" ? addLayer(from, path, id, part.layer, encoded) : sofar
      }),
    join: (sofar, { path, stage: { bound } }, ends) =>
      Result.flatMap(sofar, (from) =>
        Result.flatMap(Result.all([...ends.values()]), (last): Built => {
          const part = Result.isSuccess(bound) ? bound.success.part : undefined
          const named = Array.from(ends.keys(), (name, i) => [name, last[i]!] as const)
          if (part?.kind === "merge") return addJoin(named, path, part.join, unequal)
          if (part?.kind !== "block") return sofar
          return "join" in part
            ? addJoin([...named, ["what comes into it", from]], path, part.join, changing)
            : repeated(from, last[0] ?? from, path, part.count)
        })
      )
  })
  return Result.map(walk, (output) => ({
    nodes,
    inputs: nodes.filter((node) => node._tag === "Input"),
    output,
    outputs: Shape.size(nodes[output]!.shape),
    parameters,
    buffers
  }))
}

/** The first values of arrays, each drawn from the seed of its own path. */
export const initialise = (slots: ReadonlyArray<Slot>, seed: Seed.Seed): ReadonlyArray<NamedArray> =>
  slots.map(({ initialise, path, shape }) => {
    const values = new Float32Array(Shape.size(shape))
    initialise(values, Seed.generator(Seed.derive(seed, "init", path)))
    return { path, shape, values }
  })

const described = (arrays: ReadonlyArray<Pick<NamedArray, "path" | "shape">>): string =>
  arrays.map(({ path, shape }) => `${path} [${shape.join(", ")}]`).join(", ")

/** Says why arrays are not those of a network, its parameters and then its buffers; undefined if they are. */
export const mismatch = (network: Network, arrays: ReadonlyArray<NamedArray>): string | undefined => {
  const partial = arrays.find(({ shape, values }) => Shape.size(shape) !== values.length)
  if (partial !== undefined) {
    return `the array ${described([partial])} has ${partial.values.length} values; the file is damaged, save the model again`
  }
  const expected = described([...network.parameters, ...network.buffers])
  return described(arrays) === expected
    ? undefined
    : `has the arrays ${described(arrays)}, but the network has ${expected}; load it with the learner and the task that it was saved from`
}
