import type { Timing } from "./measure.ts"

/** The times of one subject or peer against the number of rows. */
export interface Curve {
  readonly id: string
  readonly title: string
  readonly points: ReadonlyArray<{ readonly rows: number } & Timing>
}

export const at = (curve: Curve, rows: number): Timing | undefined => curve.points.find((point) => point.rows === rows)
