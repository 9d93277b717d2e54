# Fits the same rows with lme4: Rscript lmer.R rows.csv folder. Writes fixed.csv, agents.csv, numbers.csv to the folder.
arguments <- commandArgs(TRUE)
suppressPackageStartupMessages(library(lme4))
begun <- proc.time()[["elapsed"]]
rows <- read.csv(arguments[1])
for (name in c("agent", "topic", "channel", "hour")) rows[[name]] <- factor(rows[[name]])
read <- proc.time()[["elapsed"]] - begun
begun <- proc.time()[["elapsed"]]
model <- lmer(rating ~ topic + channel + hour + (1 | agent), rows, REML = TRUE, control = lmerControl(calc.derivs = FALSE))
fitted <- proc.time()[["elapsed"]] - begun
effects <- ranef(model)$agent
save <- function(frame, name) write.csv(frame, file.path(arguments[2], name), row.names = FALSE)
save(data.frame(column = names(fixef(model)), estimate = fixef(model)), "fixed.csv")
save(data.frame(agent = as.integer(rownames(effects)), blup = effects[[1]]), "agents.csv")
save(data.frame(
  between = as.numeric(VarCorr(model)$agent), residual = sigma(model)^2, criterion = REMLcrit(model),
  read = read, fitted = fitted, version = as.character(packageVersion("lme4"))
), "numbers.csv")
