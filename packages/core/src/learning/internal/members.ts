/**
 * Networks of members, whose scores are [rows, members, outputs]: each member learns by itself, and what is predicted is
 * their mean. With one member everything is as without members.
 */
import type { Kind as TargetKind } from "../../data/Task.ts"
import type { Explicit, Floats, Loss, TensorLoss } from "../../pipeline/Stage.ts"

const room = (like: Floats, length: number): Floats =>
  like instanceof Float32Array ? new Float32Array(length) : new Float64Array(length)

/** The mean of an explicit loss over members. A row's scores of one member are gathered, and its gradient put back. */
const explicitOf = ({ evaluate, formula, reduction = formula?.reduction }: Explicit, members: number): Explicit => {
  let [scratch, slopes]: [Floats, Floats] = [new Float32Array(), new Float32Array()]
  return {
    _tag: "Explicit",
    reduction,
    evaluate: (scores, targets, gradient, weights) => {
      const n = targets.length
      const width = n === 0 ? 0 : scores.length / n / members
      if (scratch.length < n * width || scratch.constructor !== scores.constructor) {
        scratch = room(scores, n * width)
        slopes = room(scores, n * width)
      }
      const own = scratch.subarray(0, n * width)
      const slope = slopes.subarray(0, n * width)
      let sum = 0
      for (let member = 0; member < members; member++) {
        const place = (i: number, k: number) => (i * members + member) * width + k
        for (let i = 0; i < n; i++) for (let k = 0; k < width; k++) own[i * width + k] = scores[place(i, k)]!
        sum += evaluate(own, targets, slope, weights)
        for (let i = 0; i < n; i++) {
          for (let k = 0; k < width; k++) gradient[place(i, k)] = slope[i * width + k]! / members
        }
      }
      return sum / members
    }
  }
}

/** The mean of a loss of tensors over members. */
const tensorOf = (loss: TensorLoss, members: number): Loss => ({
  _tag: "Tensor",
  tensor: (scores, targets, weights, tf) => {
    const [n, all] = scores.shape
    const losses = tf
      .split(tf.reshape(scores, [n, members, all / members]), members, 1)
      .map((own) => loss(tf.reshape(own, [n, all / members]), targets, weights, tf))
    return tf.mean(tf.stack(losses))
  }
})

/** The mean of a loss over members. */
export const loss = (of: Loss, members: number): Loss => {
  if (members === 1) return of
  return of._tag === "Explicit" ? explicitOf(of, members) : tensorOf(of.tensor, members)
}

/** ln Σ eˣ without overflow. */
const logSum = (count: number, x: (i: number) => number): number => {
  let top = -Infinity
  for (let i = 0; i < count; i++) top = Math.max(top, x(i))
  let sum = 0
  for (let i = 0; i < count; i++) sum += Math.exp(x(i) - top)
  return top + Math.log(sum)
}

/** ln of the sigmoid. */
const logSigmoid = (x: number): number => Math.min(0, x) - Math.log1p(Math.exp(-Math.abs(x)))

/**
 * One score vector a row, in double precision, from those of all members: the one whose probabilities are the mean of
 * theirs; for a regression the mean of the values; the mean of the scores where a loss that only `ranks` leaves each
 * member's probabilities undecided.
 */
export const scores = (
  of: ArrayLike<number>,
  members: number,
  { kind, outputs, ranks }: { readonly kind: TargetKind; readonly outputs: number; readonly ranks: boolean }
): Float64Array => {
  if (members === 1) return Float64Array.from(of)
  const combined = new Float64Array(of.length / members)
  for (let row = 0; row < combined.length / outputs; row++) {
    const at = (member: number, k = 0): number => of[(row * members + member) * outputs + k]!
    if (kind === "multiclass") {
      const totals = Float64Array.from({ length: members }, (_, member) => logSum(outputs, (k) => at(member, k)))
      for (let k = 0; k < outputs; k++) {
        combined[row * outputs + k] = logSum(members, (member) => at(member, k) - totals[member]!) - Math.log(members)
      }
    } else if (kind === "regression" || ranks) {
      for (let member = 0; member < members; member++) combined[row]! += at(member) / members
    } else {
      combined[row] =
        logSum(members, (member) => logSigmoid(at(member))) - logSum(members, (member) => logSigmoid(-at(member)))
    }
  }
  return combined
}
