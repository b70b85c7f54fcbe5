# Times cv.glmnet() of the R package glmnet: the lasso path of a binomial response with given folds.
#
# Arguments: a folder, the number of rows. Reads x.f64 (column-major), y.f64 and folds.f64 (from 0), and prints a line:
# version, seconds by the clock, seconds of the processor, number of penalties, least deviance, the penalty of it.

suppressPackageStartupMessages(library(glmnet))

arguments <- commandArgs(trailingOnly = TRUE)
rows <- as.integer(arguments[2])
read <- function(name) {
  file <- file.path(arguments[1], name)
  readBin(file, "double", file.size(file) / 8)
}
x <- matrix(read("x.f64"), rows)
y <- read("y.f64")
folds <- read("folds.f64") + 1

time <- system.time(found <- cv.glmnet(x, y, family = "binomial", foldid = folds))
cat(
  as.character(packageVersion("glmnet")),
  sprintf("%.17g", c(time[["elapsed"]], time[["user.self"]] + time[["sys.self"]], length(found$lambda), min(found$cvm), found$lambda.min)),
  sep = "\t"
)
cat("\n")
