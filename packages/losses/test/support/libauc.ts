/**
 * Gradients of LibAUC 1.4.0 in double precision for these rows, where its running estimates are those of the batch:
 *
 * - `aucm`: AUCMLoss(margin = 1), a and b the means, alpha = max(0, 1 - a + b); divided by p (1 - p)
 * - `averagePrecision`: APLoss(gamma = 1, margin = 1)
 * - `dro`: pAUC_DRO_Loss(gamma = 1, margin = 1, Lambda = 2)
 */
export const scores = [0.66, 0.27, 0.06, 0.62, -0.45, -0.17, -1.52, 0.38, -1.03, -0.56, -0.89, -0.06]
export const targets = [1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0]

export const gradients = {
  aucm: [
    0.07111111, 0.16740741, 0.12074074, 0.04444444, 0.00740741, 0.06962963, -0.23037037, -0.11555556, -0.12148148,
    -0.01703704, -0.09037037, 0.09407407
  ],
  averagePrecision: [
    -0.2631265, 0.27236389, 0.18819087, -0.25197316, 0.01323874, 0.09600138, 0, -0.19945971, 0, 0.0046725, 0, 0.14009201
  ],
  dro: [
    -0.11643934, 0.1971286, 0.12216074, -0.13027119, 0.01145393, 0.06058306, 0, -0.23674739, 0, 0.00399175, 0,
    0.08813985
  ]
}
