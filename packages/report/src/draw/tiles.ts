/**
 * Tiles: small pictures in rows and columns that have names. A page has them as a table, whose rows it can hide.
 */
import { escapeHtml } from "../internal/escape.ts"
import { fit, visible } from "../internal/text.ts"
import { fontFamily, fontSize, ink } from "../theme.ts"
import { attributes, type Of } from "./of.ts"

/** A picture as an address with its data in it, and what it is. */
export interface Tile {
  readonly image: string
  readonly words: string
}

/** A row of tiles; a place without a picture is empty. */
export interface TileRow {
  readonly of: Of
  readonly label: string
  readonly tiles: ReadonlyArray<Tile | undefined>
}

/** The names of columns, the rows, and the width and height of a tile in pixels. */
export interface Tiles {
  readonly heads: ReadonlyArray<string>
  readonly rows: ReadonlyArray<TileRow>
  readonly side: number
}

/** Writes tiles as a table. */
export const tilesHtml = ({ heads, rows, side }: Tiles): string => {
  const isNamed = rows.some(({ label }) => label !== "")
  const cell = (tile: Tile | undefined): string =>
    tile === undefined
      ? "<td></td>"
      : `<td data-tip="${escapeHtml(tile.words)}"><img src="${tile.image}" alt="${escapeHtml(tile.words)}" width="${side}" height="${side}"></td>`
  return (
    `<table class="tiles"><thead><tr>${isNamed ? "<td></td>" : ""}${heads.map((head) => `<th scope="col" style="max-width:${side + 6}px">${escapeHtml(visible(head))}</th>`).join("")}</tr></thead>` +
    `<tbody>${rows
      .map(
        ({ label, of, tiles }) =>
          `<tr${attributes(of)}>${isNamed ? `<th scope="row">${escapeHtml(visible(label))}</th>` : ""}${tiles.map(cell).join("")}</tr>`
      )
      .join("\n")}</tbody></table>`
  )
}

const labelWidth = 130

/** Draws tiles as one picture. */
export const composeTiles = ({ heads, rows, side }: Tiles): string => {
  const left = rows.some(({ label }) => label !== "") ? labelWidth : 6
  const [step, top] = [side + 6, 24]
  const [width, height] = [left + step * heads.length, top + step * rows.length]
  const name = (x: number, y: number, words: string, room: number, anchor: string): string =>
    `<text x="${x}" y="${y}" text-anchor="${anchor}">${escapeHtml(fit(visible(words), fontSize.axis, room))}</text>`
  const body = rows.map(({ label, tiles }, row) => {
    const y = top + row * step
    const images = tiles.map((tile, i) =>
      tile === undefined
        ? ""
        : // One word for each generation of renderers.
          `<image x="${left + i * step}" y="${y}" width="${side}" height="${side}" href="${tile.image}" preserveAspectRatio="xMidYMid" style="image-rendering: optimizeSpeed; image-rendering: pixelated;"/>`
    )
    return (
      (left === labelWidth ? name(left - 8, y + side / 2 + 4, label, labelWidth - 14, "end") : "") + images.join("")
    )
  })
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${fontFamily}" font-size="${fontSize.axis}">` +
    `<g fill="${ink.text}">${heads.map((head, i) => name(left + i * step + side / 2, 15, head, step - 2, "middle")).join("")}${body.join("")}</g></svg>`
  )
}
