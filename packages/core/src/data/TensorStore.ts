/**
 * Where the rows of a tensor column are: plain data, of which nothing is decoded before a row is asked for.
 */
import type * as Effect from "effect/Effect"
import type * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import type { Generator, Seed } from "../Seed.ts"
import type { SchemaError } from "./SchemaError.ts"

/** The shape of one row: `[28, 28]`, `[64, 64, 3]` with channels last. */
export type RowShape = ReadonlyArray<number>

/** How a number is stored: unsigned or signed integer, or floating point, of so many bytes. */
export type Element = "u1" | "i1" | "u2" | "i2" | "u4" | "i4" | "f4" | "f8"

/** The bytes that a number of each kind takes. */
export const bytesOf: Readonly<Record<Element, number>> = { u1: 1, i1: 1, u2: 2, i2: 2, u4: 4, i4: 4, f4: 4, f8: 8 }

/** Numbers that are read as 0 and as 1; all others by the line through the two. */
export type Range = readonly [zero: number, one: number]

/** Gets the numbers of the row at a place, on the scale of the store. @category models */
export type Load = (place: number) => Float32Array | Promise<Float32Array>

/**
 * Opens a store whose rows are in files, of which about so many numbers will be read; it is closed with the scope. The store
 * brings it along, so that what reads rows in memory knows of no files.
 * @category models
 */
export type Open<in S> = (store: S, numbers: number) => Effect.Effect<Load, SchemaError, Scope.Scope>

interface Kept {
  /** The file, or what else tells a person where the rows come from. */
  readonly name: string
  /** SHA-256 of the contents, in hexadecimal. */
  readonly digest: string
  readonly range: Range | undefined
  /** What is done to a row of this store alone, before the steps of the column. */
  readonly steps: ReadonlyArray<Step>
}

/** Rows of one shape, one after the other, in memory or in a file that is read by parts. @category models */
export interface Packed extends Kept {
  readonly _tag: "Packed"
  readonly content:
    | { readonly _tag: "Memory"; readonly bytes: Uint8Array }
    | { readonly _tag: "File"; readonly open: Open<Packed> }
  /** The first byte of the first row. */
  readonly offset: number
  readonly element: Element
  readonly bigEndian: boolean
  readonly shape: RowShape
}

/** One file of a row, [height, width, channels] of numbers from 0 to 255. @category models */
export interface Picture {
  readonly path: string
  readonly shape: RowShape
  readonly digest: string
}

/** PNG and JPEG files, a row each. @category models */
export interface Pictures extends Kept {
  readonly _tag: "Pictures"
  readonly files: ReadonlyArray<Picture>
  readonly open: Open<Pictures>
}

/** Where rows are. @category models */
export type Store = Packed | Pictures

/** Changes one row of a shape; random numbers are there in training only. */
export type Kernel = (from: Float32Array, to: Float32Array, random: Generator | undefined) => void

/**
 * A change of rows that happens when they are read.
 * @category models
 */
export interface Step {
  /** What is done, as canonical text: part of the column's hash. */
  readonly key: string
  /** Present in a step that draws: its numbers are derived from this, the epoch and the row. */
  readonly seed: Seed | undefined
  /** Whether it brings the numbers to another scale, whatever that of the file is. */
  readonly rescales?: boolean | undefined
  /** The shape of the changed row, or why rows of this shape cannot be changed. */
  readonly shape: (input: RowShape) => Result.Result<RowShape, string>
  /** The kernel for rows of a shape that `shape` takes. */
  readonly kernel: (input: RowShape) => Kernel
}

/** The shape of a row as it is stored. */
export const storedShape = (store: Store, place: number): RowShape =>
  store._tag === "Packed" ? store.shape : (store.files[place]?.shape ?? [])

/** What a person calls a row: its file, or the file with the number of the row in it. */
export const rowName = (store: Store, place: number): string =>
  store._tag === "Packed" ? `${store.name}[${place}]` : (store.files[place]?.path ?? store.name)
