import type { Examples } from "@rocflow/core/data/Examples"
import type { Described, SpecFigure } from "./figureModel.ts"
import { png } from "./internal/png.ts"
import { ofTask } from "./internal/select.ts"
import { shorten } from "./internal/text.ts"
import type { ImageGrid, ReportModel } from "./ReportModel.ts"
import { config, fontSize, ink } from "./theme.ts"

/** Example images as a report has them: their pixels as PNG. */
export const gridOf = (task: string, { column, images, levels, more, subsets }: Examples): ImageGrid => ({
  task,
  column,
  levels,
  subsets,
  images: images.map(({ channels, height, level, pixels, subset, width }) => ({
    level,
    subset,
    png: Buffer.from(png(pixels, height, width, channels)).toString("base64")
  })),
  more
})

/** The width of all columns together that is aimed at, and the least and the largest cell, in pixels. */
const [gridWidth, leastCell, largestCell] = [640, 36, 96]
const gap = 6
const rowLabelWidth = 130

const leftOut = ({ more }: ImageGrid): string => {
  const parts = [
    ...(more.levels > 0 ? [`${more.levels} more class${more.levels === 1 ? "" : "es"}`] : []),
    ...(more.subsets > 0 ? [`${more.subsets} more subset${more.subsets === 1 ? "" : "s"}`] : [])
  ]
  return parts.length === 0
    ? ""
    : ` ${parts.join(" and ")} ${more.levels + more.subsets === 1 ? "is" : "are"} not shown.`
}

const empty = ({ images, levels, subsets }: ImageGrid): string =>
  images.length === levels.length * subsets.length ? "" : " An empty place is a class that the subset does not have."

/** Describes the grid of example images: a row for each subset, a column for each class. */
export const imageGrid = (grid: ImageGrid, suffix: string): Described<SpecFigure> => {
  const isNamed = grid.subsets.length > 1 || grid.subsets[0] !== ""
  const cell = Math.round(Math.max(leastCell, Math.min(largestCell, gridWidth / grid.levels.length)))
  const levels = shorten(grid.levels, fontSize.axis, cell - 2)
  const subsets = shorten(grid.subsets, fontSize.axis, rowLabelWidth)
  const names = { x: grid.levels.map(levels.of), y: grid.subsets.map(subsets.of) }
  const axis = { title: null, labelColor: ink.text, labelOverlap: false, labelAngle: 0 } as const
  const noGap = { paddingInner: 0, paddingOuter: 0 } as const
  const image = { type: "image", width: cell - gap, height: cell - gap, smooth: false } as const
  const place = {
    x: {
      field: "level",
      type: "ordinal",
      sort: null,
      scale: { domain: names.x, ...noGap },
      axis: { ...axis, orient: "top" }
    },
    y: {
      field: "subset",
      type: "ordinal",
      sort: null,
      scale: { domain: names.y, ...noGap },
      axis: isNamed ? axis : null
    }
  } as const
  return {
    kind: "images",
    task: grid.task,
    title: `Images: ${grid.column}${suffix}`,
    caption:
      `The first image of each class (columns)${isNamed ? " in each subset (rows)" : ""} of ${grid.column}, before any ` +
      `preprocessing. Each source is scaled to its own range, from black to white.${empty(grid)}${leftOut(grid)}`,
    spec: {
      $schema: "https://vega.github.io/schema/vega-lite/v6.json",
      config: { ...config, view: { stroke: null } },
      width: { step: cell },
      height: { step: cell },
      data: {
        values: grid.images.map(({ level, png, subset }) => ({
          level: levels.of(level),
          subset: subsets.of(subset),
          image: `data:image/png;base64,${png}`
        }))
      },
      mark: image,
      encoding: { ...place, url: { field: "image", type: "nominal" } }
    },
    fullNames: new Map([...levels.full, ...(isNamed ? subsets.full : [])])
  }
}

/** Describes the example images of a task, one figure for each column of images. */
export const images = (model: ReportModel, task: string): ReadonlyArray<Described<SpecFigure>> =>
  model.images.filter((grid) => grid.task === task).map((grid) => imageGrid(grid, ofTask(model, task)))
