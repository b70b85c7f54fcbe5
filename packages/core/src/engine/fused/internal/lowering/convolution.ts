/**
 * Convolutions as products whose left factor is read where it stands: the entry p of the patch of a place is at the
 * offset of the place plus that of the entry. One image, and one group of channels, at a time.
 */
import * as Shape from "../../../../pipeline/Shape.ts"
import * as Windows from "../../../../pipeline/Windows.ts"
import type { Region } from "../arena.ts"
import { Begin } from "../kernels.ts"
import type { Operation, Place } from "../operation.ts"
import { count, grid } from "./windows.ts"

/** A layer of windows and kernels. */
export const convolution =
  (options: Windows.Options & { readonly groups: number; readonly filters: number }) =>
  ({ arena, input, inputShape, kernels, output, parameters: [kernel, bias], rows, shape }: Place): Operation => {
    const { plane, shape: size } = Windows.image(options, inputShape)
    const [height, width, channels] = size
    const [vertical, horizontal] = plane
    const { filters, groups } = options
    const [ownChannels, ownFilters] = [channels / groups, filters / groups]

    // Where windows reach beyond the image it is copied into the middle of a larger one, whose border stays 0.
    const pads = [vertical, horizontal].some(({ after, before }) => before + after > 0)
    const wide = width + horizontal.before + horizontal.after
    const high = height + vertical.before + vertical.after
    const pixel = 4 * channels
    const inside = (vertical.before * wide + horizontal.before) * pixel
    const imageBytes = high * wide * pixel
    const padded = pads ? arena.kept((rows * imageBytes) / 4) : undefined
    const image = (row: number): number =>
      padded === undefined ? input.at + row * imageBytes : padded.at + row * imageBytes

    const at = ([y, x]: readonly [number, number]): number => (y * wide + x) * pixel
    const positions = grid(vertical.output, horizontal.output)
    const places = arena.table(positions.map(([i, j]) => at([i * vertical.stride, j * horizontal.stride])))
    const corners = grid(vertical.size, horizontal.size).map(([a, b]) =>
      at([a * vertical.dilation, b * horizontal.dilation])
    )
    const entries = arena.table(corners.flatMap((corner) => count(ownChannels).map((c) => corner + 4 * c)))
    const entryCount = corners.length * ownChannels

    // Entries that stand beside each other are added back in one run: a line of the window where it has no gaps.
    const whole = groups === 1 && horizontal.dilation === 1
    const runLength = whole ? horizontal.size * channels : ownChannels
    const starts = arena.table(corners.filter((_, i) => !whole || i % horizontal.size === 0))
    const runs = entryCount / runLength

    const outRow = 4 * Shape.size(shape)
    const outPixel = 4 * filters
    const patches = arena.shared(positions.length * entryCount)
    const imageGradient = pads ? arena.shared(imageBytes / 4) : undefined

    const each = (used: number, run: (row: number, group: number) => void): void => {
      for (let row = 0; row < used; row++) for (let group = 0; group < groups; group++) run(row, group)
    }
    const channelsOf = (group: number): number => 4 * group * ownChannels
    const filtersOf = (group: number): number => 4 * group * ownFilters

    const pad = (used: number): void => {
      for (let row = 0; row < used; row++) {
        kernels.pad(height, width * pixel, input.at + row * height * width * pixel, image(row) + inside, wide * pixel)
      }
    }

    const kernelGradient = (used: number, dy: Region, dw: Region): void =>
      each(used, (row, group) =>
        kernels.product(
          entryCount,
          ownFilters,
          positions.length,
          image(row) + channelsOf(group),
          entries.at,
          places.at,
          dy.at + row * outRow + filtersOf(group),
          outPixel,
          dw.at + filtersOf(group),
          outPixel,
          row === 0 ? Begin.zero : Begin.add,
          0
        )
      )

    const inputGradient = (used: number, dy: Region, dx: Region): void => {
      if (imageGradient === undefined) kernels.clear(dx.at, used * imageBytes)
      each(used, (row, group) => {
        const to = imageGradient === undefined ? dx.at + row * imageBytes : imageGradient.at
        if (imageGradient !== undefined && group === 0) kernels.clear(to, imageBytes)
        kernels.productTransposed(
          positions.length,
          entryCount,
          ownFilters,
          dy.at + row * outRow + filtersOf(group),
          outPixel,
          kernel!.at + filtersOf(group),
          outPixel,
          patches.at,
          4 * entryCount
        )
        kernels.addPatches(positions.length, runs, runLength, places.at, starts.at, patches.at, to + channelsOf(group))
        if (imageGradient === undefined || group < groups - 1) return
        const line = width * pixel
        kernels.copyRows(height, line, to + inside, wide * pixel, dx.at + row * height * line, line)
      })
    }

    return {
      own: imageGradient === undefined ? [patches] : [patches, imageGradient],
      forward: (used) => {
        if (pads) pad(used)
        each(used, (row, group) =>
          kernels.product(
            positions.length,
            ownFilters,
            entryCount,
            image(row) + channelsOf(group),
            places.at,
            entries.at,
            kernel!.at + filtersOf(group),
            outPixel,
            output.at + row * outRow + filtersOf(group),
            outPixel,
            bias === undefined ? Begin.zero : Begin.bias,
            bias === undefined ? 0 : bias.at + filtersOf(group)
          )
        )
      },
      backward: (used, { input: dx, output: dy, parameters: [dw, db] }) => {
        kernelGradient(used, dy, dw!)
        if (db !== undefined) kernels.sumRows(used * positions.length, filters, dy.at, db.at)
        if (dx !== undefined) inputGradient(used, dy, dx)
      }
    }
  }
