/**
 * Durations as people write them.
 */

/**
 * Writes a duration in the two largest units that it has; below ten seconds with a tenth.
 *
 * @example
 * Duration.toText(7195) // => "2 h 0 min"
 */
export const toText = (seconds: number): string => {
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  const minutes = Math.round(whole / 60)
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
