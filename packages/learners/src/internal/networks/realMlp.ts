/**
 * How RealMLP begins: numbers by robust scaling, in the full recipe as vectors, and indicators on the same scale.
 */
import * as Result from "effect/Result"
import type * as Recipe from "@rocflow/core/learning/Recipe"
import * as Ingress from "@rocflow/core/pipeline/Ingress"
import * as Merge from "@rocflow/core/pipeline/Merge"
import * as Nn from "@rocflow/core/pipeline/Nn"
import type { PipelineError } from "@rocflow/core/pipeline/PipelineError"
import * as Preprocess from "@rocflow/core/pipeline/Preprocess"
import { checked, few, many, put, type Rows } from "./tabular.ts"

/** How columns are encoded. */
export interface Encoding {
  readonly oneHot: number
  readonly embeddingSize: number
  readonly frequencies: number
  readonly frequencyScale: number
  readonly numberSize: number
}

type Begun = (id: string, encoding: Encoding, seen: Recipe.Seen) => Result.Result<Rows, PipelineError>

const robust = [Preprocess.robustScale(), Preprocess.smoothClip()]

/** Indicators of levels, for which missing is one. */
const indicators = (columns: ReadonlyArray<string>) =>
  columns.length === 0 ? [] : [Preprocess.impute({ method: "level", columns }), Preprocess.oneHot({ columns })]

const truths = (columns: ReadonlyArray<string>) =>
  columns.length === 0 ? [] : [Preprocess.impute({ method: "mode", columns })]

/** Says where some of these columns are missing. */
const gapsOf = ({ incomplete }: Recipe.Seen, columns: ReadonlyArray<string>) =>
  columns.filter((name) => incomplete.includes(name))

const gapStages = (columns: ReadonlyArray<string>) =>
  columns.length === 0 ? [] : [Preprocess.missingIndicator({ columns })]

const dated = ({ dates }: Recipe.Seen) => (dates.length === 0 ? [] : [Preprocess.dates()])

/** The branches that are there, side by side. */
const beside = (branches: Readonly<Record<string, Rows | undefined>>): Rows => {
  const all = Object.entries(branches).flatMap(([name, rows]) => (rows === undefined ? [] : [[name, rows] as const]))
  const [only, ...others] = all
  return only !== undefined && others.length === 0
    ? only[1]
    : Merge.concat<Record<string, Rows>>(Object.fromEntries(all))
}

const embedded = (columns: ReadonlyArray<string>, size: number): Rows | undefined =>
  columns.length === 0 ? undefined : Ingress.categorical(columns).pipe(Nn.embedding(size), Nn.flatten())

/** Numbers as vectors beside indicators, and vectors of categories of many levels. */
export const fullRows: Begun = (id, encoding, seen) =>
  Result.map(checked(id, seen), () => {
    const { embeddingSize, frequencies, frequencyScale, numberSize, oneHot } = encoding
    const numbers = [...seen.numbers, ...seen.dates]
    const gaps = gapsOf(seen, numbers)
    const kinds = few(seen, oneHot)
    const measured = (): Rows =>
      put(Preprocess.select(numbers), ...dated(seen), Preprocess.impute({ method: "median" }), ...robust).pipe(
        Ingress.numeric(),
        Nn.pbldEmbedding({ size: numberSize, frequencies, scale: frequencyScale }),
        Nn.flatten()
      )
    const flags = (): Rows =>
      put(
        Preprocess.select([...gaps, ...seen.booleans, ...kinds]),
        ...gapStages([...gaps, ...gapsOf(seen, seen.booleans)]),
        ...(gaps.length === 0 ? [] : [Preprocess.select({ except: gaps })]),
        ...truths(seen.booleans),
        ...indicators(kinds),
        ...(kinds.length === 0 ? [] : robust)
      ).pipe(Ingress.numeric())
    return beside({
      categories: embedded(many(seen, oneHot), embeddingSize),
      flags: gaps.length + seen.booleans.length + kinds.length === 0 ? undefined : flags(),
      numbers: numbers.length === 0 ? undefined : measured()
    })
  })

/** Numbers and indicators, all on one scale. */
export const smallRows: Begun = (id, { embeddingSize, oneHot }, seen) =>
  Result.map(checked(id, seen), () => {
    const numbers = [...seen.numbers, ...seen.dates]
    const names = [...numbers, ...seen.booleans]
    const kinds = few(seen, oneHot)
    const flat = (): Rows =>
      put(
        Preprocess.select([...names, ...kinds]),
        ...gapStages(gapsOf(seen, names)),
        ...dated(seen),
        ...(numbers.length === 0 ? [] : [Preprocess.impute({ method: "median" })]),
        ...truths(seen.booleans),
        ...indicators(kinds),
        ...(numbers.length + kinds.length === 0 ? [] : robust)
      ).pipe(Ingress.numeric())
    return beside({
      categories: embedded(many(seen, oneHot), embeddingSize),
      numbers: names.length + kinds.length === 0 ? undefined : flat()
    })
  })
