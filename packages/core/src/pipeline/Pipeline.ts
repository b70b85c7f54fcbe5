/**
 * A pipeline is a list of stages, as plain data, with types on top that say how far it has come.
 *
 * Its type carries the stage reached, the columns that it needs, the width of the last layer (literal where known) and
 * the target kinds that its loss accepts. Interpreters give it meaning: `toJson` and `fromJson`, `toMermaid`, `hash`,
 * shape inference (`Shape`), training (`Learner`). A pipeline is never mutated: each stage makes a new one.
 *
 * @example
 * const pipeline = Preprocess.standardise().pipe(Ingress.numeric(), Nn.linear(20), Nn.relu(), Nn.head())
 * Pipeline.toJson(pipeline)[2] // => { type: "Nn.linear", units: 20 }
 */
import * as PipeablePrototype from "effect/Pipeable"
import type { Pipeable } from "effect/Pipeable"
import type { Kind as TargetKind } from "../data/Task.ts"
import type { Definition } from "./Definition.ts"
import type { Problem, Reached } from "./Order.ts"

export { check, fromJson, hash, resolve, toJson } from "./internal/pipelineJson.ts"
export { toMermaid, toText } from "./internal/pipelineDiagram.ts"

/** @category models */
export const TypeId = "~rocflow/Pipeline"

/**
 * One stage: the definition, and the options as the user wrote them, plain JSON. `parts` are the definitions that the
 * options mention by id (measures, callbacks).
 * @category models
 */
export interface Stage {
  readonly definition: Definition
  readonly options: Readonly<Record<string, unknown>>
  readonly parts: ReadonlyArray<Definition>
}

/** A stage in its JSON form: `{ type: "Nn.linear", units: 20 }`. @category models */
export interface StageJson {
  readonly type: string
  readonly [option: string]: unknown
}

/**
 * A pipeline that has reached a stage.
 * @category models
 */
export interface Pipeline<
  out R extends Reached = Reached,
  out Columns extends string = string,
  out Width extends number = number,
  out Accepts extends TargetKind = TargetKind
> extends Pipeable {
  readonly [TypeId]: {
    readonly _Reached: () => R
    readonly _Columns: () => Columns
    readonly _Width: () => Width
    readonly _Accepts: () => Accepts
  }
  readonly stages: ReadonlyArray<Stage>
}

/** Any pipeline, whatever its types say. @category models */
export type Any = Pipeline

/** @category type-level */
export type ReachedOf<P extends Any> = ReturnType<P[typeof TypeId]["_Reached"]>
/** @category type-level */
export type ColumnsOf<P extends Any> = ReturnType<P[typeof TypeId]["_Columns"]>
/** @category type-level */
export type WidthOf<P extends Any> = ReturnType<P[typeof TypeId]["_Width"]>
/** @category type-level */
export type AcceptsOf<P extends Any> = ReturnType<P[typeof TypeId]["_Accepts"]>

/** `unknown` if a stage of kind `S` may follow `P`, else a sentence that no pipeline is. @category type-level */
export type After<P extends Any, S extends Reached, Name extends string> = Problem<ReachedOf<P>, S, Name>

const prototype = {
  ...PipeablePrototype.Prototype,
  [TypeId]: { _Reached: identity, _Columns: identity, _Width: identity, _Accepts: identity }
}

function identity<A>(value: A): A {
  return value
}

/**
 * Wraps stages that are known to be in order. Public code gets pipelines from stage constructors or `fromJson`.
 * @category constructors
 */
export const unsafeMake = <P extends Any>(stages: ReadonlyArray<Stage>): P =>
  Object.assign(Object.create(prototype) as P, { stages })

/** Makes a stage of a definition. Options that are undefined are left out. @category constructors */
export const stage = (definition: Definition, options: object = {}, parts: ReadonlyArray<Definition> = []): Stage => ({
  definition,
  options: Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
  parts
})

/** Appends a stage; what may follow what is checked by the types of the public constructors. */
export const append = <P extends Any>(self: Any, next: Stage): P => unsafeMake<P>([...self.stages, next])

/** Makes a stage that may stand first, or follow a pipeline. @category constructors */
export const starting = <S extends Any & ((self: never) => Any)>(first: Stage): S => {
  const apply = (self: Any) => append(self, first)
  return Object.assign(apply, prototype, { stages: [first] }) as unknown as S
}
