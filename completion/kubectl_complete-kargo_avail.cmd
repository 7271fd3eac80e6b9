@kubectl kargo-avail __complete %*
