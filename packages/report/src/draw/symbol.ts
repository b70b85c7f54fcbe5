const round = (x: number): string => String(Math.round(x * 10) / 10)

/** The path of a circle, square, diamond or triangle around a point. */
export const symbol = (shape: string, r: number, x = 0, y = 0): string => {
  const [left, right, top, bottom] = [x - r, x + r, y - r, y + r].map(round)
  switch (shape) {
    case "square":
      return `M${left} ${top}H${right}V${bottom}H${left}Z`
    case "diamond":
      return `M${round(x - 1.3 * r)} ${round(y)}L${round(x)} ${round(y - 1.3 * r)}L${round(x + 1.3 * r)} ${round(y)}L${round(x)} ${round(y + 1.3 * r)}Z`
    case "up":
      return `M${left} ${bottom}H${right}L${round(x)} ${top}Z`
    case "down":
      return `M${left} ${top}H${right}L${round(x)} ${bottom}Z`
    default:
      return `M${left} ${round(y)}a${r} ${r} 0 1 0 ${round(2 * r)} 0a${r} ${r} 0 1 0 ${round(-2 * r)} 0Z`
  }
}
