/**
 * The data type of pipelines. `Pipeline` is its public face; only stage constructors make pipelines here.
 */
import * as PipeablePrototype from "effect/Pipeable"
import type { Pipeable } from "effect/Pipeable"
import type { Kind as TargetKind } from "../../data/Task.ts"
import type { Problem, Reached } from "../Order.ts"
import type { Shape } from "../Shape.ts"
import type { Stage } from "../Stage.ts"

/** @category models */
export const TypeId = "~rocflow/Pipeline"

/**
 * A pipeline that has reached a stage. Its type carries the columns that it needs, the shape of one row (a tuple; each
 * size literal where known) and the target kinds that its loss accepts.
 * @category models
 */
export interface Pipeline<
  out R extends Reached = Reached,
  out Columns extends string = string,
  out S extends Shape = Shape,
  out Accepts extends TargetKind = TargetKind
> extends Pipeable {
  readonly [TypeId]: {
    readonly _Reached: () => R
    readonly _Columns: () => Columns
    readonly _Shape: () => S
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
/** The shape of one row, as a tuple. @category type-level */
export type ShapeOf<P extends Any> = ReturnType<P[typeof TypeId]["_Shape"]>
/** @category type-level */
export type AcceptsOf<P extends Any> = ReturnType<P[typeof TypeId]["_Accepts"]>

/** `unknown` if a stage of kind `S` may follow `P`, else a sentence that no pipeline is. @category type-level */
export type After<P extends Any, S extends Reached, Name extends string> = Problem<ReachedOf<P>, S, Name>

/**
 * `unknown` if the rows of `P` have the rank that a layer works on, or one that the compiler does not know.
 * @category type-level
 */
export type Rank<P extends Any, N extends number, Name extends string> = number extends ShapeOf<P>["length"]
  ? unknown
  : ShapeOf<P>["length"] extends N
    ? unknown
    : `${Name} takes rows of rank ${N}, these have rank ${ShapeOf<P>["length"]}${N extends 1 ? ": put Nn.flatten() before it" : ""}`

const phantom = (): never => {
  throw new Error("the type parameters of a pipeline have no values")
}

const prototype = {
  ...PipeablePrototype.Prototype,
  [TypeId]: { _Reached: phantom, _Columns: phantom, _Shape: phantom, _Accepts: phantom }
}

/** Whether a value is a pipeline. @category guards */
export const isPipeline = (value: unknown): value is Any =>
  (typeof value === "object" || typeof value === "function") && value !== null && TypeId in value

/** Wraps stages whose order was checked. What the type says of them is the caller's promise. */
export const fromStages = <P extends Any>(stages: ReadonlyArray<Stage>): P =>
  Object.assign(Object.create(prototype) as P, { stages })

/** Appends a stage; what may follow what is checked by the types of the public constructors. */
export const append = <P extends Any>(self: Any, next: Stage): P => fromStages<P>([...self.stages, next])

/** Makes a stage that may stand first, or follow a pipeline. */
export const starting = <S extends Any & ((self: never) => Any)>(first: Stage): S => {
  const apply = (self: Any) => append(self, first)
  return Object.assign(apply, prototype, { stages: [first] }) as unknown as S
}
