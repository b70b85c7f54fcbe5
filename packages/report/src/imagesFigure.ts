import type { Examples } from "@rocflow/core/data/Examples"
import type { Described, TileFigure } from "./figureModel.ts"
import { png } from "./internal/png.ts"
import { ofTask, visible } from "./internal/select.ts"
import type { ImageGrid, ReportModel } from "./ReportModel.ts"

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

/** The width of all columns together that is aimed at, and the least and the largest tile, in pixels. */
const [gridWidth, leastTile, largestTile] = [640, 36, 96]

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
export const imageGrid = (grid: ImageGrid, suffix: string): Described<TileFigure> => {
  const { column, images, levels, subsets, task } = grid
  const isNamed = subsets.length > 1 || subsets[0] !== ""
  return {
    kind: "images",
    task,
    title: `Images: ${column}${suffix}`,
    caption:
      `The first image of each class (columns)${isNamed ? " in each subset (rows)" : ""} of ${column}, before any ` +
      `preprocessing. Each source is scaled to its own range, from black to white.${empty(grid)}${leftOut(grid)}`,
    tiles: {
      heads: levels,
      side: Math.round(Math.max(leastTile, Math.min(largestTile, gridWidth / levels.length - 6))),
      rows: subsets.map((subset) => ({
        of: isNamed ? { testSubset: subset } : {},
        label: isNamed ? visible(subset) : "",
        tiles: levels.map((level) => {
          const found = images.find((image) => image.level === level && image.subset === subset)
          return found === undefined
            ? undefined
            : {
                image: `data:image/png;base64,${found.png}`,
                words: isNamed ? `${visible(level)} in ${visible(subset)}` : visible(level)
              }
        })
      }))
    }
  }
}

/** Describes the example images of a task, one figure for each column of images. */
export const images = (model: ReportModel, task: string): ReadonlyArray<Described<TileFigure>> =>
  model.images.filter((grid) => grid.task === task).map((grid) => imageGrid(grid, ofTask(model, task)))
