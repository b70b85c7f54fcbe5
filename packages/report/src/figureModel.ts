/**
 * Figures as data: what a figure is, before anything is drawn.
 */
import type { TopLevelSpec } from "vega-lite"
import type { Key } from "./draw/compose.ts"
import type { Panel } from "./draw/panel.ts"
import type { StripColumns, StripList } from "./draw/strip.ts"
import type { Tiles } from "./draw/tiles.ts"

/** The question that a figure answers, or `images`: what the data looks like. */
export type FigureKind =
  | "comparison"
  | "scores"
  | "sizes"
  | "learners"
  | "learning"
  | "roc"
  | "precision-recall"
  | "calibration"
  | "confusion"
  | "residuals"
  | "tuning"
  | "features"
  | "images"
  | "importance"
  | "coefficients"
  | "dependence"
  | "shap"

/** What a figure is about, in words. */
interface Words {
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
}

/** Panels that wrap to the width that they get. */
export interface PanelFigure extends Words {
  readonly panels: ReadonlyArray<Panel>
  /** What the colours and shapes mean. */
  readonly keys: ReadonlyArray<Key>
  /** How many panels stand side by side in a file. */
  readonly columns: number
}

/** Lists of points with intervals, each in a row with its words. */
export interface StripFigure extends Words {
  readonly lists: ReadonlyArray<StripList>
  /** What the colours and shapes mean, where rows have several points. */
  readonly keys: ReadonlyArray<Key>
  readonly columns: StripColumns
}

/** Small pictures in rows and columns. */
export interface TileFigure extends Words {
  readonly tiles: Tiles
}

/** A Vega-Lite specification (JSON). */
export interface SpecFigure extends Words {
  readonly spec: TopLevelSpec
  /** Whole names by the shortened ones in the figure; a reader gets them by pointing. */
  readonly fullNames: ReadonlyMap<string, string>
}

/** A figure as data. Nothing is drawn yet. */
export type Figure = PanelFigure | StripFigure | TileFigure | SpecFigure

/** A figure that has no name for a file yet. */
export type Described<F extends Figure = Figure> = F extends Figure ? Omit<F, "name"> : never
