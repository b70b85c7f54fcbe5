/**
 * Branches of a network that come together: each has its own preprocessing, ingress and layers.
 *
 * The name of a branch is the path of everything in it: weights, seeds, errors, boxes of the diagram. Branches stand in
 * the order of their names.
 *
 * @example
 * Merge.concat({
 *   measured: Preprocess.standardise().pipe(Ingress.numeric(["age", "dose"]), Nn.linear(16)),
 *   site: Preprocess.oneHot().pipe(Ingress.numeric(["site=north", "site=south"]), Nn.linear(4))
 * }).pipe(Nn.relu(), Nn.head())
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as OptionSchema from "../OptionSchema.ts"
import { define as defineStage } from "./internal/bind.ts"
import { explicit, stagesReference, toJson } from "./internal/json.ts"
import { starting } from "./internal/pipeline.ts"
import type { Reached, Spoken } from "./Order.ts"
import type * as Pipeline from "./Pipeline.ts"
import type * as Shape from "./Shape.ts"
import type { Definition, Join } from "./Stage.ts"

/** Branches in the order of their names: the order in which an object is written has no meaning, here as in hashes. */
const inOrder = <A>(branches: Readonly<Record<string, A>>): ReadonlyArray<readonly [name: string, branch: A]> =>
  Object.entries(branches).sort(([a], [b]) => (a < b ? -1 : 1))

/** The name of a branch is part of paths, which patterns match. */
const isName = (name: string): boolean => /^[\p{L}\p{N}_-]+$/u.test(name) && name !== "__proto__"

/** Says what is wrong with the names of branches; undefined if nothing is. */
const problemOf = (names: ReadonlyArray<string>): string | undefined => {
  const bad = names.find((name) => !isName(name))
  if (bad !== undefined) return `${JSON.stringify(bad)} is no name of a branch; use letters, digits, _ and -`
  return names.length === 0 ? "there is no branch; give at least one" : undefined
}

const Options = Schema.Struct({
  branches: OptionSchema.required(
    Schema.Record(Schema.String, stagesReference)
      .annotate({ message: "is no mapping of names to lists of stages; write it as { a: [Ingress.numeric] }" })
      .check(Schema.makeFilter((branches) => problemOf(Object.keys(branches)))),
    "Branches by name, each with its own preprocessing, ingress and layers",
    { measured: ["Ingress.numeric"], site: ["Preprocess.oneHot", "Ingress.numeric"] }
  )
})

const define = (join: Join, summary: string): Definition<"merge", typeof Options.Encoded> =>
  defineStage({
    kind: "merge",
    id: `Merge.${join}`,
    summary,
    options: Options,
    part: ({ branches }) => ({ kind: "merge", join, branches: new Map(inOrder(branches)) })
  })

/** `Merge.concat` as a definition, for registries. @category definitions */
export const concatDefinition = define("concat", "Branches side by side along the last axis")
/** `Merge.tokens` as a definition, for registries. @category definitions */
export const tokensDefinition = define(
  "tokens",
  "Branches one below the other along the first axis: their tokens in one row"
)
/** `Merge.sum` as a definition, for registries. @category definitions */
export const sumDefinition = define("sum", "The sum of branches of equal shape, entry by entry")
/** `Merge.product` as a definition, for registries. @category definitions */
export const productDefinition = define("product", "The product of branches of equal shape, entry by entry")

/** Branches by name. @category models */
export type Branches = Readonly<Record<string, Pipeline.Any>>

/** How many sizes the shapes of a union have, of those where the compiler knows it. */
type Ranks<S extends Shape.Shape> = S extends unknown ? (number extends S["length"] ? never : S["length"]) : never

/** `unknown` if all branches have rows of one rank, as far as the compiler knows, else a sentence for each that is not flat. */
type Even<B extends Branches, K extends keyof B> = [Ranks<Pipeline.ShapeOf<B[K]>>] extends [1]
  ? unknown
  : [Ranks<Pipeline.ShapeOf<B[keyof B]>>] extends [Ranks<Pipeline.ShapeOf<B[K]>>]
    ? unknown
    : `Branches have rows of one rank, and ${K & string} has rank ${Ranks<Pipeline.ShapeOf<B[K]>>}: end it with Nn.flatten()`

/**
 * `unknown` for each branch that ends in rows of a network, of the rank of the others, or of which the compiler does not
 * know where it ends, else a sentence.
 * @category type-level
 */
export type Joinable<B extends Branches> = {
  readonly [K in keyof B]: Reached extends Pipeline.ReachedOf<B[K]>
    ? unknown
    : Pipeline.ReachedOf<B[K]> extends "ingress" | "layer"
      ? Even<B, K>
      : `A branch ends with an ingress or a layer, and ${K & string} ends after the ${Spoken[Pipeline.ReachedOf<B[K]>]}`
}

