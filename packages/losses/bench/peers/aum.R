# Times aum::aum() of the R package aum: value and both one-sided derivatives. The table of error differences, which
# depends on the labels only, is made before.
#
# Arguments: a folder, the seconds for each size, the sizes. Reads scores-N.f64 and labels-N.f64, writes the gradient to
# aumR-N.f64, and prints a line for each size: N, value, fastest, lower quartile, median, upper quartile (seconds).

suppressPackageStartupMessages(library(aum))

shortest_sample <- 1e-3
fewest_samples <- 5

seconds <- function(run, calls) {
  start <- Sys.time()
  for (i in seq_len(calls)) run()
  as.numeric(difftime(Sys.time(), start, units = "secs"))
}

measure <- function(run, budget) {
  calls <- 1
  warm <- 0
  while (warm < budget / 4) {
    spent <- seconds(run, calls)
    warm <- warm + spent
    if (spent < shortest_sample) calls <- calls * 2
  }
  samples <- c()
  total <- 0
  while (total < budget || length(samples) < fewest_samples) {
    spent <- seconds(run, calls)
    total <- total + spent
    samples <- c(samples, spent / calls)
  }
  quantile(samples, c(0, 0.25, 0.5, 0.75))
}

arguments <- commandArgs(trailingOnly = TRUE)
folder <- arguments[1]
budget <- as.numeric(arguments[2])

cat("R package aum", as.character(packageVersion("aum")), sep = "\t")
cat("\n")
for (rows in as.integer(arguments[-(1:2)])) {
  scores <- readBin(sprintf("%s/scores-%d.f64", folder, rows), "double", rows)
  labels <- readBin(sprintf("%s/labels-%d.f64", folder, rows), "double", rows)
  diffs <- aum_diffs_binary(labels, denominator = "rate")
  found <- aum(diffs, scores)
  writeBin(rowMeans(found$derivative_mat), sprintf("%s/aumR-%d.f64", folder, rows))
  timing <- measure(function() aum(diffs, scores), budget)
  cat(rows, sprintf("%.17g", c(found$aum, timing)), sep = "\t")
  cat("\n")
}
