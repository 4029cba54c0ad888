-- One row that differs whenever an award or the coaching list has changed.
SELECT (SELECT (count(), sum(version)) FROM awards), (SELECT (count(), sum(version)) FROM coaching)
