/**
 * Draws small grey images: lines of a pen, and filled shapes, both in a square from (0, 0) at the upper left to (1, 1).
 */
import type { Generator } from "@rocflow/core/Seed"

/** A point: x to the right, y down. */
export type Point = readonly [x: number, y: number]

/** Lines through points, one after the other. */
export type Line = ReadonlyArray<Point>

/** Points on an arc around a centre; angles in turns, from the right, clockwise. */
export const arc = ([x, y]: Point, [rx, ry]: Point, from: number, to: number): Line =>
  Array.from({ length: 17 }, (_, i) => {
    const angle = 2 * Math.PI * (from + ((to - from) * i) / 16)
    return [x + rx * Math.cos(angle), y + ry * Math.sin(angle)]
  })

/** How far a point is from a piece of a line. */
const distance = ([x, y]: Point, [ax, ay]: Point, [bx, by]: Point): number => {
  const [dx, dy] = [bx - ax, by - ay]
  const along = dx * dx + dy * dy
  const t = along === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / along))
  return Math.hypot(x - ax - t * dx, y - ay - t * dy)
}

const toLine = (point: Point, line: Line): number =>
  line.slice(1).reduce((least, end, i) => Math.min(least, distance(point, line[i]!, end)), Infinity)

/** Whether a point is inside a closed line: a ray to the right crosses it an odd number of times. */
const isInside = ([x, y]: Point, line: Line): boolean =>
  line.reduce((inside, [ax, ay], i) => {
    const [bx, by] = line[(i + 1) % line.length]!
    return ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax) ? !inside : inside
  }, false)

/** Grey values [size, size] from 0 to 255 of what is dark within `edge` of distance 0. */
const shade = (size: number, depth: (point: Point) => number): Uint8Array => {
  const edge = 0.7 / size
  return Uint8Array.from({ length: size * size }, (_, i) => {
    const d = depth([((i % size) + 0.5) / size, (Math.floor(i / size) + 0.5) / size])
    return Math.round(255 * Math.max(0, Math.min(1, 0.5 - d / (2 * edge))))
  })
}

/** Draws lines of a width. */
export const pen = (size: number, lines: ReadonlyArray<Line>, width: number): Uint8Array =>
  shade(size, (point) => Math.min(...lines.map((line) => toLine(point, line))) - width / 2)

/** Fills a closed line. */
export const fill = (size: number, line: Line): Uint8Array => {
  const closed = [...line, line[0]!]
  return shade(size, (point) => (isInside(point, line) ? -1 : 1) * toLine(point, closed))
}

/** How much a hand varies: standard deviations of angle (in turns), size and place, and the slant. */
export interface Habit {
  readonly angle: number
  readonly size: number
  readonly place: number
  readonly slant: number
}

/** Moves points as a hand does that never draws the same twice: turned, stretched, slanted and shifted. */
export const vary = (random: Generator, { angle, place, size, slant }: Habit): ((point: Point) => Point) => {
  const turn = 2 * Math.PI * angle * random.normal()
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)]
  const [sx, sy] = [1 + size * random.normal(), 1 + size * random.normal()]
  const [tx, ty] = [place * random.normal(), place * random.normal()]
  return ([px, py]) => {
    const [x, y] = [sx * (px - 0.5 - slant * (py - 0.5)), sy * (py - 0.5)]
    return [0.5 + cos * x - sin * y + tx, 0.5 + sin * x + cos * y + ty]
  }
}