/** The shape where branches stand side by side: the last sizes add up. */
type Wider<S extends Shape.Shape> = S extends readonly [...infer Before extends Shape.Shape, number]
  ? readonly [...Before, number]
  : Shape.Shape

/** The shape where branches stand one below the other: the first sizes add up. */
type Taller<S extends Shape.Shape> = S extends readonly [number, ...infer After extends Shape.Shape]
  ? readonly [number, ...After]
  : Shape.Shape

/** `Wide` if all shapes of a union have one rank, else what no second error follows from. */
type IfEven<S extends Shape.Shape, Wide extends Shape.Shape, R = Ranks<S>> = [R] extends [never]
  ? Shape.Shape
  : R extends unknown
    ? [Ranks<S>] extends [R]
      ? Wide
      : Shape.Shape
    : never

/**
 * The type of branches that come together: a pipeline by itself, or appended to preprocessing that all branches share.
 * @category type-level
 */
export interface Merged<out Names extends string, out S extends Shape.Shape> extends Pipeline.Pipeline<
  "layer",
  Names,
  S
> {
  <P extends Pipeline.Any>(
    self: P & Pipeline.After<P, "ingress", "a merge of branches">
  ): Pipeline.Pipeline<"layer", Pipeline.ColumnsOf<P>, S>
}

const merged = <S extends Pipeline.Any & ((self: never) => Pipeline.Any)>(
  definition: Definition<"merge">,
  join: Join,
  branches: Branches
): S => {
  const { id, kind } = definition
  const all = inOrder(branches)
  const wrong = problemOf(Object.keys(branches))
  const byName = <A>(f: (branch: Pipeline.Any) => A) => Object.fromEntries(all.map(([name, b]) => [name, f(b)]))
  return starting({
    id,
    kind: "merge",
    json: { type: id, branches: byName(toJson) },
    bound:
      wrong === undefined
        ? Result.succeed({
            part: { kind, join, branches: new Map(all.map(([name, { stages }]) => [name, stages])) },
            encoded: { branches: byName(({ stages }) => explicit(stages)) }
          })
        : Result.fail([{ path: ["branches"], message: `${id}: ${wrong}` }])
  })
}

/**
 * Puts the rows of all branches side by side: their shapes are equal except for the last size, and the last sizes add up.
 *
 * Errors when the pipeline is trained: shapes that do not fit, with the branches and their shapes; codes of categories
 * without an embedding; a name that is none.
 * @category stages
 */
export const concat = <const B extends Branches>(
  branches: B & Joinable<B>
): Merged<Pipeline.ColumnsOf<B[keyof B]>, IfEven<Pipeline.ShapeOf<B[keyof B]>, Wider<Pipeline.ShapeOf<B[keyof B]>>>> =>
  merged(concatDefinition, "concat", branches)

/**
 * Puts the tokens of all branches into one row, those of the first branch first: shapes [tokens, size] that are equal
 * except for the first size, and the first sizes add up.
 *
 * @example
 * // The FT-transformer on numbers and categories:
 * Merge.tokens({
 *   kinds: Ingress.categorical(["site", "ward"]).pipe(Nn.embedding(32)),
 *   measured: Preprocess.standardise().pipe(Ingress.numeric(["age", "dose"]), Nn.featureTokens(32))
 * }).pipe(Nn.classToken(), Nn.transformer({ firstNorm: false }), Nn.takeToken(), Nn.head())
 * @category stages
 */
export const tokens = <const B extends Branches>(
  branches: B & Joinable<B>
): Merged<Pipeline.ColumnsOf<B[keyof B]>, IfEven<Pipeline.ShapeOf<B[keyof B]>, Taller<Pipeline.ShapeOf<B[keyof B]>>>> =>
  merged(tokensDefinition, "tokens", branches)

/** Adds the rows of all branches, whose shapes are equal. @category stages */
export const sum = <const B extends Branches>(
  branches: B & Joinable<B>
): Merged<Pipeline.ColumnsOf<B[keyof B]>, IfEven<Pipeline.ShapeOf<B[keyof B]>, Pipeline.ShapeOf<B[keyof B]>>> =>
  merged(sumDefinition, "sum", branches)

/** Multiplies the rows of all branches entry by entry; their shapes are equal. @category stages */
export const product = <const B extends Branches>(
  branches: B & Joinable<B>
): Merged<Pipeline.ColumnsOf<B[keyof B]>, IfEven<Pipeline.ShapeOf<B[keyof B]>, Pipeline.ShapeOf<B[keyof B]>>> =>
  merged(productDefinition, "product", branches)
