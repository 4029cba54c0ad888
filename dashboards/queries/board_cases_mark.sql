-- One row that differs whenever a case has changed.
SELECT count(), sum(version) FROM cases
