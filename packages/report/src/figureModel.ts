/**
 * Figures as data: what a figure is, before anything is drawn.
 */
import type { TopLevelSpec } from "vega-lite"

/** The question that a figure answers, or `images`: what the data looks like. */
export type FigureKind =
  | "comparison"
  | "scores"
  | "learning"
  | "roc"
  | "tuning"
  | "images"
  | "importance"
  | "coefficients"
  | "dependence"
  | "shap"

/** A figure as data: a Vega-Lite specification (JSON) with the words around it. Nothing is drawn yet. */
export interface Figure {
  readonly kind: FigureKind
  readonly task: string
  /** The measure that it shows; absent where a figure shows none in particular. */
  readonly measure?: string
  /** The learner that it explains; absent where it shows all. */
  readonly learner?: string
  /** A file name without its extension. */
  readonly name: string
  readonly title: string
  readonly caption: string
  readonly spec: TopLevelSpec
  /** Whole names by the shortened ones in the figure; a reader gets them by pointing. */
  readonly fullNames: ReadonlyMap<string, string>
}
